package io.spendstream.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spendstream.alert.AlertKind;
import io.spendstream.alert.AlertMeasure;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertSeverity;
import io.spendstream.v1.AlertState;
import io.spendstream.v1.Contributor;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Alerts, who looks after them, and silences, over HTTP. */
class AlertRoutesTest {

    private static final ObjectMapper MAPPER =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
    private static final String SILENCE =
            "{'match': {'kind': ['seasonal', 'daily_*'], 'tenant': ['acme']}, 'until': '2026-11-22T12:00:00Z',"
                    + " 'by': 'ann', 'comment': 'load test'}";

    private TestInstance instance;

    @BeforeEach
    void start() throws IOException {
        instance = new TestInstance();
    }

    @AfterEach
    void stop() throws IOException {
        instance.close();
    }

    private static Alert.Builder alert(String id, String measure) {
        return Alert.newBuilder()
                .setId(id)
                .setKind("daily_ratio")
                .setState(AlertState.OPEN)
                .setSeverity(AlertSeverity.WARNING)
                .setTenant("acme")
                .setMeasure(measure)
                .setLimit(1_500_000L)
                .setValue(2_250_000L)
                .setBaseline(1_000_000L)
                .setOpenedAt(TestInstance.NOW)
                .setChangedAt(TestInstance.NOW)
                .setContributors(List.of(new Contributor("model", "m", 3_000L, 500_000L)))
                .setSummary("Much.");
    }

    private HttpResponse<String> delete(String path) throws IOException, InterruptedException {
        return instance.send(instance.request(path).DELETE());
    }

    private List<String> ids(String query) throws IOException, InterruptedException {
        HttpResponse<String> response = instance.get("/v1/alerts?" + query);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return MAPPER.readTree(response.body()).get("alerts").findValuesAsText("id");
    }

    private JsonNode only(String id) throws IOException, InterruptedException {
        return MAPPER.readTree(instance.get("/v1/alerts?id=" + id).body())
                .get("alerts")
                .get(0);
    }

    @ParameterizedTest
    @CsvSource({
        "cost, 0.0015, 0.00225, 0.001, 0.000003",
        "cost_per_request, 0.0015, 0.00225, 0.001, 3000",
        "requests, 1500000, 2250000, 1000000, 3000",
        "tokens, 1500000, 2250000, 1000000, 3000",
        "input_tokens, 1500000, 2250000, 1000000, 3000",
        "output_tokens, 1500000, 2250000, 1000000, 3000",
        "cost_share, 1.5, 2.25, 1, 3000",
        "cache_hit_rate, 1.5, 2.25, 1, 3000",
        "retry_waste, 1.5, 2.25, 1, 3000",
        "late_share, 1.5, 2.25, 1, 3000",
        "escalation_rate, 1.5, 2.25, 1, 3000",
    })
    void amounts_are_in_the_unit_of_the_measure(
            String measure, String limit, String value, String baseline, String amount) throws Exception {
        // Given
        instance.alerts.add(alert("a", measure).build());

        // Then
        JsonNode alert = only("a");
        assertThat(alert.get("limit").asText()).isEqualTo(limit);
        assertThat(alert.get("value").asText()).isEqualTo(value);
        assertThat(alert.get("baseline").asText()).isEqualTo(baseline);
        assertThat(alert.get("contributors").get(0).get("amount").asText()).isEqualTo(amount);
        assertThat(Arrays.stream(AlertMeasure.values()).map(AlertMeasure::id)).contains(measure);
    }

    @Test
    void the_description_lists_all_kinds_and_measures() throws Exception {
        JsonNode api = MAPPER.readTree(instance.get("/openapi.json").body());
        JsonNode alert = api.at("/components/schemas/Alert/properties");
        List<String> asked = new ArrayList<>();
        api.at("/paths/~1v1~1alerts/get/parameters").forEach(parameter -> {
            if (parameter.get("name").asText().equals("kind")) {
                parameter.at("/schema/items/enum").forEach(kind -> asked.add(kind.asText()));
            }
        });

        assertThat(asked).isEqualTo(AlertKind.ids());
        assertThat(alert.at("/kind/enum").valueStream().map(JsonNode::asText))
                .containsExactlyElementsOf(AlertKind.ids());
        assertThat(alert.at("/measure/enum").valueStream().map(JsonNode::asText))
                .containsExactlyElementsOf(Arrays.stream(AlertMeasure.values())
                        .map(AlertMeasure::id)
                        .toList());
    }

    @Test
    void somebody_looks_after_an_alert_and_no_longer() throws Exception {
        // Given
        instance.alerts.add(alert("a", "cost").build());
        instance.alerts.add(alert("b", "cost").setNotify(false).build());

        // When
        HttpResponse<String> put =
                instance.post("/v1/alerts/a/acknowledge", "{\"by\": \"ann\", \"comment\": \"a load test\"}");

        // Then
        assertThat(put.statusCode()).as(put.body()).isEqualTo(200);
        assertThat(put.body())
                .isEqualTo(
                        "{\"alert\":\"a\",\"by\":\"ann\",\"at\":\"2026-11-21T12:00:00Z\",\"comment\":\"a load test\"}");
        assertThat(only("a").get("acknowledged").toString())
                .isEqualTo("{\"by\":\"ann\",\"at\":\"2026-11-21T12:00:00Z\",\"comment\":\"a load test\"}");
        assertThat(only("b").get("acknowledged").isNull()).isTrue();
        assertThat(ids("acknowledged=true")).containsExactly("a");
        assertThat(ids("acknowledged=false")).containsExactly("b");
        assertThat(ids("notify=true")).containsExactly("a");
        assertThat(ids("notify=false")).containsExactly("b");

        // When
        assertThat(delete("/v1/alerts/a/acknowledge").statusCode()).isEqualTo(204);

        // Then
        assertThat(ids("acknowledged=true")).isEmpty();
        assertThat(delete("/v1/alerts/a/acknowledge").statusCode()).isEqualTo(404);
        assertThat(instance.post("/v1/alerts/none/acknowledge", "{\"by\": \"ann\"}")
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void what_is_wrong_with_an_acknowledgement_is_named_at_once() throws Exception {
        instance.alerts.add(alert("a", "cost").build());

        HttpResponse<String> response =
                instance.post("/v1/alerts/a/acknowledge", "{\"comment\": 1, \"until\": \"noon\"}");

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(MAPPER.readTree(response.body()).get("errors").findValuesAsText("field"))
                .containsExactlyInAnyOrder("by", "comment", "until");
        assertThat(ids("acknowledged=true")).isEmpty();
        assertThat(instance.get("/v1/alerts?notify=perhaps&acknowledged=1").statusCode())
                .isEqualTo(400);
    }

    @Test
    void the_silence_that_a_change_fell_under_is_shown() throws Exception {
        instance.alerts.add(
                alert("a", "cost").setLabels(Map.of("silenced", "s1")).build());
        instance.alerts.add(alert("b", "cost").build());

        assertThat(only("a").get("silenced").asText()).isEqualTo("s1");
        assertThat(only("b").get("silenced").isNull()).isTrue();
    }

    @Test
    void a_silence_is_written_read_and_deleted() throws Exception {
        // When
        HttpResponse<String> put = instance.put("/v1/silences/s1", SILENCE.replace('\'', '"'));

        // Then
        assertThat(put.statusCode()).as(put.body()).isEqualTo(201);
        assertThat(put.body())
                .isEqualTo("{\"id\":\"s1\",\"match\":{\"kind\":[\"seasonal\",\"daily_*\"],\"tenant\":[\"acme\"]},"
                        + "\"from\":\"2026-11-21T12:00:00Z\",\"until\":\"2026-11-22T12:00:00Z\",\"by\":\"ann\","
                        + "\"comment\":\"load test\"}");
        assertThat(instance.get("/v1/silences/s1").body()).isEqualTo(put.body());
        assertThat(instance.put("/v1/silences/s1", put.body()).statusCode())
                .as("what is answered is taken")
                .isEqualTo(200);
        assertThat(instance.get("/v1/silences").body()).isEqualTo("{\"silences\":[" + put.body() + "]}");

        // When
        assertThat(delete("/v1/silences/s1").statusCode()).isEqualTo(204);

        // Then
        assertThat(delete("/v1/silences/s1").statusCode()).isEqualTo(404);
        assertThat(instance.get("/v1/silences/s1").statusCode()).isEqualTo(404);
        assertThat(instance.get("/v1/silences").body()).isEqualTo("{\"silences\":[]}");
    }

    @Test
    void what_is_wrong_with_a_silence_is_named_at_once_and_changes_nothing() throws Exception {
        HttpResponse<String> response =
                instance.put("/v1/silences/-s", "{\"match\": {\"colour\": [\"red\"]}, \"forever\": true}");

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(MAPPER.readTree(response.body()).get("errors").findValuesAsText("field"))
                .containsExactlyInAnyOrder("forever", "id", "by", "match.colour", "until");
        assertThat(instance.get("/v1/silences").body()).isEqualTo("{\"silences\":[]}");
    }
}
