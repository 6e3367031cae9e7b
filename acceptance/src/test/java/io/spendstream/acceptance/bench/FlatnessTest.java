package io.spendstream.acceptance.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What grows all the time is found; what warms up, comes and goes or stands out once is not. */
class FlatnessTest {

    private static final int SAMPLES = 40;

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "the same all the time,      true",
        "warms up,                   true",
        "comes and goes,             true",
        "stands out once in a while, true",
        "falls,                      true",
        "grows within bounds,        true",
        "grows,                      false",
        "grows and is given back,    false",
        "a step in the end,          false"
    })
    void whatIsFlat(String how, boolean flat) {
        LongUnaryOperator shape = switch (how) {
            case "the same all the time" -> i -> 400;
            case "warms up" -> i -> i < 10 ? 100 + 30 * i : 400;
            case "comes and goes" -> i -> i % 4 < 2 ? 400 : 500;
            case "stands out once in a while" -> i -> i % 9 == 0 ? 9_000 : 400;
            case "falls" -> i -> 800 - 10 * i;
            case "grows within bounds" -> i -> 400 + i / 2;
            case "grows" -> i -> 400 + 2 * i;
            case "grows and is given back" -> i -> 400 + 4 * i - 40 * (i % 2);
            case "a step in the end" -> i -> i < 34 ? 400 : 440;
            default -> throw new IllegalArgumentException(how);
        };
        List<Long> samples = LongStream.range(0, SAMPLES).map(shape).boxed().toList();
        assertThat(Flatness.of(samples, 5, 4).isFlat()).isEqualTo(flat);
    }

    @Test
    void aLittleOfLittleIsMuchInPerCentAndNoGrowth() {
        List<Long> samples =
                LongStream.range(0, SAMPLES).map(i -> 10 + i / 10).boxed().toList();
        assertThat(Flatness.of(samples, 5, 1).isFlat()).isFalse();
        assertThat(Flatness.of(samples, 5, 4).isFlat()).isTrue();
    }

    @Test
    void fewSamplesSayNothing() {
        assertThatThrownBy(() -> Flatness.of(List.of(1L, 2L), 5, 4)).hasMessageContaining("12 are the least");
    }
}
