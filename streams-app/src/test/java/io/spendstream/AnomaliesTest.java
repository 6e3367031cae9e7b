package io.spendstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.alert.AlertKind;
import io.spendstream.alert.AlertMeasure;
import io.spendstream.alert.Notes;
import io.spendstream.anomaly.Detector;
import io.spendstream.budget.BudgetBook;
import io.spendstream.combine.CommitPoint;
import io.spendstream.schema.ConfluentSchemaRegistry;
import io.spendstream.schema.SchemaRegistry;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertNote;
import io.spendstream.v1.AlertState;
import io.spendstream.v1.Contributor;
import io.spendstream.v1.UsageEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** From usage events to alerts of detectors, through all stages. */
class AnomaliesTest {

    private static final Instant START = Instant.parse("2026-10-20T00:00:00Z");
    private static final Duration BETWEEN_EVENTS = Duration.ofMinutes(15);

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
                .setPromptTokens(Map.of("system", 20_000L, "history", inputTokens - 20_000))
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

    /** The alerts of two weeks of even spend and a spike. */
    private static List<Alert> alerts;

    @BeforeAll
    static void spend() {
        try (Pipeline pipeline = pipeline()) {
            publish(pipeline, spike(14));
            alerts = pipeline.anomalies();
        }
    }

    @Test
    void aSpikeIsToldWithinAnHourOnceAndResolvedWhenItIsOver() {
        // Then
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

    @Test
    void anAlertSaysWhatIsOddHowThatIsKnownAndWhy() {
        // Then
        Alert first = alerts.get(0);
        assertThat(first.getKind()).isEqualTo("seasonal");
        assertThat(first.getScope()).containsOnly(Map.entry("tenant", "acme"));
        assertThat(first.getSummary())
                .startsWith("Tenant acme has spent 3.29 USD from 3 Nov 2026, 09:15 to 10:15 UTC, 3.2 times the"
                        + " usual 1.03 USD")
                .contains("Likely reason: prompts of ", " of them are history, usually ");
        assertThat(first.getLabels())
                .containsEntry("reason", "longer_prompts")
                .containsEntry(
                        "query",
                        "/v1/spend?from=2026-11-03T09:15:00Z&to=2026-11-03T10:15:00Z&granularity=hour"
                                + "&group_by=model&tenant=acme");
        assertThat(first.getContributors())
                .extracting(Contributor::getField)
                .containsExactly("feature", "model", "user", "user", "user", "prompt_part", "prompt_part");
        assertThat(first.getContributors())
                .filteredOn(contributor -> contributor.getField().equals("prompt_part"))
                .extracting(Contributor::getValue)
                .containsExactly("history", "system");
    }

    @Test
    void aRestartInTheMiddleChangesNothing() throws IOException {
        // Given
        List<UsageEvent> events = spike(9);
        List<Alert> unbroken;
        try (Pipeline pipeline = pipeline()) {
            publish(pipeline, events);
            unbroken = pipeline.anomalies();
        }

        // When
        List<Alert> broken = new ArrayList<>();
        Path stores = Files.createTempDirectory("stores");
        SchemaRegistry registry = new ConfluentSchemaRegistry("mock://" + UUID.randomUUID());
        int parts = 7;
        for (int part = 0; part < parts; part++) {
            Pipeline pipeline =
                    new Pipeline(CommitPoint.Mode.BEFORE_COMMIT, registry, stores, new BudgetBook(), Pipeline.NOW);
            pipeline.price(Pipeline.gpt4o());
            publish(pipeline, events.subList(events.size() * part / parts, events.size() * (part + 1) / parts));
            broken.addAll(pipeline.anomalies());
            pipeline.stop();
        }

        // Then
        assertThat(unbroken).isNotEmpty();
        assertThat(broken).isEqualTo(unbroken);
    }

    @Test
    void aRequestFarAboveTheOthersIsToldWithItsEventAndUser() {
        try (Pipeline pipeline = pipeline()) {
            // Given
            List<UsageEvent> events = spike(4).subList(0, 350);
            publish(pipeline, events);
            Instant last = events.get(events.size() - 1).getTime();

            // When
            UsageEvent large = UsageEvent.newBuilder(event(1_000_000, last.plusSeconds(60), 10_000_000))
                    .build();
            pipeline.publish(large, large.getTime());
            pipeline.publish(event(1_000_001, last.plusSeconds(3_600), 100_000), last.plusSeconds(3_600));

            // Then
            assertThat(pipeline.anomalies())
                    .filteredOn(alert -> alert.getKind().equals("request_outlier"))
                    .singleElement()
                    .satisfies(alert -> {
                        assertThat(alert.getValue()).isEqualTo(25_001_000_000L);
                        assertThat(alert.getScope()).containsEntry("feature", "chat");
                        assertThat(alert.getSummary())
                                .contains("a request of 25.00 USD by model gpt-4o", "event e1000000 of user u1");
                    });
        }
    }

    @Test
    void whatIsReadAgainLaterIsMarkedAndNotifiesNobody() {
        // Then: the wall clock was weeks ahead of the events
        assertThat(alerts).isNotEmpty().allSatisfy(alert -> {
            assertThat(alert.getNotify()).isFalse();
            assertThat(alert.getLabels()).containsEntry("replayed", "true");
        });
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
