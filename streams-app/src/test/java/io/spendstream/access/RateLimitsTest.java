package io.spendstream.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class RateLimitsTest {

    private static final long SECOND = 1_000_000_000L;

    private final RateLimits limits = new RateLimits();

    private static Caller caller(String id, int rate) {
        return new Caller(id, "same name", Caller.Kind.KEY, Set.of(Scope.READ), Set.of("*"), rate);
    }

    private int taken(Caller caller, int tries, long nanos) {
        int taken = 0;
        for (int i = 0; i < tries; i++) {
            taken += limits.take(caller, nanos) == 0 ? 1 : 0;
        }
        return taken;
    }

    @Test
    void twoSecondsWorthMayComeAtOnceAndThenTheRate() {
        Caller caller = caller("a", 10);
        assertThat(taken(caller, 100, 0)).isEqualTo(20);
        assertThat(taken(caller, 100, SECOND / 2)).isEqualTo(5);
        assertThat(taken(caller, 100, SECOND)).isEqualTo(5);
        assertThat(taken(caller, 100, 100 * SECOND)).isEqualTo(20);
    }

    @Test
    void whoIsRefusedIsToldWhenToComeAgain() {
        Caller caller = caller("a", 1);
        taken(caller, 2, 0);
        long wait = limits.take(caller, 0);
        assertThat(wait).isEqualTo(1);
        assertThat(limits.take(caller, wait * SECOND)).isZero();
    }

    @Test
    void eachKeyHasItsOwnAndAnyoneHasNone() {
        assertThat(taken(caller("a", 1), 10, 0)).isEqualTo(2);
        assertThat(taken(caller("b", 1), 10, 0)).isEqualTo(2);
        assertThat(taken(Caller.ANYONE, 100_000, 0)).isEqualTo(100_000);
    }

    @Test
    void bucketsThatAreFullAgainAreForgotten() {
        for (int i = 0; i < RateLimits.BUCKETS_MAX; i++) {
            limits.take(caller("k" + i, 5), 0);
        }
        limits.take(caller("one", 5), 3 * SECOND);
        assertThat(limits.buckets()).isEqualTo(1);
    }
}
