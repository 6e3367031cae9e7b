package io.spendstream.connect.notify;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertState;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AlertmanagerTest {

    private static final Instant NOW = Alerts.OPENED.plusSeconds(3_600);

    private final HttpStub alertmanager = HttpStub.start(HttpStub.status(200));
    private final AlertmanagerChannel channel = channel(AlertRecord.Severity.INFO);

    private AlertmanagerChannel channel(AlertRecord.Severity least) {
        Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
        return new AlertmanagerChannel(
                new HttpEndpoint(alertmanager.url("/api/v2/alerts"), Duration.ofSeconds(5), null, null, clock),
                AlertFilter.of(List.of("*"), List.of("*"), least, true),
                Template.of(AlertSinkConfig.shipped("description.mustache"), Template.Escape.NONE),
                new AlertmanagerChannel.Settings(
                        Map.of("cluster", "eu"),
                        Duration.ofMinutes(1),
                        Duration.ofHours(1),
                        "https://spend.example.com"),
                clock);
    }

    @AfterEach
    void stop() {
        alertmanager.close();
    }

    private List<JsonNode> last() throws IOException {
        List<HttpStub.Request> requests = alertmanager.requests();
        List<JsonNode> alerts = new ArrayList<>();
        new ObjectMapper().readTree(requests.get(requests.size() - 1).body()).forEach(alerts::add);
        return alerts;
    }

    private void tell(Alert.Builder alert) throws DeliveryException {
        AlertRecord change = Alerts.alertRecord(alert.build());
        if (channel.wants(change)) {
            channel.deliver(change);
        }
    }

    @Test
    void an_open_alert_has_its_labels_its_words_and_an_end_to_come() throws Exception {
        tell(Alerts.budget("a1", AlertState.OPEN));

        assertThat(last())
                .singleElement()
                .hasToString("{\"labels\":{\"alert_id\":\"a1\",\"alertname\":\"SpendstreamBudgetThreshold\","
                        + "\"budget\":\"daily\",\"cluster\":\"eu\",\"feature\":\"chat\",\"kind\":\"budget_threshold\","
                        + "\"severity\":\"warning\",\"tenant\":\"acme\"},"
                        + "\"annotations\":{\"summary\":\"80 % of the budget daily are spent\","
                        + "\"description\":\"80 % of the budget daily are spent\\nlimit: 100.00 USD\\n"
                        + "value: 80.00 USD\\nmodel large: 61.25 USD (76.5625 %)\","
                        + "\"dashboard_url\":\"https://spend.example.com/\"},"
                        + "\"startsAt\":\"2026-11-21T12:00:00Z\",\"endsAt\":\"2026-11-21T14:00:00Z\","
                        + "\"generatorURL\":\"https://spend.example.com/v1/alerts?id=a1\"}");
    }

    @Test
    void a_resolved_alert_has_the_labels_with_which_it_was_told_and_an_end_that_is_past() throws Exception {
        tell(Alerts.budget("a1", AlertState.OPEN));
        JsonNode open = last().get(0);

        // Its severity is another one now, and nobody is to be told.
        tell(Alerts.budget("a1", AlertState.RESOLVED).setNotify(false));

        assertThat(last()).singleElement().satisfies(resolved -> {
            assertThat(resolved.get("labels")).isEqualTo(open.get("labels"));
            assertThat(resolved.get("endsAt").asText()).isEqualTo("2026-11-21T12:02:00Z");
        });
        assertThat(channel.repeat(NOW)).isEqualTo(NOW.plusSeconds(60));
        assertThat(alertmanager.requests()).hasSize(2);
    }

    @Test
    void one_that_becomes_more_urgent_is_resolved_under_its_old_severity() throws Exception {
        tell(Alerts.budget("a1", AlertState.OPEN));

        tell(Alerts.budget("a1", AlertState.ESCALATED));

        Map<String, Boolean> firing = new HashMap<>();
        last().forEach(alert -> firing.put(
                alert.get("labels").get("severity").asText(),
                Instant.parse(alert.get("endsAt").asText()).isAfter(NOW)));
        assertThat(firing).isEqualTo(Map.of("warning", false, "critical", true));
    }

    @Test
    void what_nobody_was_told_of_is_neither_opened_nor_resolved() throws Exception {
        tell(Alerts.budget("a1", AlertState.OPEN).setNotify(false));
        tell(Alerts.budget("a1", AlertState.RESOLVED));

        assertThat(alertmanager.requests()).isEmpty();
    }

    @Test
    void what_is_open_is_said_again_also_what_was_told_before_the_task_began() throws Exception {
        channel.recall(Alerts.alertRecord(Alerts.budget("told", AlertState.OPEN).build()));
        channel.recall(Alerts.alertRecord(
                Alerts.budget("quiet", AlertState.OPEN).setNotify(false).build()));
        channel.recall(
                Alerts.alertRecord(Alerts.budget("resolved", AlertState.OPEN).build()));
        channel.recall(Alerts.alertRecord(
                Alerts.budget("resolved", AlertState.RESOLVED).build()));
        channel.recall(Alerts.alertRecord(Alerts.budget("long ago", AlertState.OPEN)
                .setNotify(false)
                .setLabels(Map.of("repeated", "true"))
                .build()));
        channel.recall(Alerts.alertRecord(Alerts.budget("long ago silenced", AlertState.OPEN)
                .setNotify(false)
                .setLabels(Map.of("repeated", "true", "silenced", "s"))
                .build()));
        assertThat(alertmanager.requests()).isEmpty();

        channel.repeat(NOW);

        assertThat(last())
                .extracting(alert -> alert.get("labels").get("alert_id").asText())
                .containsExactly("told", "long ago");
        // Not before its time.
        channel.repeat(NOW.plusSeconds(59));
        assertThat(alertmanager.requests()).hasSize(1);
        channel.repeat(NOW.plusSeconds(60));
        assertThat(alertmanager.requests()).hasSize(2);
    }

    @Test
    void what_is_another_tasks_is_not_said_again() throws Exception {
        tell(Alerts.budget("a1", AlertState.OPEN));

        channel.forget(Set.of(new TopicPartition(Alerts.TOPIC, 0)));
        channel.repeat(NOW);

        assertThat(alertmanager.requests()).hasSize(1);
    }

    @Test
    void event_time_that_is_ahead_of_the_clock_does_not_keep_an_alert_open() throws Exception {
        Instant ahead = NOW.plusSeconds(120);
        tell(Alerts.budget("a1", AlertState.OPEN, ahead));
        tell(Alerts.budget("a1", AlertState.RESOLVED, ahead));

        assertThat(last()).singleElement().satisfies(resolved -> {
            assertThat(resolved.get("endsAt").asText()).isEqualTo(NOW.toString());
            assertThat(resolved.get("startsAt").asText()).isEqualTo(NOW.toString());
        });
    }

    @ParameterizedTest
    @CsvSource({"feature, feature", "user.tier, user_tier", "1st, _1st", "'', _", "größe, gr__e", "a-b c, a_b_c"})
    void names_of_labels_are_as_an_alertmanager_takes_them(String dimension, String name) {
        assertThat(AlertmanagerAlerts.name(dimension)).isEqualTo(name);
    }

    @Test
    void a_dimension_does_not_take_the_place_of_a_label_of_the_alert() {
        AlertRecord alert = Alerts.alertRecord(Alerts.budget("a1", AlertState.OPEN)
                .setScope(Map.of("severity", "low", "alertname", "x", "kind", "y", "empty", ""))
                .build());

        assertThat(AlertmanagerAlerts.labels(alert, Map.of()))
                .containsEntry("severity", "warning")
                .containsEntry("alertname", "SpendstreamBudgetThreshold")
                .containsEntry("kind", "budget_threshold")
                .doesNotContainKey("empty");
    }
}
