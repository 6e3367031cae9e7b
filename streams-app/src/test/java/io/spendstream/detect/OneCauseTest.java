package io.spendstream.detect;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.anomaly.DetectorSettings;
import io.spendstream.usage.Measure;
import io.spendstream.usage.Resolution;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertSeverity;
import io.spendstream.v1.AlertState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What people are told where one cause makes several detectors and scopes fire, and where it comes back. */
class OneCauseTest {

    /** A Monday. */
    private static final Instant START = Instant.parse("2026-08-31T00:00:00Z");

    private static final int DAYS = 10;
    private static final int SPIKE = DAYS * 96 + 40;

    private final List<Alert> alerts = new ArrayList<>();
    private final Hindsight hindsight = new Hindsight(DetectorSettings.defaults(), alerts::add);

    /** How many times the usual a feature costs in a quarter-hour counted from the start. */
    private interface Traffic {
        double of(String feature, int quarter);
    }

    private void run(int quarters, Traffic traffic) {
        run(hindsight, quarters, traffic);
    }

    private static void run(Hindsight hindsight, int quarters, Traffic traffic) {
        for (int quarter = 0; quarter < quarters; quarter++) {
            for (String feature : List.of("chat", "search", "mail")) {
                add(hindsight, quarter, feature, traffic.of(feature, quarter));
            }
        }
        hindsight.closeUntil(at(quarters));
    }

    private static void add(Hindsight hindsight, int quarter, String feature, double times) {
        long[] sums = new long[Measure.COUNT];
        double noise = 0.95 + 0.1 * (quarter * 7 % 11) / 10;
        sums[Measure.REQUESTS.ordinal()] = Math.round(100 * times);
        sums[Measure.COST.ordinal()] = Math.round(1e9 * times * noise);
        hindsight.add(at(quarter), "acme", feature, null, "model-of-" + feature, sums);
    }

    private static Instant at(int quarter) {
        return START.plus(Duration.ofMinutes(15L * quarter));
    }

    private Stream<Alert> opened() {
        return alerts.stream().filter(alert -> alert.getState() == AlertState.OPEN);
    }

    private static boolean isSpike(int quarter) {
        return quarter >= SPIKE && quarter < SPIKE + 12;
    }

    @Test
    void aSpikeOfTheTenantRingsOnceAndItsFeaturesArePartOfIt() {
        // When
        run(SPIKE + 12, (feature, quarter) -> isSpike(quarter) ? 5 : 1);

        // Then
        assertThat(opened().count()).isGreaterThan(4);
        Alert told = opened().filter(Alert::getNotify).findFirst().orElseThrow();
        assertThat(opened().filter(Alert::getNotify)).hasSize(1);
        assertThat(told.getScope()).isEqualTo(Map.of("tenant", "acme"));
        assertThat(opened().filter(alert -> alert != told))
                .allSatisfy(part -> assertThat(part.getLabels()).containsEntry("part_of", told.getId()));
    }

    @Test
    void theSumOfADayIsPartOfTheSpikeThatWasToldAndIsOver() {
        // When a spike is over by five in the morning, and the day's sum is too high in the evening
        run((DAYS + 1) * 96, (feature, quarter) -> isSpike(quarter + 32) ? 5 : 1);

        // Then
        Alert spike = opened().findFirst().orElseThrow();
        assertThat(alerts).anySatisfy(alert -> {
            assertThat(alert.getId()).isEqualTo(spike.getId());
            assertThat(alert.getState()).isEqualTo(AlertState.RESOLVED);
            assertThat(alert.getChangedAt()).isBefore(at(SPIKE - 8));
        });
        assertThat(opened().filter(alert -> alert.getKind().startsWith("daily_")
                        && alert.getChangedAt().isAfter(at(SPIKE + 24))))
                .isNotEmpty()
                .allSatisfy(alert -> {
                    assertThat(alert.getNotify()).isFalse();
                    assertThat(alert.getLabels()).containsEntry("part_of", spike.getId());
                });
        assertThat(opened().filter(Alert::getNotify)).containsExactly(spike);
    }

    @Test
    void theSumOfADayThatGrowsAfterASpikeIsToldToo() {
        // When a short spike is over, and all hours after it cost more, though none of them much
        run(
                (DAYS + 1) * 96,
                (feature, quarter) -> quarter / 4 * 4 == SPIKE - 32 ? 3 : quarter >= SPIKE - 20 ? 1.45 : 1);

        // Then
        assertThat(opened().filter(Alert::getNotify)
                        .filter(alert -> alert.getScope().size() == 1)
                        .map(Alert::getKind))
                .startsWith("seasonal")
                .anyMatch(kind -> kind.startsWith("daily_"));
    }

    @Test
    void aDayThatIsMoreUrgentThanItsSpikeIsTold() {
        // When twelve hours cost four times as much
        run((DAYS + 1) * 96, (feature, quarter) -> quarter >= SPIKE && quarter < SPIKE + 48 ? 4 : 1);

        // Then
        assertThat(alerts)
                .filteredOn(alert ->
                        alert.getKind().startsWith("daily_") && alert.getScope().size() == 1 && alert.getNotify())
                .extracting(Alert::getSeverity)
                .containsOnly(AlertSeverity.CRITICAL);
    }

    @Test
    void twoFeaturesWithNothingInCommonRingBoth() {
        // When one spikes, and another a day later
        run(
                SPIKE + 2 * 96,
                (feature, quarter) ->
                        feature.equals("chat") && isSpike(quarter) || feature.equals("mail") && isSpike(quarter - 96)
                                ? 1.9
                                : 1);

        // Then
        assertThat(opened().filter(Alert::getNotify)
                        .map(alert -> alert.getScope().get("feature")))
                .contains("chat", "mail");
    }

    @Test
    void whatComesBackWithinSixHoursIsTheSameAlertAndTellsNobodyAgain() {
        // When it spikes for an hour, and again four hours later
        run(SPIKE + 40, (feature, quarter) -> quarter / 4 * 4 == SPIKE || quarter / 4 * 4 == SPIKE + 16 ? 4 : 1);

        // Then
        List<Alert> ofTenant = alerts.stream()
                .filter(alert ->
                        alert.getKind().equals("seasonal") && alert.getScope().size() == 1)
                .toList();
        assertThat(ofTenant)
                .extracting(Alert::getState)
                .containsExactly(AlertState.OPEN, AlertState.RESOLVED, AlertState.OPEN, AlertState.RESOLVED);
        assertThat(ofTenant).extracting(Alert::getNotify).containsExactly(true, true, false, false);
        assertThat(ofTenant)
                .extracting(Alert::getId)
                .containsOnly(ofTenant.get(0).getId());
        assertThat(ofTenant)
                .extracting(Alert::getOpenedAt)
                .containsOnly(ofTenant.get(0).getOpenedAt());
        assertThat(Duration.between(
                        ofTenant.get(0).getChangedAt(), ofTenant.get(1).getChangedAt()))
                .isGreaterThanOrEqualTo(Duration.ofHours(1));
    }

    @Test
    void historyThatIsReadAgainGivesTheSameAlertsWhichAreMarkedAndTellNobody() {
        // Given
        List<Alert> again = new ArrayList<>();
        Hindsight later = new Hindsight(
                DetectorSettings.defaults(), atMs -> atMs + Duration.ofHours(3).toMillis(), again::add);

        // When
        Traffic traffic = (feature, quarter) -> isSpike(quarter) ? 5 : 1;
        run(hindsight, SPIKE + 48, traffic);
        run(later, SPIKE + 48, traffic);

        // Then
        assertThat(again).isNotEmpty().allSatisfy(alert -> {
            assertThat(alert.getNotify()).isFalse();
            assertThat(alert.getLabels()).containsEntry("replayed", "true");
        });
        assertThat(again.stream().map(OneCauseTest::unmarked).toList())
                .isEqualTo(alerts.stream().map(OneCauseTest::unmarked).toList());
        assertThat(alerts).noneMatch(alert -> alert.getLabels().containsKey("replayed"));
    }

    private static Alert unmarked(Alert alert) {
        Map<String, String> labels = new HashMap<>(alert.getLabels());
        labels.remove("replayed");
        return Alert.newBuilder(alert).setNotify(false).setLabels(labels).build();
    }

    @Test
    void whatIsLateByHoursBelongsToItsTimeAndMakesNoSpike() {
        // Given
        run(SPIKE, (feature, quarter) -> 1);

        // When four hours of a feature come again at once, late
        for (int quarter = SPIKE - 20; quarter < SPIKE - 4; quarter++) {
            add(hindsight, quarter, "chat", 1);
        }
        hindsight.closeUntil(at(SPIKE + 8));

        // Then
        assertThat(alerts).noneMatch(alert -> alert.getKind().equals("seasonal"));
        assertThat(alerts).anySatisfy(alert -> {
            assertThat(alert.getKind()).isEqualTo("late_surge");
            assertThat(alert.getNotify()).isTrue();
        });
    }

    @Test
    void anAlertAnswersWhatItIsAbout() {
        // When
        run(SPIKE + 4, (feature, quarter) -> isSpike(quarter) ? 5 : 1);

        // Then
        Alert told = opened().filter(Alert::getNotify).findFirst().orElseThrow();
        assertThat(told.getValue()).isGreaterThan(told.getLimit());
        assertThat(told.getLimit()).isGreaterThan(told.getBaseline());
        assertThat(told.getPeriodEnd()).isEqualTo(told.getOpenedAt());
        assertThat(Duration.between(told.getPeriodStart(), told.getPeriodEnd())).isEqualTo(Duration.ofHours(1));
        assertThat(told.getLabels()).containsKeys("baseline", "query").containsEntry("reason", "more_traffic");
        assertThat(told.getContributors())
                .extracting(contributor -> contributor.getField() + " " + contributor.getValue())
                .contains("feature chat", "feature search", "feature mail", "model model-of-chat");
        assertThat(Resolution.QUARTER_HOUR.bucketOf(told.getOpenedAt().toEpochMilli()))
                .isLessThanOrEqualTo(
                        Resolution.QUARTER_HOUR.bucketOf(at(SPIKE + 4).toEpochMilli()));
    }
}
