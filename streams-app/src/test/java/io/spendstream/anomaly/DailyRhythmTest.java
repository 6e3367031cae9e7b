package io.spendstream.anomaly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Collections;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a day is expected to cost, how noisy days are, and what these make no anomaly. */
class DailyRhythmTest {

    private static final double USD = 1e9;
    private static final long TODAY = 20_731;
    private static final Scope CHAT = new Scope("acme", Scope.Kind.FEATURE, "chat");
    private static final Scope OTHER = new Scope("acme", Scope.Kind.FEATURE, "other");

    /** Weeks begin on the weekday of today: the first day of each is one like today. */
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "five weeks: this weekday alone, 2 10 10 10 10 10 2, 5, 2",
        "three such weekdays are enough, 2 10 10 10 10 10 2, 3, 2",
        "of two the week before says more, 2 10 10 10 10 10 2, 2, 10",
        "and less where this weekday costs more, 40 10 10 10 10 10 2, 2, 40",
    })
    void expectedIsWhatThisWeekdayCosts(String name, String week, int weeks, double expected) {
        assertThat(rhythm(repeated(week, weeks)).expected()).isCloseTo(expected * USD, within(1.0));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "twice as much since a week: brought to this level, 10 10 10 10 20, 20",
        "half as much since a week: it may come back, 20 20 20 20 10, 20",
        "half as much since three weeks: the new level, 20 20 10 10 10, 10",
    })
    void expectedIsOfThePresentLevel(String name, String ofWeeks, double expected) {
        String costs = "";
        for (String week : ofWeeks.split(" ")) {
            costs += repeated(week, 7) + " ";
        }
        assertThat(rhythm(costs.trim()).expected()).isCloseTo(expected * USD, within(1.0));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "a tenth more each other week: 1.4826 × log 1.1 / √2, 10 10 10 10 10 10 10 11 11 11 11 11 11 11, 2, 0.0999",
        "a zero day is no noise, 10 10 10 10 10 10 0 11 11 11 11 11 11 11, 2, 0.0999",
        "alike: never less than this, 10 10 10 10 10 10 10, 4, 0.03",
        "few weeks: the noise of days by themselves, 10 20 10 20 10 20 10 20, 1, 0.6423",
    })
    void deviationIsHowFarDaysAreFromTheWeekBefore(String name, String days, int times, double deviation) {
        assertThat(rhythm(repeated(days, times)).deviation()).isCloseTo(deviation, within(1e-4));
    }

    @ParameterizedTest(name = "{0} days before: {1}")
    @CsvSource({"28, 0.9898", "21, 0.9898", "20, 0.03"})
    void heavyTailsCountFromFourteenPairsOn(int days, double deviation) {
        // Given two days of ten times as much
        String[] costs = repeated("10", days).split(" ");
        costs[days - 10] = "100";
        costs[days - 11] = "100";

        assertThat(rhythm(String.join(" ", costs)).deviation()).isCloseTo(deviation, within(1e-4));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "more than three of ten days are zero: the second largest, 0 0 0 0 5 5 5 5 9 12, 9",
        "three of ten are not, 0 0 0 5 5 5 5 5 9 12, 5",
    })
    void whatRestsOftenMayCostItsSecondLargestDay(String name, String days, double limit) {
        assertThat(rhythm(days).limit(0, 1, 0)).isCloseTo(limit * USD, within(1.0));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "the least ratio, 0, 1.25, 0, 12.5",
        "noise: e^(0.03 × 10) above the expected 10, 10, 1.25, 0, 13.4986",
        "and what an hour may add: squares add up, 10, 1.25, 4, 15.3141",
        "less than the least ratio, 3.5, 1.5, 4, 15",
    })
    void theLimitIsAboveNoise(String name, double deviations, double ratio, double burst, double limit) {
        assertThat(rhythm(repeated("10", 28)).limit(deviations, ratio, burst * USD))
                .isCloseTo(limit * USD, within(0.0001 * USD));
    }

    private static String repeated(String days, int times) {
        return String.join(" ", Collections.nCopies(times, days));
    }

    /** Of days that end with yesterday, in USD; on all of them another feature has something. */
    private static DailyRhythm rhythm(String days) {
        String[] costs = days.split(" ");
        Scopes scopes = new Scopes();
        for (int i = 0; i < costs.length; i++) {
            long quarter = (TODAY - costs.length + i) * 96 + 40;
            scopes.add(CHAT, quarter, cost(Double.parseDouble(costs[i])));
            scopes.add(OTHER, quarter, cost(1));
        }
        return new DailyRhythm(new History(scopes.view(CHAT), TODAY));
    }

    private static long[] cost(double usd) {
        long[] figures = new long[Figure.COUNT];
        figures[Figure.COST.ordinal()] = Math.round(usd * USD);
        return figures;
    }
}
