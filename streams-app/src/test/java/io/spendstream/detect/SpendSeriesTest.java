package io.spendstream.detect;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.TestStores;
import io.spendstream.anomaly.Baseline;
import io.spendstream.anomaly.Detector;
import io.spendstream.anomaly.DetectorSettings;
import io.spendstream.anomaly.Detectors;
import io.spendstream.anomaly.Figure;
import io.spendstream.anomaly.Scope;
import io.spendstream.anomaly.ScopeView;
import io.spendstream.anomaly.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpendSeriesTest {

    private static final long DAY = 20_710;
    private static final Combination CHAT = new Combination("acme", "chat", null, "m");
    private static final Scope FEATURE = new Scope("acme", Scope.Kind.FEATURE, "chat");

    private final SpendSeries series = new SpendSeries(TestStores.inMemory("series"));

    @Test
    void whatComesLateForADayBeforeMakesAnewWhatIsUsual() {
        // Given a week of 10 USD a day, and a baseline that is kept
        for (long day = DAY - 7; day < DAY; day++) {
            spend(day * 96 + 40, day * 96 + 40, 10);
        }
        long now = DAY * 96 + 40;
        spend(now, now, 1);
        Baseline before = baseline(now);
        assertThat(baseline(now)).isSameAs(before);
        assertThat(average(now)).isEqualTo(10_000_000_000L);

        // When 70 USD come late for yesterday
        spend(now, now - 96, 70);

        // Then
        assertThat(baseline(now)).isNotSameAs(before);
        assertThat(average(now)).isEqualTo(20_000_000_000L);
    }

    @Test
    void whatComesLateForTheSameDayLeavesWhatIsUsual() {
        // Given
        long now = DAY * 96 + 40;
        spend(now - 96, now - 96, 10);
        Baseline before = baseline(now);

        // When
        spend(now, now - 4, 5);

        // Then
        assertThat(baseline(now)).isSameAs(before);
    }

    private void spend(long cameIn, long quarterHour, long usd) {
        long[] figures = new long[Figure.COUNT];
        figures[Figure.COST.ordinal()] = usd * 1_000_000_000;
        figures[Figure.REQUESTS.ordinal()] = 1;
        series.add(cameIn, quarterHour, CHAT, figures);
    }

    private Baseline baseline(long now) {
        return series.baseline(view(), now);
    }

    private ScopeView view() {
        return series.view(FEATURE, List.of(), 0);
    }

    private long average(long now) {
        return Detectors.judge(view(), now, DetectorSettings.defaults(), baseline(now)).stream()
                .filter(verdict -> verdict.detector() == Detector.DAILY_RATIO)
                .mapToLong(Verdict::baseline)
                .findFirst()
                .orElseThrow();
    }
}
