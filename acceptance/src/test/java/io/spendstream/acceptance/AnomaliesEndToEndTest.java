package io.spendstream.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.Spendstream;
import io.spendstream.runtime.AppConfig;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertState;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two weeks of spend with a spike, through all stages on real parts: told once, and told the same when it is read again. */
@ExtendWith(OneCluster.class)
class AnomaliesEndToEndTest {

    private static final int DAYS = 12;
    private static final int SPIKE_DAY = 10;
    private static final Duration BETWEEN_EVENTS = Duration.ofMinutes(15);

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void aSpikeIsToldAndToldTheSameWhenAllIsReadFromTheBeginning(Cluster cluster) throws Exception {
        try (Scene scene = new Scene(cluster, "anomalies")) {
            // Given
            List<String> first;
            try (Spendstream app = scene.startHere(Map.of())) {
                price(app);
                publish(app, events(scene.now.truncatedTo(ChronoUnit.DAYS).minus(Duration.ofDays(DAYS))));

                // When
                first = told(Await.until(
                        "all alerts to be resolved",
                        Scene.PATIENCE,
                        () -> alerts(scene),
                        AnomaliesEndToEndTest::areOver));
                assertThat(get(app, "/v1/alerts?kind=seasonal"))
                        .contains("\"part_of\"", "\"reason\":\"longer_prompts\"");
            }

            // Then
            assertThat(first).doesNotHaveDuplicates();
            List<String> again = new ArrayList<>(first);
            try (Spendstream other = scene.startHere(Map.of(AppConfig.APPLICATION_ID, "again"))) {
                again = Await.until(
                        "as many alerts again",
                        Scene.PATIENCE,
                        () -> told(alerts(scene)),
                        alerts -> alerts.size() >= 2 * first.size());
            }
            assertThat(again.subList(first.size(), again.size())).containsExactlyInAnyOrderElementsOf(first);
        }
    }

    /** Without silence, which is of the wall clock: all events are past. */
    private static List<Alert> alerts(Scene scene) {
        return scene.deployment.readAnomalies().stream()
                .filter(alert -> !alert.getKind().equals("silence"))
                .toList();
    }

    /** The last to come are those of the day, at the beginning of the next. */
    private static boolean areOver(List<Alert> alerts) {
        return alerts.stream().anyMatch(alert -> alert.getKind().equals("daily_zscore"))
                && ids(alerts, AlertState.OPEN).equals(ids(alerts, AlertState.RESOLVED));
    }

    private static Set<String> ids(List<Alert> alerts, AlertState state) {
        return alerts.stream()
                .filter(alert -> alert.getState() == state)
                .map(Alert::getId)
                .collect(Collectors.toSet());
    }

    private static List<String> told(List<Alert> alerts) {
        return alerts.stream()
                .map(alert ->
                        alert.getKind() + " " + alert.getState() + " " + alert.getId() + " " + alert.getChangedAt()
                                + " " + alert.getValue() + " " + alert.getBaseline() + " " + alert.getNotify() + " "
                                + alert.getSummary())
                .toList();
    }

    private static List<String> events(Instant start) {
        List<String> events = new ArrayList<>();
        Instant spike = start.plus(Duration.ofDays(SPIKE_DAY)).plus(Duration.ofHours(10));
        Instant end = start.plus(Duration.ofDays(DAYS));
        for (Instant at = start; at.isBefore(end); at = at.plus(BETWEEN_EVENTS)) {
            boolean spikes = !at.isBefore(spike) && at.isBefore(spike.plus(Duration.ofHours(3)));
            for (int i = 0; i < 4; i++) {
                events.add("""
                        {"id": "a-%d-%d", "time": "%s", "tenant": "acme", "feature": "chat", "team": "support",
                         "model": "gpt-4o", "input_tokens": %d, "output_tokens": 100}""".formatted(at.getEpochSecond(), i, at.plusSeconds(i * 60), spikes ? 1_000_000 : 100_000));
            }
        }
        return events;
    }

    private void publish(Spendstream app, List<String> events) throws Exception {
        for (int from = 0; from < events.size(); from += 500) {
            List<String> batch = events.subList(from, Math.min(events.size(), from + 500));
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(URI.create(app.url() + "/v1/events"))
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString("[" + String.join(",", batch) + "]"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        }
    }

    private void price(Spendstream app) throws Exception {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create(app.url() + "/v1/prices/gpt-4o"))
                        .header("Content-Type", "application/json")
                        .PUT(HttpRequest.BodyPublishers.ofString("""
                                {"model": "gpt-4o", "cards": [{"effective_from": "2024-01-01T00:00:00Z", "rates": [
                                  {"meter": "input_tokens", "usd_per_million": 2.50},
                                  {"meter": "output_tokens", "usd_per_million": 10.00}]}]}"""))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 204);
    }

    private String get(Spendstream app, String path) throws Exception {
        return http.send(
                        HttpRequest.newBuilder(URI.create(app.url() + path)).build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
