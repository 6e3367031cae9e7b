package io.spendstream.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.Spendstream;
import io.spendstream.runtime.AppConfig;
import io.spendstream.runtime.SecurityConfig;
import io.spendstream.sandbox.EmbeddedBroker;
import io.spendstream.sandbox.registry.DevelopmentRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A budget's way through all of it, on real parts: made, spent, told, and asked before the next call. */
class BudgetsEndToEndTest {

    private static final Duration WITHIN = Duration.ofSeconds(20);

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void aBudgetThatIsSpentIsToldOnceAndDeniesTheNextCall(@TempDir Path directory) throws Exception {
        try (EmbeddedBroker broker = new EmbeddedBroker(directory.resolve("kafka"), 0).start();
                DevelopmentRegistry registry = new DevelopmentRegistry(directory.resolve("registry.json"), 0)) {
            Map<String, String> config = Map.of(
                    AppConfig.BOOTSTRAP_SERVERS, broker.bootstrapServers(),
                    AppConfig.REGISTRY_URL, registry.url().toString(),
                    AppConfig.HTTP_PORT, "0",
                    SecurityConfig.MODE, "off",
                    AppConfig.STATE_DIR, directory.resolve("state").toString());
            try (KafkaConsumer<String, byte[]> alerts = readCommitted(broker)) {
                List<String> ids = new ArrayList<>();
                try (Spendstream app = Spendstream.start(AppConfig.of(config))) {
                    app.awaitReady(Duration.ofSeconds(60));
                    // Given: half of the limit is spent before the budget is made
                    price(app);
                    publish(app, "e1");
                    until(app, "/v1/spend", "\"cost_usd\":0.0035");
                    put(app, "0.007");

                    // When
                    alerts.subscribe(List.of("budget-alerts"));
                    publish(app, "e2");

                    // Then: both thresholds, the one passed before the budget was made and the limit
                    await(alerts, ids, 2);
                    until(app, "/v1/budgets/daily/status", "\"spent_usd\":0.007", "\"spent\":0.007");
                    String admission = until(app, "POST /v1/admission", "\"decision\":\"deny\"");
                    assertThat(admission).contains("\"budget\":\"daily\"");
                    until(app, "/v1/alerts", ids.get(0), ids.get(0));
                    // And: somebody looks after them, and wants to hear no more of it today
                    for (String id : ids) {
                        HttpResponse<String> acknowledged = send(
                                app,
                                "POST",
                                "/v1/alerts/" + id + "/acknowledge",
                                "{\"by\": \"ann\", \"comment\": \"ours\"}");
                        assertThat(acknowledged.statusCode())
                                .as(acknowledged.body())
                                .isEqualTo(200);
                    }
                    HttpResponse<String> silenced = send(app, "PUT", "/v1/silences/today", """
                            {"match": {"budget": ["daily"]}, "until": "%s", "by": "ann"}""".formatted(
                                    Instant.now().plusSeconds(3_600)));
                    assertThat(silenced.statusCode()).as(silenced.body()).isEqualTo(201);
                }
                // And: an instance that starts again does not tell again, and tells when the limit is raised
                try (Spendstream app = Spendstream.start(AppConfig.of(config))) {
                    app.awaitReady(Duration.ofSeconds(60));
                    publish(app, "e2");
                    until(app, "/v1/budgets/daily/status", "\"spent_usd\":0.007", "\"spent\":0.007");
                    put(app, "0.01");
                    await(alerts, ids, 3);
                    assertThat(ids.subList(0, 2)).doesNotHaveDuplicates().contains(ids.get(2));
                    until(app, "/v1/alerts?state=RESOLVED", ids.get(2), ids.get(2));
                    // And: it goes by what was said of alerts before
                    until(app, "/v1/alerts?state=RESOLVED&acknowledged=true&notify=false", ids.get(2));
                    assertThat(send(app, "GET", "/v1/silences", "").body()).contains("\"today\"");
                    until(app, "POST /v1/admission", "\"decision\":\"allow\"", "\"decision\":\"warn\"");
                }
                assertThat(ids).hasSize(3);
            }
        }
    }

    @Test
    void aDefinitionThatIsRefusedIsFollowedByTheOneInForce(@TempDir Path directory) throws Exception {
        try (EmbeddedBroker broker = new EmbeddedBroker(directory.resolve("kafka"), 0).start();
                DevelopmentRegistry registry = new DevelopmentRegistry(directory.resolve("registry.json"), 0);
                KafkaConsumer<String, byte[]> definitions = readCommitted(broker)) {
            Map<String, String> config = Map.of(
                    AppConfig.BOOTSTRAP_SERVERS, broker.bootstrapServers(),
                    AppConfig.REGISTRY_URL, registry.url().toString(),
                    AppConfig.HTTP_PORT, "0",
                    SecurityConfig.MODE, "off",
                    AppConfig.STATE_DIR, directory.resolve("state").toString());
            try (Spendstream app = Spendstream.start(AppConfig.of(config))) {
                app.awaitReady(Duration.ofSeconds(60));
                definitions.subscribe(List.of("budgets"));
                put(app, "0.007");

                // When: bytes that are no budget, by whoever produces to the topic
                produceNoBudget(broker);

                // Then: the definition, then what is none, then the definition again, with since when it counts
                List<ConsumerRecord<String, byte[]>> records = await(definitions, 3);
                assertThat(records.get(2).value()).isEqualTo(records.get(0).value());
                assertThat(number(records.get(2), "spendstream.as_of"))
                        .isEqualTo(records.get(1).offset());
                assertThat(number(records.get(2), "spendstream.defined_at"))
                        .isEqualTo(records.get(0).timestamp());
                assertThat(send(app, "GET", "/v1/budgets/daily", "").body()).contains("\"limit\":0.007");

                // When the limit is changed, counters go on: then that is said too, and nothing besides
                put(app, "0.01");
                records = await(definitions, 2);
                assertThat(number(records.get(1), "spendstream.defined_at"))
                        .isLessThan(records.get(0).timestamp());
                send(app, "DELETE", "/v1/budgets/daily", "");
                assertThat(await(definitions, 1))
                        .singleElement()
                        .satisfies(record -> assertThat(record.value()).isNull());
            }
        }
    }

    private static void produceNoBudget(EmbeddedBroker broker) throws Exception {
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers()),
                new StringSerializer(),
                new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>("budgets", "daily", new byte[] {1, 2, 3}))
                    .get();
        }
    }

    private static List<ConsumerRecord<String, byte[]>> await(KafkaConsumer<String, byte[]> records, int count) {
        List<ConsumerRecord<String, byte[]>> found = new ArrayList<>();
        long deadline = System.nanoTime() + WITHIN.toNanos();
        while (found.size() < count && System.nanoTime() < deadline) {
            records.poll(Duration.ofMillis(50)).forEach(found::add);
        }
        assertThat(found).hasSize(count);
        return found;
    }

    private static long number(ConsumerRecord<String, byte[]> record, String header) {
        return Long.parseLong(new String(record.headers().lastHeader(header).value(), StandardCharsets.UTF_8));
    }

    private void price(Spendstream app) throws Exception {
        send(app, "PUT", "/v1/prices/gpt-4o", """
                {"model": "gpt-4o", "cards": [{"effective_from": "2024-01-01T00:00:00Z", "rates": [
                  {"meter": "input_tokens", "usd_per_million": 2.50},
                  {"meter": "output_tokens", "usd_per_million": 10.00}]}]}""");
    }

    private void put(Spendstream app, String limit) throws Exception {
        HttpResponse<String> put = send(app, "PUT", "/v1/budgets/daily", """
                {"id": "daily", "match": {"feature": ["ch*"]}, "group_by": ["feature"], "measure": "cost",
                 "limit": %s, "period": "day", "zone": "UTC", "burn_rate_min": 1000,
                 "thresholds": [{"at": 0.5, "action": "notify"}, {"at": 1.0, "action": "deny"}]}""".formatted(limit));
        assertThat(put.statusCode()).as(put.body()).isBetween(200, 204);
    }

    private void publish(Spendstream app, String id) throws Exception {
        HttpResponse<String> accepted = send(app, "POST", "/v1/events", """
                {"id": "%s", "time": "%s", "feature": "chat", "model": "gpt-4o",
                 "input_tokens": 1000, "output_tokens": 100}""".formatted(id, Instant.now()));
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
    }

    /** Asks until the answer contains one of some texts. */
    private String until(Spendstream app, String what, String... texts) throws Exception {
        long deadline = System.nanoTime() + WITHIN.toNanos();
        String body = "";
        while (System.nanoTime() < deadline) {
            body = what.startsWith("POST ")
                    ? send(app, "POST", what.substring(5), """
                            {"feature": "chat", "model": "gpt-4o", "input_tokens": 1000, "max_output_tokens": 10}""").body()
                    : send(app, "GET", what, "").body();
            for (String text : texts) {
                if (body.contains(text)) {
                    return body;
                }
            }
        }
        throw new AssertionError(what + " never said any of " + List.of(texts) + "; it says " + body);
    }

    private static void await(KafkaConsumer<String, byte[]> alerts, List<String> ids, int count) {
        long deadline = System.nanoTime() + WITHIN.toNanos();
        while (ids.size() < count && System.nanoTime() < deadline) {
            for (ConsumerRecord<String, byte[]> alert : alerts.poll(Duration.ofMillis(50))) {
                ids.add(alert.key());
            }
        }
        assertThat(ids).hasSize(count);
    }

    private static KafkaConsumer<String, byte[]> readCommitted(EmbeddedBroker broker) {
        return new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers(),
                        ConsumerConfig.GROUP_ID_CONFIG, "alerts",
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest",
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed"),
                new StringDeserializer(),
                new ByteArrayDeserializer());
    }

    private HttpResponse<String> send(Spendstream app, String method, String path, String body)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(app.url() + path))
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
