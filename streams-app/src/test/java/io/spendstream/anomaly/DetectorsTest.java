package io.spendstream.anomaly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spendstream.anomaly.Verdict.Level;
import io.spendstream.v1.AlertSeverity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DetectorsTest {

    private static final long USD = 1_000_000_000L;

    /** A Monday. */
    private static final long MONDAY = 20_696;

    private static final Scope CHAT = new Scope("acme", Scope.Kind.FEATURE, "chat");
    private static final Scope MODEL = new Scope("acme", Scope.Kind.MODEL, "m");

    private final Scopes scopes = new Scopes();

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "well above mean and two deviations, 10 11 9 10.5 9.5 10 10, 14, FIRING",
        "within two deviations, 10 14 6 12 8 10 10, 14, CLEAR",
        "all alike and above one and a half times, 10 10 10 10 10 10 10, 15.1, FIRING",
        "all alike and at one and a half times, 10 10 10 10 10 10 10, 15, HOLDING",
        "six days are too few, 10 10 10 10 10 10, 100, none",
        "cents are no matter, 0.01 0.01 0.01 0.01 0.01 0.01 0.01, 0.05, CLEAR",
    })
    void dailyZscore(String name, String days, double today, String level) {
        long day = days(days);
        spend(CHAT, day, 40, today);

        assertThat(levelOf(CHAT, Detector.DAILY_ZSCORE, quarter(day, 40))).isEqualTo(level);
    }

    @ParameterizedTest(name = "{0} times the average: {1} {2}")
    @CsvSource({"1.29, CLEAR, INFO", "1.35, FIRING, INFO", "1.6, FIRING, WARNING", "2.1, FIRING, CRITICAL"})
    void dailyRatio(double ratio, String level, AlertSeverity severity) {
        // Given
        long day = days("10 10.2 9.8 10 10.1 9.9 10");
        spend(CHAT, day, 40, 10 * ratio);

        // When
        Verdict verdict = verdict(CHAT, Detector.DAILY_RATIO, quarter(day, 40)).orElseThrow();

        // Then
        assertThat(verdict.level() == Level.HOLDING ? "CLEAR" : verdict.level().name())
                .isEqualTo(level);
        assertThat(verdict.severity()).isEqualTo(severity);
        assertThat(verdict.baseline()).isEqualTo(10 * USD);
        assertThat(verdict.sinceMs()).isEqualTo(day * 86_400_000);
    }

    @Test
    void aDayCanFireLongBeforeItsEnd() {
        // Given
        long day = days("10 10 10 10 10 10 10");
        spend(CHAT, day, 20, 8);

        // When
        String before = levelOf(CHAT, Detector.DAILY_RATIO, quarter(day, 20));
        spend(CHAT, day, 30, 8);
        String after = levelOf(CHAT, Detector.DAILY_RATIO, quarter(day, 30));

        // Then
        assertThat(before).isEqualTo("CLEAR");
        assertThat(after).isEqualTo("FIRING");
    }

    @Test
    void aMondayAfterAWeekendDoesNotRing() {
        long day = days("10 10 10 10 10 2 2");
        spend(CHAT, day, 80, 10.5);

        assertThat(levelOf(CHAT, Detector.DAILY_RATIO, quarter(day, 80))).isEqualTo("CLEAR");
        assertThat(levelOf(CHAT, Detector.DAILY_ZSCORE, quarter(day, 80))).isEqualTo("CLEAR");
    }

    @Test
    void daysOnWhichNothingWasRunningAreNoZeroDays() {
        // Given a week, ten days without anything, three days, and a usual day
        long day = days("10 10 10 10 10 10 10");
        day = days(day + 10, "10 10 10");
        spend(CHAT, day, 80, 11);

        // Then
        Verdict verdict = verdict(CHAT, Detector.DAILY_RATIO, quarter(day, 80)).orElseThrow();
        assertThat(verdict.baseline()).isEqualTo(10 * USD);
        assertThat(verdict.level()).isEqualTo(Level.CLEAR);
    }

    @Test
    void daysOnWhichOnlyTheFeatureRestedAreZeroDays() {
        // Given
        Scope other = new Scope("acme", Scope.Kind.FEATURE, "other");
        long day = days("7 7 7 7 7 7 7");
        for (int ago = 1; ago <= 7; ago++) {
            spend(other, day - ago, 10, 1);
        }
        spend(other, day - 14, 10, 1);
        spend(CHAT, day - 14, 10, 7);

        // When
        spend(other, day, 10, 1);
        spend(other, day + 1, 10, 1);
        spend(CHAT, day + 1, 10, 7);

        // Then
        long average = verdict(CHAT, Detector.DAILY_RATIO, quarter(day + 1, 10))
                .orElseThrow()
                .baseline();
        assertThat(average).isEqualTo(6 * USD);
    }

    @ParameterizedTest(name = "{0} times the usual hour: {1}")
    @CsvSource({"1, CLEAR", "1.3, CLEAR", "3, FIRING", "10, FIRING"})
    void seasonalSeesTheLastHour(double factor, String level) {
        // Given
        long day = weeks(3, 1);
        for (int quarter = 0; quarter < 46; quarter++) {
            boolean spike = quarter >= 42;
            spend(CHAT, day, quarter, usual(day, quarter) * (spike ? factor : 1));
        }

        // Then
        assertThat(levelOf(CHAT, Detector.SEASONAL, quarter(day, 45))).isEqualTo(level);
    }

    @ParameterizedTest(name = "{0} days of history, {1} times: {2}")
    @CsvSource({"3, 10, none", "4, 1.5, CLEAR", "4, 6, FIRING", "6, 6, FIRING"})
    void seasonalJudgesFromTheFifthDayOnByTheRhythmOfTheDay(int days, double factor, String level) {
        // Given
        long day = MONDAY;
        for (; day < MONDAY + days; day++) {
            for (int quarter = 0; quarter < 96; quarter++) {
                spend(CHAT, day, quarter, usual(day, quarter));
            }
        }

        // When
        for (int quarter = 0; quarter < 46; quarter++) {
            spend(CHAT, day, quarter, usual(day, quarter) * (quarter >= 42 ? factor : 1));
        }

        // Then
        assertThat(levelOf(CHAT, Detector.SEASONAL, quarter(day, 45))).isEqualTo(level);
    }

    @ParameterizedTest(name = "begun {0} days before a Monday")
    @ValueSource(ints = {4, 5, 6, 7, 8})
    void aMondayOfAFeatureThatBeganThisWeekDoesNotRing(int days) {
        // Given a tenth of the spend at the weekend
        List<String> levels = new ArrayList<>();
        for (long day = MONDAY + 14 - days; day <= MONDAY + 14; day++) {
            boolean weekend = day % 7 == (MONDAY + 5) % 7 || day % 7 == (MONDAY + 6) % 7;
            for (int quarter = 0; quarter < 96; quarter++) {
                spend(CHAT, day, quarter, usual(day, quarter) * (weekend ? 0.1 : 1));
                levels.add(levelOf(CHAT, Detector.SEASONAL, quarter(day, quarter)));
            }
        }

        // Then
        assertThat(levels).doesNotContain("FIRING");
    }

    @Test
    void aNewLevelIsNoSpikeForEver() {
        // Given
        long day = weeks(5, 1);

        // When
        List<String> levels = new ArrayList<>();
        for (int quarter = 0; quarter < 2 * 96; quarter++) {
            spend(CHAT, day, quarter, 4 * usual(day + quarter / 96, quarter % 96));
            levels.add(levelOf(CHAT, Detector.SEASONAL, quarter(day, quarter)));
        }

        // Then
        assertThat(levels.subList(4, 40)).contains("FIRING");
        assertThat(levels.get(2 * 96 - 1)).isEqualTo("CLEAR");
    }

    @ParameterizedTest(name = "{0} of {1} times the cost per request: {2}")
    @CsvSource({"100, 1.2, CLEAR", "100, 1.8, FIRING", "100, 4, FIRING", "20, 4, CLEAR"})
    void costPerRequest(int requests, double factor, String level) {
        // Given
        long day = steady(CHAT, 14, 100, 1, 0.5);

        // When
        add(CHAT, quarter(day, 40), requests, 0.01 * requests * factor, 0.5, 0, 0);

        // Then
        assertThat(levelOf(CHAT, Detector.COST_PER_REQUEST, quarter(day, 40))).isEqualTo(level);
    }

    @ParameterizedTest(name = "{0} of prompts from the cache: {1}")
    @CsvSource({"0.75, CLEAR", "0.5, FIRING", "0, FIRING"})
    void cacheHitRate(double rate, String level) {
        // Given
        long day = steady(CHAT, 14, 100, 1, 0.8);

        // When
        add(CHAT, quarter(day, 40), 100, 1, rate, 0, 0);

        // Then
        assertThat(levelOf(CHAT, Detector.CACHE_HIT_RATE, quarter(day, 40))).isEqualTo(level);
    }

    @Test
    void aCacheFloorNeedsNoHistory() {
        // Given
        DetectorSettings settings = DetectorSettings.of(Map.of("detector.cache_hit_rate[acme/*].floor", "0.6"));

        // When
        add(CHAT, quarter(MONDAY, 40), 100, 1, 0.5, 0, 0);

        // Then
        List<Verdict> verdicts = Detectors.judge(scopes.view(CHAT), quarter(MONDAY, 40), settings);
        assertThat(verdicts)
                .anyMatch(verdict -> verdict.detector() == Detector.CACHE_HIT_RATE && verdict.level() == Level.FIRING);
    }

    @ParameterizedTest(name = "{0} % of {1} requests again: {2}")
    @CsvSource({"5, 200, CLEAR", "40, 200, FIRING", "40, 20, CLEAR"})
    void retryWaste(int percent, int requests, String level) {
        // Given
        long day = steady(CHAT, 14, 100, 1, 0.5);

        // When
        add(CHAT, quarter(day, 40), requests, 0.01 * requests, 0.5, requests * percent / 100, 0);

        // Then
        assertThat(levelOf(CHAT, Detector.RETRY_WASTE, quarter(day, 40))).isEqualTo(level);
    }

    @Test
    void callsThatFailAreWasteToo() {
        // Given
        long day = steady(CHAT, 14, 100, 1, 0.5);

        // When a third of the cost is of errors and aborted calls, and nothing was tried again
        add(CHAT, quarter(day, 40), 200, 2, 0.5, 0, 0);
        long[] failed = new long[Figure.COUNT];
        failed[Figure.FAILED_COST.ordinal()] = 2 * USD / 3;
        scopes.add(CHAT, quarter(day, 40), failed);

        // Then
        Verdict verdict = verdict(CHAT, Detector.RETRY_WASTE, quarter(day, 40)).orElseThrow();
        assertThat(verdict.level()).isEqualTo(Level.FIRING);
        assertThat(verdict.value()).isEqualTo(333_333);
    }

    @ParameterizedTest(name = "{0} % escalated: {1}")
    @CsvSource({"2, CLEAR", "40, FIRING"})
    void escalationRate(int percent, String level) {
        // Given
        long day = steady(CHAT, 14, 100, 1, 0.5);

        // When
        add(CHAT, quarter(day, 40), 100, 1, 0.5, 0, percent);

        // Then
        assertThat(levelOf(CHAT, Detector.ESCALATION_RATE, quarter(day, 40))).isEqualTo(level);
    }

    @Test
    void aModelWithoutAPriceRingsWhileItIsCalledAndHoldsForADay() {
        // Given
        long[] unpriced = new long[Figure.COUNT];
        unpriced[Figure.UNPRICED.ordinal()] = 3;
        scopes.add(MODEL, quarter(MONDAY, 40), unpriced);

        // Then
        assertThat(levelOf(MODEL, Detector.UNPRICED_MODEL, quarter(MONDAY, 40))).isEqualTo("FIRING");
        assertThat(levelOf(MODEL, Detector.UNPRICED_MODEL, quarter(MONDAY, 44))).isEqualTo("HOLDING");
        assertThat(levelOf(MODEL, Detector.UNPRICED_MODEL, quarter(MONDAY + 2, 0)))
                .isEqualTo("CLEAR");
    }

    @Test
    void aFeatureThatAlwaysHadTrafficIsMissed() {
        // Given
        long day = steady(CHAT, 14, 100, 1, 0.5);

        // Then
        assertThat(levelOf(CHAT, Detector.SILENCE, quarter(day, 1))).isEqualTo("CLEAR");
        assertThat(levelOf(CHAT, Detector.SILENCE, quarter(day, 40))).isEqualTo("FIRING");
        assertThat(levelOf(CHAT, Detector.SILENCE, quarter(day + 3, 40))).isEqualTo("HOLDING");
        assertThat(levelOf(CHAT, Detector.SILENCE, quarter(day + 9, 40))).isEqualTo("CLEAR");
    }

    @Test
    void aFeatureThatRestsAtNightIsNotMissedAtNight() {
        // Given
        long day = MONDAY;
        for (; day < MONDAY + 14; day++) {
            for (int quarter = 32; quarter < 72; quarter++) {
                add(CHAT, quarter(day, quarter), 100, 1, 0.5, 0, 0);
            }
        }

        // Then
        assertThat(levelOf(CHAT, Detector.SILENCE, quarter(day, 10))).isNotEqualTo("FIRING");
        assertThat(levelOf(CHAT, Detector.SILENCE, quarter(day, 50))).isEqualTo("FIRING");
    }

    @ParameterizedTest(name = "{0} late requests: {1}")
    @CsvSource({"0, CLEAR", "30, HOLDING", "200, FIRING"})
    void lateSurge(int requests, String level) {
        // Given
        long day = steady(CHAT, 14, 100, 1, 0.5);
        add(CHAT, quarter(day, 40), 100, 1, 0.5, 0, 0);
        long[] late = new long[Figure.COUNT];
        late[Figure.LATE_REQUESTS.ordinal()] = requests;
        scopes.add(CHAT, quarter(day, 40), late);

        // Then
        assertThat(levelOf(Scope.tenant("acme"), Detector.LATE_SURGE, quarter(day, 40)))
                .isEqualTo(level);
    }

    @Test
    void aFeatureIsComparedWithItsUsualShare() {
        // Given one that always has 70 %, one that has 30 %, and a new one
        Scope small = new Scope("acme", Scope.Kind.FEATURE, "small");
        Scope fresh = new Scope("acme", Scope.Kind.FEATURE, "fresh");
        long day = MONDAY;
        for (; day < MONDAY + 10; day++) {
            spend(CHAT, day, 40, 7);
            spend(small, day, 40, 3);
        }

        // When
        spend(CHAT, day, 40, 7);
        spend(small, day, 40, 3);
        spend(fresh, day, 40, 6);

        // Then
        assertThat(levelOf(CHAT, Detector.CONCENTRATION, quarter(day, 40))).isEqualTo("CLEAR");
        assertThat(levelOf(small, Detector.CONCENTRATION, quarter(day, 40))).isEqualTo("CLEAR");
        assertThat(levelOf(fresh, Detector.CONCENTRATION, quarter(day, 40))).isEqualTo("FIRING");
    }

    @Test
    void aDailyBudgetIsWhatSharesAreOf() {
        // Given
        long day = days("1 1 1 1 1 1 1 1");
        scopes.budget(10 * USD);

        // When
        spend(CHAT, day, 40, 3);

        // Then
        Verdict verdict =
                verdict(CHAT, Detector.CONCENTRATION, quarter(day, 40)).orElseThrow();
        assertThat(verdict.level()).isEqualTo(Level.FIRING);
        assertThat(verdict.value()).isEqualTo(300_000);
        assertThat(verdict.baseline()).isEqualTo(100_000);
        assertThat(verdict.how()).contains("daily budget");
    }

    @Test
    void oneUserIsNamed() {
        // Given
        long day = days("10 10 10 10 10 10 10 10");
        spend(CHAT, day, 40, 10);
        List<ScopeView.UserSpend> users = new ArrayList<>();
        users.add(new ScopeView.UserSpend("u7", 6 * USD));
        for (int user = 10; user < 19; user++) {
            users.add(new ScopeView.UserSpend("u" + user, USD / 2));
        }
        scopes.users("acme", quarter(day, 40), users);

        // Then
        Verdict verdict = verdict(Scope.tenant("acme"), Detector.CONCENTRATION, quarter(day, 40))
                .orElseThrow();
        assertThat(verdict.level()).isEqualTo(Level.FIRING);
        assertThat(verdict.subject()).isEqualTo("user u7");
    }

    @Test
    void aNewScopeIsNotJudgedByWhatItDoesNotHave() {
        add(CHAT, quarter(MONDAY, 40), 1000, 500, 0.5, 0, 0);

        assertThat(Detectors.judge(scopes.view(CHAT), quarter(MONDAY, 40), DetectorSettings.defaults()))
                .noneMatch(verdict -> verdict.level() == Level.FIRING);
    }

    @ParameterizedTest(name = "bursts (days ago : times) {0}, {1} times today: {2}")
    @CsvSource({
        "3:6 9:8 16:10, 7, false",
        "3:6 9:8 16:10, 12, true",
        "3:6 9:8, 7, true",
        "3:6 4:8 16:10, 7, true",
        "3:6 4:8 9:10 16:12, 7, false",
        "3:6 9:6 16:20 23:20, 6.5, false",
        "3:6 9:6 16:20 23:20, 10, true",
        "3:6 9:20 16:20 23:20, 19, false",
    })
    void whatBurstsReachedThreeTimesIsAHabit(String bursts, double times, boolean rings) {
        // Given five weeks with hours of many times the usual on some days, each at another time
        List<String> days = List.of(bursts.split(" "));
        long today = MONDAY + 35;
        for (long day = MONDAY; day <= today; day++) {
            String ago = (today - day) + ":";
            int burst = (int) days.stream().takeWhile(of -> !of.startsWith(ago)).count();
            double burstTimes =
                    burst < days.size() ? Double.parseDouble(days.get(burst).substring(ago.length())) : 1;
            for (int quarter = 0; quarter < (day == today ? 60 : 96); quarter++) {
                boolean isBurst = quarter / 4 == 5 + 6 * (burst % 3);
                boolean isToday = day == today && quarter / 4 == 14;
                double factor = isToday ? times : isBurst ? burstTimes : 1;
                spend(CHAT, day, quarter, factor * (0.9 + 0.2 * ((day * 31 + quarter * 17) % 11) / 10));
            }
        }

        // Then
        assertThat(levelOf(CHAT, Detector.SEASONAL, quarter(today, 59)).equals("FIRING"))
                .isEqualTo(rings);
    }

    @Test
    void silenceThatCameBeforeAtThisTimeOfDayIsAHabit() {
        // Given four weeks of a feature that rested for two hours at about ten on three of the days
        long day = MONDAY;
        for (; day < MONDAY + 28; day++) {
            for (int quarter = 0; quarter < 96; quarter++) {
                boolean rests = (day == MONDAY + 11 || day == MONDAY + 17 || day == MONDAY + 26)
                        && quarter >= 34
                        && quarter < 42;
                if (!rests) {
                    add(CHAT, quarter(day, quarter), 100, 1, 0.5, 1, 1);
                }
            }
        }
        for (int quarter = 0; quarter < 44; quarter++) {
            add(CHAT, quarter(day, quarter), 100, 1, 0.5, 1, 1);
        }

        // Then an hour without anything is no news about then, and news when it is longer
        assertThat(levelOf(CHAT, Detector.SILENCE, quarter(day, 47))).isEqualTo("HOLDING");
        assertThat(levelOf(CHAT, Detector.SILENCE, quarter(day, 59))).isEqualTo("FIRING");
    }

    @Test
    void aShiftOfClocksIsNoSpike() {
        // Given a rhythm that begins an hour earlier from a Sunday on, as where clocks are changed
        long day = weeks(5, 1);
        List<String> levels = new ArrayList<>();
        for (int ago = 0; ago < 7; ago++) {
            for (int quarter = 0; quarter < 96; quarter++) {
                spend(CHAT, day + ago, quarter, usual(day + ago, Math.min(95, quarter + 4)));
                for (Detector detector : List.of(Detector.SEASONAL, Detector.DAILY_RATIO, Detector.SILENCE)) {
                    levels.add(levelOf(CHAT, detector, quarter(day + ago, quarter)));
                }
            }
        }

        // Then
        assertThat(levels).doesNotContain("FIRING");
    }

    @Test
    void aPriceThatChangesInTheMiddleOfADayIsTold() {
        // Given
        long day = MONDAY;
        for (; day < MONDAY + 14; day++) {
            for (int quarter = 0; quarter < 96; quarter++) {
                priced(quarter(day, quarter), 1);
            }
        }

        // When the same calls cost twice as much from ten to one on
        for (int quarter = 0; quarter < 52; quarter++) {
            priced(quarter(day, quarter), quarter < 40 ? 1 : 2);
        }

        // Then
        long now = quarter(day, 51);
        assertThat(levelOf(CHAT, Detector.COST_PER_REQUEST, now)).isEqualTo("FIRING");
        Explanation why = Explanation.of(
                Explanation.now(scopes.view(CHAT), now, 3), Explanation.usual(scopes.view(CHAT), now, 3), null);
        assertThat(why.reason()).isEqualTo(Explanation.Reason.PRICE_CHANGE);
    }

    private void priced(long quarter, double price) {
        long[] figures = new long[Figure.COUNT];
        figures[Figure.REQUESTS.ordinal()] = 100;
        figures[Figure.INPUT_TOKENS.ordinal()] = 100_000;
        figures[Figure.INPUT_COST.ordinal()] = Math.round(price * USD);
        figures[Figure.COST.ordinal()] = Math.round(price * USD);
        scopes.add(CHAT, quarter, figures);
    }

    @Test
    void whatIsSwitchedOffSaysNothing() {
        long day = days("10 10 10 10 10 10 10");
        spend(CHAT, day, 40, 100);
        DetectorSettings settings = DetectorSettings.of(Map.of("detector.daily_ratio[acme/ch*].enabled", "false"));

        assertThat(Detectors.judge(scopes.view(CHAT), quarter(day, 40), settings))
                .noneMatch(verdict -> verdict.detector() == Detector.DAILY_RATIO)
                .anyMatch(verdict -> verdict.detector() == Detector.DAILY_ZSCORE);
    }

    @Test
    void aKeptBaselineGivesTheSameVerdicts() {
        // Given
        long day = weeks(3, 1);
        Baseline kept = Baseline.of(scopes.view(CHAT), day);

        // Then
        for (int quarter = 0; quarter < 96; quarter++) {
            spend(CHAT, day, quarter, 3 * usual(day, quarter));
            assertThat(Detectors.judge(scopes.view(CHAT), quarter(day, quarter), DetectorSettings.defaults(), kept))
                    .isEqualTo(Detectors.judge(scopes.view(CHAT), quarter(day, quarter), DetectorSettings.defaults()));
        }
        assertThatThrownBy(() ->
                        Detectors.judge(scopes.view(CHAT), quarter(day + 1, 0), DetectorSettings.defaults(), kept))
                .hasMessageContaining("a baseline for the day " + day);
    }

    private static long quarter(long day, int quarter) {
        return day * 96 + quarter;
    }

    private long days(String costs) {
        return days(MONDAY, costs);
    }

    /** A day of each cost; returns the day after. */
    private long days(long first, String costs) {
        long day = first;
        for (String cost : costs.split(" ")) {
            spend(CHAT, day++, 40, Double.parseDouble(cost));
        }
        return day;
    }

    private static double usual(long day, int quarter) {
        double rhythm = quarter >= 32 && quarter < 72 ? 1 : 0.2;
        double noise = 0.9 + 0.2 * ((day * 31 + quarter * 17) % 11) / 10;
        return rhythm * noise;
    }

    private long weeks(int weeks, double factor) {
        long day = MONDAY;
        for (; day < MONDAY + 7L * weeks; day++) {
            for (int quarter = 0; quarter < 96; quarter++) {
                spend(CHAT, day, quarter, factor * usual(day, quarter));
            }
        }
        return day;
    }

    /** The same in every quarter-hour of so many days; returns the day after. */
    private long steady(Scope scope, int days, int requests, double cost, double cached) {
        long day = MONDAY;
        for (; day < MONDAY + days; day++) {
            for (int quarter = 0; quarter < 96; quarter++) {
                add(scope, quarter(day, quarter), requests, cost, cached, 1, 1);
            }
        }
        return day;
    }

    private void spend(Scope scope, long day, int quarter, double usd) {
        long[] figures = new long[Figure.COUNT];
        figures[Figure.COST.ordinal()] = Math.round(usd * USD);
        figures[Figure.REQUESTS.ordinal()] = 1;
        scopes.add(scope, quarter(day, quarter), figures);
    }

    private void add(Scope scope, long quarter, int requests, double usd, double cached, int retries, int escalated) {
        long[] figures = new long[Figure.COUNT];
        figures[Figure.COST.ordinal()] = Math.round(usd * USD);
        figures[Figure.REQUESTS.ordinal()] = requests;
        figures[Figure.INPUT_TOKENS.ordinal()] = Math.round(1000 * requests * (1 - cached));
        figures[Figure.CACHE_READ_TOKENS.ordinal()] = Math.round(1000 * requests * cached);
        figures[Figure.RETRIES.ordinal()] = retries;
        figures[Figure.RETRY_COST.ordinal()] = Math.round(usd * USD * retries / requests);
        figures[Figure.ESCALATED.ordinal()] = escalated;
        scopes.add(scope, quarter, figures);
    }

    private String levelOf(Scope scope, Detector detector, long quarter) {
        return verdict(scope, detector, quarter)
                .map(verdict -> verdict.level().name())
                .orElse("none");
    }

    private Optional<Verdict> verdict(Scope scope, Detector detector, long quarter) {
        return Detectors.judge(scopes.view(scope), quarter, DetectorSettings.defaults()).stream()
                .filter(verdict -> verdict.detector() == detector)
                .findFirst();
    }
}
