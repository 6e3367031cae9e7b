package io.spendstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.alert.AlertKind;
import io.spendstream.alert.AlertMeasure;
import io.spendstream.alert.Notes;
import io.spendstream.anomaly.Detector;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertNote;
import io.spendstream.v1.AlertState;
import io.spendstream.v1.UsageEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** From usage events to alerts of detectors, through all stages. */
class AnomaliesTest {

    private static final Instant START = Instant.parse("2026-10-20T00:00:00Z");
    private static final Duration BETWEEN_EVENTS = Duration.ofMinutes(5);

    private static UsageEvent event(int number, Instant at, long inputTokens) {
        return UsageEvent.newBuilder()
                .setId("e" + number)
                .setTime(at)
                .setTenant("acme")
                .setFeature("chat")
                .setTeam("support")
                .setModel("gpt-4o")
                .setUser("u" + number % 7)
                .setInputTokens(inputTokens)
                .setOutputTokens(100)
                .build();
    }

    /** Even spend, ten times as much for three hours, then even spend again. */
    private static List<UsageEvent> spike(int daysBefore) {
        List<UsageEvent> events = new ArrayList<>();
        Instant spike = START.plus(Duration.ofDays(daysBefore)).plus(Duration.ofHours(10));
        Instant end = START.plus(Duration.ofDays(daysBefore + 2));
        int number = 0;
        for (Instant at = START; at.isBefore(end); at = at.plus(BETWEEN_EVENTS)) {
            boolean spikes = !at.isBefore(spike) && at.isBefore(spike.plus(Duration.ofHours(3)));
            events.add(event(number, at, (spikes ? 1_000_000 : 100_000) + number % 11 * 500L));
            number++;
        }
        return events;
    }

    private static void publish(Pipeline pipeline, List<UsageEvent> events) {
        for (UsageEvent event : events) {
            pipeline.publish(event, event.getTime().plusMillis(200));
        }
    }

    private static Pipeline pipeline() {
        Pipeline pipeline = new Pipeline();
        pipeline.price(Pipeline.gpt4o());
        return pipeline;
    }

    @Test
    void aSpikeIsToldWithinAnHourOnceAndResolvedWhenItIsOver() {
        try (Pipeline pipeline = pipeline()) {
            // When
            publish(pipeline, spike(14));

            // Then
            List<Alert> alerts = pipeline.anomalies();
            Instant spike = START.plus(Duration.ofDays(14)).plus(Duration.ofHours(10));
            assertThat(alerts).isNotEmpty();
            assertThat(alerts.get(0).getOpenedAt()).isBetween(spike, spike.plus(Duration.ofHours(1)));
            assertThat(alerts)
                    .filteredOn(alert -> alert.getKind().equals("seasonal"))
                    .isNotEmpty();
            assertThat(alerts.stream()
                            .filter(alert -> alert.getState() == AlertState.OPEN)
                            .map(Alert::getId))
                    .doesNotHaveDuplicates();
            assertThat(alerts.stream()
                            .filter(alert -> alert.getState() == AlertState.OPEN)
                            .map(Alert::getId)
                            .sorted())
                    .isEqualTo(alerts.stream()
                            .filter(alert -> alert.getState() == AlertState.RESOLVED)
                            .map(Alert::getId)
                            .sorted()
                            .toList());
        }
    }

    @Test
    void whatASilenceCoversIsRecordedWithItsName() {
        try (Pipeline pipeline = pipeline()) {
            // Given: for the hours of the spike
            Instant spike = START.plus(Duration.ofDays(14)).plus(Duration.ofHours(10));
            AlertNote silence = AlertNote.newBuilder(Notes.silence("tests", spike, Map.of("tenant", List.of("acme"))))
                    .setUntil(spike.plus(Duration.ofHours(4)))
                    .build();
            pipeline.note("silence:tests", silence);

            // When
            publish(pipeline, spike(14));

            // Then
            List<Alert> opened = pipeline.anomalies().stream()
                    .filter(alert -> alert.getState() == AlertState.OPEN)
                    .toList();
            assertThat(opened).isNotEmpty().allSatisfy(alert -> {
                boolean covered = alert.getChangedAt().isBefore(silence.getUntil());
                assertThat(alert.getLabels().get("silenced")).isEqualTo(covered ? "tests" : null);
                assertThat(AlertMeasure.values()).extracting(AlertMeasure::id).contains(alert.getMeasure());
            });
            assertThat(opened.get(0).getLabels()).containsKey("silenced");
        }
    }

    @Test
    void everyDetectorIsAKindOfAlert() {
        assertThat(AlertKind.ids())
                .containsAll(
                        Arrays.stream(Detector.values()).map(Detector::label).toList());
    }
}
