package io.spendstream.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.TracesData;
import io.spendstream.Spendstream;
import io.spendstream.runtime.AppConfig;
import io.spendstream.runtime.SecurityConfig;
import io.spendstream.sandbox.EmbeddedBroker;
import io.spendstream.sandbox.registry.DevelopmentRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPInputStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The way of usage through all of it, on real parts: as an event, as each of the formats of others, as spans on Kafka. */
class EndToEndTest {

    private static final String SPANS = "otlp_spans";
    private static final String TRACE = "5b8efff798038103d269b633813fc60c";
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    @TempDir
    static Path directory;

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static EmbeddedBroker broker;
    private static DevelopmentRegistry registry;
    private static final List<Span> TRACED = new CopyOnWriteArrayList<>();
    private static HttpServer collector;
    private static Spendstream app;

    @BeforeAll
    static void start() throws Exception {
        broker = new EmbeddedBroker(directory.resolve("kafka"), 0).start();
        registry = new DevelopmentRegistry(directory.resolve("registry.json"), 0);
        collector = collector();
        app = Spendstream.start(AppConfig.of(Map.of(
                AppConfig.BOOTSTRAP_SERVERS,
                broker.bootstrapServers(),
                AppConfig.REGISTRY_URL,
                registry.url().toString(),
                AppConfig.HTTP_PORT,
                "0",
                SecurityConfig.MODE,
                "off",
                AppConfig.OTEL_TOPIC,
                SPANS,
                AppConfig.TRACES_ENDPOINT,
                "http://127.0.0.1:" + collector.getAddress().getPort() + "/v1/traces",
                AppConfig.STATE_DIR,
                directory.resolve("state").toString())));
        app.awaitReady(Duration.ofSeconds(60));
    }

    @AfterAll
    static void stop() throws Exception {
        app.close();
        collector.stop(0);
        registry.close();
        broker.close();
    }

    /** Keeps the spans that are sent to it. */
    private static HttpServer collector() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/traces", exchange -> {
            try (InputStream body = new GZIPInputStream(exchange.getRequestBody())) {
                for (ResourceSpans resource :
                        ExportTraceServiceRequest.parseFrom(body).getResourceSpansList()) {
                    resource.getScopeSpansList().forEach(scope -> TRACED.addAll(scope.getSpansList()));
                }
            }
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        return server;
    }

    @Test
    void anEventOverHttpAndTheCommitThatCountsItAreOneTrace() throws Exception {
        // Given
        String trace = "0af7651916cd43dd8448eb211c80319c";
        String event = """
                {"id": "traced", "time": "%s", "feature": "chat", "tenant": "traced", "model": "none"}""".formatted(Instant.now());

        // When
        send("POST", "/v1/events", event, "traceparent", "00-" + trace + "-b7ad6b7169203331-01");

        // Then
        Await.until(
                "both spans of the trace",
                Duration.ofSeconds(30),
                () -> TRACED.stream()
                        .filter(span -> HexFormat.of()
                                .formatHex(span.getTraceId().toByteArray())
                                .equals(trace))
                        .toList(),
                spans -> {
                    Optional<Span> request = named(spans, "POST /v1/events");
                    Optional<Span> counted = named(spans, "usage-events process");
                    return spans.size() == 2
                            && request.isPresent()
                            && counted.isPresent()
                            && counted.get()
                                    .getParentSpanId()
                                    .equals(request.get().getSpanId());
                });
    }

    private static Optional<Span> named(List<Span> spans, String name) {
        return spans.stream().filter(span -> span.getName().equals(name)).findFirst();
    }

    @Test
    void anEventPublishedOverHttpIsInTheSpend() throws Exception {
        // Given
        send("PUT", "/v1/prices/gpt-4o", """
                {"model": "gpt-4o", "cards": [{"effective_from": "2024-01-01T00:00:00Z", "rates": [
                  {"meter": "input_tokens", "usd_per_million": 2.50},
                  {"meter": "output_tokens", "usd_per_million": 10.00}]}]}""");
        String event = """
                {"id": "e1", "time": "%s", "feature": "chat", "tenant": "own", "model": "gpt-4o", "user": "u1",
                 "input_tokens": 1000, "output_tokens": 100}""".formatted(Instant.now());

        // When: the second is a repeat
        send("POST", "/v1/events", event);
        send("POST", "/v1/events", event);

        // Then
        awaitCosts("own", Map.of("chat", "1 x 0.0035"));
    }

    /**
     * In micro-USD, at 1 for input, 10 for output, 0.1, 1.25 and 2 for cache reads and writes of five minutes and an hour,
     * 40 and 80 for audio, each per token, and 10,000 per search.
     */
    @Test
    void everyFormatCostsWhatItCostsByHand() throws Exception {
        // Given
        send("PUT", "/v1/prices/m", """
                {"model": "m", "cards": [{"effective_from": "2024-01-01T00:00:00Z", "rates": [
                  {"meter": "input_tokens", "usd_per_million": 1},
                  {"meter": "output_tokens", "usd_per_million": 10},
                  {"meter": "cache_read_tokens", "usd_per_million": 0.1},
                  {"meter": "cache_write_5m_tokens", "usd_per_million": 1.25},
                  {"meter": "cache_write_1h_tokens", "usd_per_million": 2},
                  {"meter": "audio_input_tokens", "usd_per_million": 40},
                  {"meter": "audio_output_tokens", "usd_per_million": 80},
                  {"meter": "web_search_requests", "pico_usd_per_unit": 10000000000}]}]}""");
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);

        // When: each is sent twice
        for (int i = 0; i < 2; i++) {
            post("anthropic", now, """
                    {"id": "msg_1", "model": "m", "usage": {"input_tokens": 21, "cache_read_input_tokens": 4000,
                     "cache_creation_input_tokens": 300, "cache_creation":
                       {"ephemeral_5m_input_tokens": 100, "ephemeral_1h_input_tokens": 200},
                     "output_tokens": 503, "server_tool_use": {"web_search_requests": 2}}}""");
            post("openai-chat", now, """
                    {"id": "chatcmpl-1", "model": "m", "usage": {"prompt_tokens": 2006, "completion_tokens": 1300,
                     "prompt_tokens_details": {"cached_tokens": 1920, "cache_write_tokens": 30, "audio_tokens": 6},
                     "completion_tokens_details": {"reasoning_tokens": 960, "audio_tokens": 40}}}""");
            post("openai-responses", now, """
                    {"id": "resp_1", "model": "m", "usage": {"input_tokens": 328, "output_tokens": 552,
                     "input_tokens_details": {"cached_tokens": 256},
                     "output_tokens_details": {"reasoning_tokens": 448}}}""");
            post("gemini", now, """
                    {"responseId": "g1", "modelVersion": "m", "usageMetadata": {"promptTokenCount": 1000,
                     "cachedContentTokenCount": 800, "toolUsePromptTokenCount": 50, "candidatesTokenCount": 120,
                     "thoughtsTokenCount": 380}}""");
            post("litellm", now, """
                    {"id": "l1", "model": "m", "prompt_tokens": 4321, "completion_tokens": 503, "metadata":
                     {"usage_object": {"prompt_tokens_details": {"cached_tokens": 4000, "cache_creation_tokens": 300,
                       "cache_creation_token_details":
                         {"ephemeral_5m_input_tokens": 100, "ephemeral_1h_input_tokens": 200}},
                      "server_tool_use": {"web_search_requests": 1}}}}""");
            post("otlp-json", now, """
                    {"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": "%s", "spanId": "00000000000000f1",
                     "attributes": [
                      {"key": "gen_ai.response.model", "value": {"stringValue": "m"}},
                      {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "1000"}},
                      {"key": "gen_ai.usage.cache_read.input_tokens", "value": {"intValue": "700"}},
                      {"key": "gen_ai.usage.cache_creation.input_tokens", "value": {"intValue": "100"}},
                      {"key": "gen_ai.usage.output_tokens", "value": {"intValue": "300"}}]}]}]}]}""".formatted(TRACE));
            send(
                    "otlp-protobuf?" + details("otlp-protobuf", now),
                    "application/x-protobuf",
                    protobuf("00000000000000f2", now, null));
            produce(protobuf("00000000000000f3", now, "kafka"));
        }

        // Then
        Map<String, String> costs = new TreeMap<>();
        costs.put("anthropic", "1 x 0.025976"); // 21 + 400 + 125 + 400 + 5030 + 20000
        costs.put("openai-chat", "1 x 0.0163195"); // 50 + 192 + 37.5 + 240 + 12600 + 3200
        costs.put("openai-responses", "1 x 0.0056176"); // 72 + 25.6 + 5520
        costs.put("gemini", "1 x 0.00533"); // 250 + 80 + 5000
        costs.put("litellm", "1 x 0.015976"); // 21 + 400 + 125 + 400 + 5030 + 10000
        costs.put("otlp-json", "1 x 0.003395"); // 200 + 70 + 125 + 3000
        costs.put("otlp-protobuf", "1 x 0.003395");
        costs.put("kafka", "1 x 0.003395");
        awaitCosts("formats", costs);
    }

    /** The spend's own FOCUS export is an invoice that agrees with it; one that has more is told, until it does not. */
    @Test
    void anInvoiceIsHeldAgainstWhatWasMetered() throws Exception {
        // Given
        send("PUT", "/v1/prices/billed-model", """
                {"cards": [{"effective_from": "2024-01-01T00:00:00Z", "rates": [
                  {"meter": "input_tokens", "usd_per_million": 3}, {"meter": "output_tokens", "usd_per_million": 0.007},
                  {"meter": "web_search_requests", "pico_usd_per_unit": 10000000000}]}]}""");
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        for (int i = 0; i < 3; i++) {
            send("POST", "/v1/events", """
                    {"id": "b%d", "time": "%s", "feature": "f", "tenant": "billed", "model": "billed-model",
                     "provider": "p%d", "input_tokens": 1000003, "output_tokens": 77, "other_units":
                     {"web_search_requests": 2}}""".formatted(i, now, i % 2));
        }
        awaitCosts("billed", Map.of("f", "3 x 9.060028617"));
        String focus = send("GET", "/v1/export/focus?tenant=billed", "").body();

        // When
        JsonNode same = reconcile("format=focus&tenant=billed", focus);
        JsonNode more = reconcile("format=focus&tenant=billed", focus.replace("\r\n3.", "\r\n4."));
        JsonNode open = awaitAlert("OPEN");
        reconcile("format=focus&tenant=billed", focus);

        // Then
        assertThat(same.get("difference_usd").decimalValue()).isZero();
        assertThat(same.get("invoiced_usd").decimalValue().toPlainString()).isEqualTo("9.060028617");
        assertThat(same.get("invoiced_tokens").asLong()).isEqualTo(3 * 1000080);
        assertThat(more.get("id")).isEqualTo(same.get("id"));
        assertThat(more.get("difference_usd").decimalValue()).isPositive();
        assertThat(open.get("summary").asText()).contains("The invoice of p0, p1", "9.06 USD were metered");
        assertThat(open.at("/contributors/0/value").asText()).isEqualTo("billed-model");
        awaitAlert("RESOLVED");
        assertThat(send("GET", "/metrics", "").body())
                .contains("spendstream_reconciliation_drift_ratio{model=\"billed-model\",provider=\"p0\"} 0.0");
    }

    private static JsonNode reconcile(String query, String csv) throws Exception {
        HttpResponse<String> answer = HTTP.send(
                HttpRequest.newBuilder(URI.create(app.url() + "/v1/reconciliations?" + query))
                        .header("Content-Type", "text/csv")
                        .POST(HttpRequest.BodyPublishers.ofString(csv))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isIn(200, 201);
        return MAPPER.readTree(answer.body());
    }

    private static JsonNode awaitAlert(String state) {
        return Await.until(
                "the alert " + state,
                Duration.ofSeconds(30),
                EndToEndTest::driftAlert,
                alert -> alert.path("state").asText().equals(state));
    }

    private static JsonNode driftAlert() {
        try {
            return MAPPER.readTree(send("GET", "/v1/alerts?kind=reconciliation_drift&tenant=billed", "")
                            .body())
                    .at("/alerts/0");
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void post(String format, Instant time, String body) throws Exception {
        send(format + "?" + details(format, time), "application/json", body.getBytes(StandardCharsets.UTF_8));
    }

    private static String details(String format, Instant time) {
        return "tenant=formats&feature=" + format + "&time=" + time;
    }

    private static void send(String path, String type, byte[] body) throws Exception {
        HttpResponse<String> answer = HTTP.send(
                HttpRequest.newBuilder(URI.create(app.url() + "/v1/events/" + path))
                        .header("Content-Type", type)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    }

    private static void produce(byte[] batch) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(SPANS, batch)).get();
        }
    }

    private static byte[] protobuf(String spanId, Instant end, String feature) {
        Span.Builder span = Span.newBuilder()
                .setTraceId(ByteString.fromHex(TRACE))
                .setSpanId(ByteString.fromHex(spanId))
                .setEndTimeUnixNano(end.toEpochMilli() * 1_000_000)
                .addAttributes(text("gen_ai.response.model", "m"))
                .addAttributes(count("gen_ai.usage.input_tokens", 1_000))
                .addAttributes(count("gen_ai.usage.cache_read.input_tokens", 700))
                .addAttributes(count("gen_ai.usage.cache_creation.input_tokens", 100))
                .addAttributes(count("gen_ai.usage.output_tokens", 300));
        if (feature != null) {
            span.addAttributes(text("spendstream.feature", feature))
                    .addAttributes(text("spendstream.tenant", "formats"));
        }
        return TracesData.newBuilder()
                .addResourceSpans(ResourceSpans.newBuilder()
                        .addScopeSpans(ScopeSpans.newBuilder().addSpans(span)))
                .build()
                .toByteArray();
    }

    private static KeyValue.Builder text(String key, String value) {
        return KeyValue.newBuilder().setKey(key).setValue(AnyValue.newBuilder().setStringValue(value));
    }

    private static KeyValue.Builder count(String key, long value) {
        return KeyValue.newBuilder().setKey(key).setValue(AnyValue.newBuilder().setIntValue(value));
    }

    /** Waits until each feature of a tenant has its number of requests and cost, and nothing else is there. */
    private static void awaitCosts(String tenant, Map<String, String> expected) throws Exception {
        Map<String, String> costs = new TreeMap<>();
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!costs.equals(expected) && System.nanoTime() < deadline) {
            costs.clear();
            JsonNode spend = MAPPER.readTree(send("GET", "/v1/spend?group_by=feature&tenant=" + tenant, "")
                    .body());
            spend.path("rows")
                    .forEach(row -> costs.put(
                            row.get("feature").textValue(),
                            row.get("requests").asText() + " x "
                                    + row.get("cost_usd")
                                            .decimalValue()
                                            .stripTrailingZeros()
                                            .toPlainString()));
        }
        assertThat(costs).isEqualTo(new TreeMap<>(expected));
    }

    /** @param headers name, value, name, value, … */
    private static HttpResponse<String> send(String method, String path, String body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(app.url() + path))
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        HttpResponse<String> answer = HTTP.send(
                (headers.length == 0 ? request : request.headers(headers)).build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
        return answer;
    }
}
