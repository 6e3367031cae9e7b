package io.spendstream.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.spendstream.query.RequestObserver;
import io.spendstream.usage.EventTraces;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a collector receives, decoded with the protocol's own messages. */
class TracesTest {

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String CALLER = "b7ad6b7169203331";
    private static final String SAMPLED = "00-" + TRACE + "-" + CALLER + "-01";
    private static final String NOT_SAMPLED = "00-" + TRACE + "-" + CALLER + "-00";

    private final List<ResourceSpans> received = new CopyOnWriteArrayList<>();
    private final List<String> authorizations = new CopyOnWriteArrayList<>();
    private HttpServer collector;

    @BeforeEach
    void listen() throws IOException {
        collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/v1/traces", exchange -> {
            try (InputStream body = new GZIPInputStream(exchange.getRequestBody())) {
                received.addAll(ExportTraceServiceRequest.parseFrom(body).getResourceSpansList());
            }
            authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        collector.start();
    }

    @AfterEach
    void stop() {
        collector.stop(0);
    }

    private AppConfig config(String ratio) {
        return AppConfig.of(Map.of(
                "otel.traces.endpoint",
                "http://127.0.0.1:" + collector.getAddress().getPort() + "/v1/traces",
                "otel.traces.authorization",
                "Bearer marker",
                "otel.traces.ratio",
                ratio,
                "instance.id",
                "spendstream-0"));
    }

    private Traces traces(String ratio) {
        return new Traces(config(ratio).traces().orElseThrow(), "usage-events");
    }

    private List<Span> spans() {
        return received.stream()
                .flatMap(resource -> resource.getScopeSpansList().stream())
                .flatMap(scope -> scope.getSpansList().stream())
                .toList();
    }

    private static UnaryOperator<String> traceparent(String value) {
        return name -> name.equals("traceparent") ? value : null;
    }

    private static String hex(com.google.protobuf.ByteString id) {
        return HexFormat.of().formatHex(id.toByteArray());
    }

    private static Map<String, Object> attributes(List<KeyValue> attributes) {
        return attributes.stream()
                .collect(Collectors.toMap(
                        KeyValue::getKey,
                        pair -> pair.getValue().hasIntValue()
                                ? (Object) pair.getValue().getIntValue()
                                : pair.getValue().getStringValue()));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static Observed observed(Traces traces) {
        HttpMeters meters = new HttpMeters();
        meters.bindTo(new io.micrometer.core.instrument.simple.SimpleMeterRegistry());
        return new Observed(meters, traces);
    }

    @Test
    void aRequestAndTheCommitsThatCountItsEventsAreOneTrace() {
        // When
        try (Traces traces = traces("0")) {
            RequestObserver.Exchange request = observed(traces).begin("POST", "/v1/events", traceparent(SAMPLED));
            byte[] handedOn = bytes(request.trace().headers().get("traceparent"));
            request.end("/v1/events", 202);
            EventTraces.Task task = traces.task(3);
            task.read(null);
            task.read(handedOn);
            task.read(handedOn);
            task.commit();
            task.commit();
        }

        // Then
        assertThat(authorizations).containsOnly("Bearer marker");
        assertThat(attributes(received.get(0).getResource().getAttributesList()))
                .containsEntry("service.name", "spendstream")
                .containsEntry("service.instance.id", "spendstream-0");
        assertThat(spans())
                .hasSize(2)
                .allSatisfy(span -> assertThat(hex(span.getTraceId())).isEqualTo(TRACE));
        Span server = spans().get(0);
        assertThat(server.getName()).isEqualTo("POST /v1/events");
        assertThat(server.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_SERVER);
        assertThat(hex(server.getParentSpanId())).isEqualTo(CALLER);
        assertThat(attributes(server.getAttributesList()))
                .isEqualTo(Map.of(
                        "http.request.method", "POST",
                        "http.route", "/v1/events",
                        "http.response.status_code", 202L));
        Span counted = spans().get(1);
        assertThat(counted.getName()).isEqualTo("usage-events process");
        assertThat(counted.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_CONSUMER);
        assertThat(counted.getParentSpanId()).isEqualTo(server.getSpanId());
        assertThat(attributes(counted.getAttributesList()))
                .isEqualTo(Map.of(
                        "messaging.system", "kafka",
                        "messaging.destination.name", "usage-events",
                        "messaging.destination.partition.id", "3",
                        "messaging.operation.type", "process",
                        "messaging.batch.message_count", 2L));
    }

    @Test
    void whetherThereIsATraceIsDecidedByWhoBeganItOrElseByTheRatio() {
        try (Traces none = traces("0")) {
            none.request("GET", traceparent(NOT_SAMPLED)).end("GET", "/v1/spend", 200);
            none.request("GET", traceparent(null)).end("GET", "/v1/spend", 200);
            EventTraces.Task task = none.task(0);
            task.read(bytes(NOT_SAMPLED));
            task.commit();
        }
        assertThat(spans()).isEmpty();

        try (Traces all = traces("1")) {
            all.request("GET", traceparent(NOT_SAMPLED)).end("GET", "/v1/spend", 200);
            all.request("GET", traceparent(null)).end("GET", "/v1/spend", 500);
        }
        assertThat(spans()).singleElement().satisfies(span -> {
            assertThat(span.getParentSpanId().isEmpty()).isTrue();
            assertThat(span.getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_ERROR);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no trace",
                "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0x",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-and-more",
            })
    void anEventWhoseHeaderIsNoTraceIsFollowedByNone(String header) {
        try (Traces all = traces("1")) {
            EventTraces.Task task = all.task(0);
            task.read(bytes(header));
            task.commit();
        }
        assertThat(spans()).isEmpty();
    }

    @Test
    void aCommitFollowsOnlySoManyTraces() {
        try (Traces traces = traces("1")) {
            EventTraces.Task task = traces.task(0);
            for (int i = 1; i <= 60; i++) {
                task.read(bytes("00-%032x-b7ad6b7169203331-01".formatted(i)));
            }
            task.commit();
        }
        assertThat(spans()).hasSize(50);
    }

    @Test
    void probesAndScrapesAreNoTraces() {
        try (Traces all = traces("1")) {
            RequestObserver observer = observed(all);
            for (String path : List.of("/health/live", "/metrics")) {
                RequestObserver.Exchange exchange = observer.begin("GET", path, traceparent(null));
                assertThat(exchange.trace().headers()).isEmpty();
                exchange.end(path, 200);
            }
        }
        assertThat(spans()).isEmpty();
    }

    @Test
    void aCollectorThatDoesNotAnswerHoldsNothingUp() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Traces traces = new Traces(
                    new TraceSettings("http://127.0.0.1:" + silent.getLocalPort() + "/v1/traces", "", 1, "s", "i"),
                    "usage-events");
            long began = System.nanoTime();
            for (int i = 0; i < 20_000; i++) {
                traces.request("GET", traceparent(null)).end("GET", "/v1/spend", 200);
            }
            traces.close();
            // The eight batches that the queue holds would each wait for ten seconds; a busy machine takes some by
            // itself.
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(40));
        }
    }

    @Test
    void withoutAnEndpointThereAreNone() {
        assertThat(AppConfig.of(Map.of()).traces()).isEmpty();
        assertThat(config("0.5").traces().orElseThrow().toString()).doesNotContain("marker");
        assertThatThrownBy(() -> AppConfig.of(Map.of("otel.traces.endpoint", "collector:4318")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("otel.traces.endpoint")
                .hasMessageContaining("http://collector:4318/v1/traces");
        assertThatThrownBy(() -> AppConfig.of(Map.of("otel.traces.ratio", "2")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("otel.traces.ratio");
    }
}
