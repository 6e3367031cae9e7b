package io.spendstream.runtime;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporterBuilder;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.spendstream.query.Trace;
import io.spendstream.usage.EventTraces;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * Traces for an OpenTelemetry collector: a span per request over HTTP and, per commit of a task, one for each trace whose
 * events it counts. The only class that knows the SDK; it is not loaded where no endpoint is configured.
 */
final class Traces implements EventTraces, AutoCloseable {

    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(2);
    /** Spans that wait to be sent; more are dropped, so that a collector that is slow or gone slows nothing. */
    private static final int QUEUE_MAX = 4_096;
    /** Traces that one commit follows: a request has one, however many events it brings. */
    private static final int PER_COMMIT_MAX = 50;

    private static final int TRACEPARENT_LENGTH = 55;

    private static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
    private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("http.route");
    private static final AttributeKey<Long> STATUS = AttributeKey.longKey("http.response.status_code");
    private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("messaging.system");
    private static final AttributeKey<String> TOPIC = AttributeKey.stringKey("messaging.destination.name");
    private static final AttributeKey<String> PARTITION = AttributeKey.stringKey("messaging.destination.partition.id");
    private static final AttributeKey<String> OPERATION = AttributeKey.stringKey("messaging.operation.type");
    private static final AttributeKey<Long> COUNT = AttributeKey.longKey("messaging.batch.message_count");

    private static final TextMapGetter<UnaryOperator<String>> HEADERS = UnaryOperator::apply;

    private final String eventsTopic;
    private final SdkTracerProvider provider;
    private final Tracer tracer;

    /** @param settings where to, and how many */
    Traces(TraceSettings settings, String eventsTopic) {
        this.eventsTopic = eventsTopic;
        OtlpHttpSpanExporterBuilder exporter = OtlpHttpSpanExporter.builder()
                .setEndpoint(settings.endpoint())
                .setTimeout(Duration.ofSeconds(10))
                .setCompression("gzip");
        if (!settings.authorization().isEmpty()) {
            exporter.addHeader("Authorization", settings.authorization());
        }
        provider = SdkTracerProvider.builder()
                .setResource(Resource.getDefault().toBuilder()
                        .put("service.name", settings.service())
                        .put("service.instance.id", settings.instance())
                        .build())
                .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(settings.ratio())))
                .addSpanProcessor(BatchSpanProcessor.builder(exporter.build())
                        .setMaxQueueSize(QUEUE_MAX)
                        .setScheduleDelay(Duration.ofSeconds(1))
                        .build())
                .build();
        tracer = provider.get("io.spendstream");
    }

    /** A request under way. */
    record Request(Span span, Trace trace) {

        void end(String method, String route, int status) {
            if (route != null) {
                span.updateName(method + " " + route);
                span.setAttribute(ROUTE, route);
            }
            span.setAttribute(STATUS, (long) status);
            if (status >= 500) {
                span.setStatus(StatusCode.ERROR);
            }
            span.end();
        }
    }

    /** A request begins; it goes on with the trace that it names, if it names one. */
    Request request(String method, UnaryOperator<String> header) {
        W3CTraceContextPropagator propagator = W3CTraceContextPropagator.getInstance();
        Span span = tracer.spanBuilder(method)
                .setParent(propagator.extract(Context.root(), header, HEADERS))
                .setSpanKind(SpanKind.SERVER)
                .setAttribute(METHOD, method)
                .startSpan();
        Map<String, String> headers = new HashMap<>();
        propagator.inject(Context.root().with(span), headers, Map::put);
        return new Request(span, new Trace(Map.copyOf(headers)));
    }

    @Override
    public Task task(int partition) {
        return new Followed(partition);
    }

    private final class Followed implements Task {

        private static final class Events {
            private final Span span;
            private long count;

            Events(Span span) {
                this.span = span;
            }
        }

        private final int partition;
        private final Map<String, Events> traces = new HashMap<>();

        Followed(int partition) {
            this.partition = partition;
        }

        @Override
        public void read(byte[] traceparent) {
            if (traceparent == null || traceparent.length != TRACEPARENT_LENGTH) {
                return;
            }
            String parent = new String(traceparent, StandardCharsets.ISO_8859_1);
            Events events = traces.get(parent);
            if (events == null && traces.size() < PER_COMMIT_MAX) {
                events = new Events(begin(parent));
                traces.put(parent, events);
            }
            if (events != null) {
                events.count++;
            }
        }

        private Span begin(String parent) {
            Context context = W3CTraceContextPropagator.getInstance()
                    .extract(Context.root(), name -> name.equals("traceparent") ? parent : null, HEADERS);
            if (!Span.fromContext(context).getSpanContext().isSampled()) {
                // Also where it is no trace at all: there would be a new one for every commit.
                return Span.getInvalid();
            }
            return tracer.spanBuilder(eventsTopic + " process")
                    .setParent(context)
                    .setSpanKind(SpanKind.CONSUMER)
                    .setAttribute(SYSTEM, "kafka")
                    .setAttribute(TOPIC, eventsTopic)
                    .setAttribute(PARTITION, Integer.toString(partition))
                    .setAttribute(OPERATION, "process")
                    .startSpan();
        }

        @Override
        public void commit() {
            if (traces.isEmpty()) {
                return;
            }
            traces.values().forEach(events -> {
                events.span.setAttribute(COUNT, events.count);
                events.span.end();
            });
            traces.clear();
        }
    }

    @Override
    public void close() {
        provider.shutdown().join(CLOSE_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
    }
}
