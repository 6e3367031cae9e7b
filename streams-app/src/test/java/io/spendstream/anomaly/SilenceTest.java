package io.spendstream.anomaly;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.anomaly.Verdict.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How soon it is said that a feature has gone silent, by how much and how regular its traffic was. */
class SilenceTest {

    private static final Scope CHAT = new Scope("acme", Scope.Kind.FEATURE, "chat");

    /** A Monday. */
    private static final long FIRST = 20_696;

    private static final int NOBODY = -1;

    private final Scopes scopes = new Scopes();

    /** A feature of the tenant that is always on, so that the tenant's days count. */
    private final Scope other = new Scope("acme", Scope.Kind.FEATURE, "other");

    /** From ten on there is nothing: quarter-hour 40 is the first that is silent. */
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "an hour in which twenty are usual is enough, 5, 0, 43",
        "two hours in which twenty are usual; the present one counts by its part, 3, 0, 46",
        "hardly ever silent: two and a half hours are no chance, 1, 0, 49",
        "a silent hour of each night: four hours and a half, 1, 1, 57",
        "two silent hours of each night: twenty that are missing come first, 1, 2, 59",
    })
    void isSaidAsSoonAsItIsNoChance(String name, int requests, int nights, int first) {
        // Given four weeks with so many in each quarter-hour, and some silent hours at night
        long day = history(28, at -> at % 96 >= 4 * nights ? requests : 0);
        before(day, 40, at -> at >= 4 * nights ? requests : 0);

        // Then
        assertThat(firstFiring(day, 40)).isEqualTo(first);
        Verdict verdict = verdict(day, first);
        assertThat(verdict.value()).isZero();
        assertThat(verdict.baseline()).isEqualTo((long) requests * (first - 39));
        assertThat(verdict.sinceMs()).isEqualTo((day * 96 + 40) * 900_000);
        assertThat(verdict.how()).contains("always had some");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "three Mondays that had traffic are enough: what other days had is no matter, 28, 1, 10, 43",
        "a Monday before without traffic at this hour, 28, 0, 10, -1",
        "a Monday before without traffic in the hour after, 28, 0, 11, -1",
        "a Monday before without traffic in the hour before, 28, 0, 9, -1",
        "what Mondays lack at another time is no matter, 28, 0, 20, 43",
        "with two weeks the other days must have had traffic too, 14, 1, 10, -1",
        "and had it, 14, 1, 20, 43",
        "less than a week, 6, 1, 20, -1",
    })
    void hoursThatAlwaysHadTrafficAreMissed(String name, int days, int weekday, int restsAt, int first) {
        // Given traffic in every hour but one on one day of each week before
        long day =
                history(days, at -> at / 96 % 7 == weekday && at / 96 >= days - 7 && at % 96 / 4 == restsAt ? 0 : 100);
        before(day, 40, at -> 100);

        // Then
        assertThat(firstFiring(day, 43)).isEqualTo(first);
    }

    @Test
    void afterAWeekItIsNoNews() {
        // Given
        long day = history(28, at -> 100);

        // Then
        assertThat(levelOn(day + 1)).isEqualTo(Level.HOLDING);
        assertThat(levelOn(day + 6)).isEqualTo(Level.HOLDING);
        assertThat(levelOn(day + 7)).isEqualTo(Level.CLEAR);
    }

    private Level levelOn(long day) {
        for (long quarter = (FIRST + 28) * 96; quarter <= day * 96 + 50; quarter++) {
            add(other, quarter, 1);
        }
        Verdict verdict = verdict(day, 50);
        assertThat(verdict.value()).isZero();
        return verdict.level();
    }

    private int firstFiring(long day, int from) {
        for (int quarter = from; quarter < 64; quarter++) {
            add(other, day * 96 + quarter, 1);
            if (verdict(day, quarter).level() == Level.FIRING) {
                return quarter;
            }
            if (from == 43) {
                return NOBODY;
            }
        }
        return NOBODY;
    }

    private interface Requests {
        int at(int quarter);
    }

    /** Whole days; returns the day after. */
    private long history(int days, Requests requests) {
        long first = FIRST + 28 - days;
        for (int quarter = 0; quarter < days * 96; quarter++) {
            add(CHAT, first * 96 + quarter, requests.at(quarter));
            add(other, first * 96 + quarter, 1);
        }
        return FIRST + 28;
    }

    private void before(long day, int until, Requests requests) {
        for (int quarter = 0; quarter < until; quarter++) {
            add(CHAT, day * 96 + quarter, requests.at(quarter));
            add(other, day * 96 + quarter, 1);
        }
    }

    private void add(Scope scope, long quarter, int requests) {
        long[] figures = new long[Figure.COUNT];
        figures[Figure.REQUESTS.ordinal()] = requests;
        scopes.add(scope, quarter, figures);
    }

    private Verdict verdict(long day, int quarter) {
        return Detectors.judge(scopes.view(CHAT), day * 96 + quarter, DetectorSettings.defaults()).stream()
                .filter(verdict -> verdict.detector() == Detector.SILENCE)
                .findFirst()
                .orElseGet(() -> new Verdict(Detector.SILENCE, Level.CLEAR, null, "", 0, 0, 0, "", 0, ""));
    }
}
