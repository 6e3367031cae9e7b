package io.spendstream.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.query.FakeCells;
import io.spendstream.query.Peers.Peer;
import io.spendstream.query.Trace;
import java.net.http.HttpRequest;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Every request is seen once, with its route and how it was answered, and hands its trace on. */
class ObservationTest {

    private static final String TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private final TestInstance instance;

    ObservationTest() throws Exception {
        instance = new TestInstance();
    }

    @AfterEach
    void close() throws Exception {
        instance.close();
    }

    @Test
    void aRequestIsSeenWithItsRouteNotItsPath() throws Exception {
        instance.get("/v1/prices/gpt-4o");
        instance.awaitSeen("GET /v1/prices/{model} 404");
    }

    @Test
    void whatNoRouteIsForAndWhatIsRefusedIsSeenToo() throws Exception {
        instance.get("/nothing/here");
        instance.awaitSeen("GET null 404");
        instance.send(instance.request("/v1/spend").DELETE());
        instance.awaitSeen("GET null 404", "DELETE null 405");
        instance.post("/v1/events", "{", "Content-Type", "application/json");
        instance.awaitSeen("GET null 404", "DELETE null 405", "POST /v1/events 400");
    }

    @Test
    void whatAdmissionDecidesIsSeen() throws Exception {
        instance.post(
                "/v1/admission",
                "{\"feature\": \"chat\", \"model\": \"m\", \"input_tokens\": 1}",
                "Content-Type",
                "application/json");
        instance.awaitSeen("admission ALLOW", "POST /v1/admission 200");
    }

    @Test
    void eventsGoOnWithTheTraceOfTheirRequest() throws Exception {
        instance.post("/v1/events", """
                {"id": "e", "time": "2026-11-21T12:00:00Z", "feature": "chat", "model": "m"}""", "Content-Type", "application/json", "traceparent", TRACEPARENT);
        assertThat(instance.published).hasSize(1);
        assertThat(instance.traced).isEqualTo(new Trace(Map.of("traceparent", TRACEPARENT)));
    }

    @Test
    void anotherInstanceIsAskedInTheTraceOfTheQuestion() throws Exception {
        try (TestInstance other = new TestInstance()) {
            // Given
            instance.partitions = 2;
            instance.cells.add(new FakeCells(0));
            other.cells.add(new FakeCells(1));
            instance.others.add(new Peer(other.url(), false));

            // When
            HttpRequest.Builder question = instance.request("/v1/spend").header("traceparent", TRACEPARENT);
            assertThat(instance.send(question).statusCode()).isEqualTo(200);

            // Then
            other.awaitSeen("POST /internal/v1/spend 200 " + TRACEPARENT);
        }
    }

    @Test
    void startedIsNotReady() throws Exception {
        instance.notStarted.add("waiting for Kafka");
        instance.notReady.add("waiting for Kafka");
        assertThat(instance.get("/health/startup").statusCode()).isEqualTo(503);
        assertThat(instance.get("/health/startup").body()).contains("waiting for Kafka");

        instance.notStarted.clear();
        assertThat(instance.get("/health/startup").body()).isEqualTo("{\"status\":\"started\"}");
        assertThat(instance.get("/health/ready").statusCode()).isEqualTo(503);
    }
}
