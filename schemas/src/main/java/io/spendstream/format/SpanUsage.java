package io.spendstream.format;

import io.spendstream.format.Draft.Part;
import io.spendstream.format.FormatFault.Reason;
import io.spendstream.v1.Status;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * How an OpenTelemetry span becomes a usage event.
 *
 * <p>By the GenAI semantic conventions, {@code gen_ai.usage.input_tokens} include cached tokens, read and written, and
 * {@code gen_ai.usage.output_tokens} include reasoning. Each figure is taken from the first attribute there is: the
 * convention's name, its older names, then those of OpenLLMetry (Traceloop), Sentry and OpenInference, which count alike.
 * What writes tokens to a cache does not say for how long; five minutes are taken.
 *
 * <p>Only calls of models are events. Spans of agents, workflows and tools may carry the sums of the calls within them,
 * so they are ignored, as are spans without anything about models. A call that failed before it used tokens is an event
 * with the status ERROR.
 *
 * <p>Attributes {@code spendstream.<field>} of the span or its resource set fields of the event, {@code
 * spendstream.tag.<name>} tags; without, the session is the conversation, the user the end user, the environment the
 * resource's, and the feature the service's name.
 *
 * <p>Source: {@code model/gen-ai} of open-telemetry/semantic-conventions as of 2026-08, from where the conventions moved
 * unchanged to semantic-conventions-genai; "Semantic Conventions" of OpenInference; "GenAI Semantic Conventions" of
 * OpenLLMetry; Sentry's attributes {@code gen_ai.usage.*}.
 */
final class SpanUsage {

    /** Of both encodings: the same span is the same call. */
    private static final String FORMAT = "otel";

    private static final String OWN = "spendstream.";
    private static final long NANOS_PER_MS = 1_000_000;

    private static final List<String> INPUT = List.of(
            "gen_ai.usage.input_tokens",
            "gen_ai.usage.prompt_tokens",
            "llm.usage.prompt_tokens",
            "llm.token_count.prompt");
    private static final List<String> OUTPUT = List.of(
            "gen_ai.usage.output_tokens",
            "gen_ai.usage.completion_tokens",
            "llm.usage.completion_tokens",
            "llm.token_count.completion");
    private static final List<String> CACHE_READ = List.of(
            "gen_ai.usage.cache_read.input_tokens",
            "gen_ai.usage.cache_read_input_tokens",
            "gen_ai.usage.input_tokens.cached",
            "llm.token_count.prompt_details.cache_read");
    private static final List<String> CACHE_WRITE = List.of(
            "gen_ai.usage.cache_creation.input_tokens",
            "gen_ai.usage.cache_write.input_tokens",
            "gen_ai.usage.cache_creation_input_tokens",
            "gen_ai.usage.cache_write_input_tokens",
            "gen_ai.usage.input_tokens.cache_write",
            "llm.token_count.prompt_details.cache_write");
    private static final List<String> REASONING = List.of(
            "gen_ai.usage.reasoning.output_tokens",
            "gen_ai.usage.reasoning_tokens",
            "gen_ai.usage.output_tokens.reasoning",
            "llm.token_count.completion_details.reasoning");
    private static final List<String> AUDIO_INPUT = List.of("llm.token_count.prompt_details.audio");
    private static final List<String> AUDIO_OUTPUT = List.of("llm.token_count.completion_details.audio");
    private static final List<String> MODEL = List.of(
            "gen_ai.response.model",
            "gen_ai.request.model",
            "llm.response.model",
            "llm.request.model",
            "llm.model_name",
            "embedding.model_name");
    private static final List<String> PROVIDER =
            List.of("gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system");
    private static final List<String> SESSION = List.of("gen_ai.conversation.id", "session.id");
    private static final List<String> USER = List.of("enduser.id", "user.id");
    private static final List<String> ENVIRONMENT = List.of("deployment.environment.name", "deployment.environment");
    private static final List<String> TIER = List.of(
            "openai.response.service_tier", "gen_ai.openai.response.service_tier", "gen_ai.response.service_tier");

    private static final Set<String> MODEL_CALLS =
            Set.of("chat", "generate_content", "text_completion", "embeddings", "completion", "embedding");
    /** Operations of the conventions that are no calls of models, though they may say sums of those within them. */
    private static final Set<String> NO_MODEL_CALLS =
            Set.of("create_agent", "invoke_agent", "invoke_workflow", "execute_tool", "retrieval", "plan");

    private static final Set<String> MODEL_CALL_KINDS = Set.of("LLM", "EMBEDDING");

    private final Span span;
    private final Draft to;

    private SpanUsage(Span span, Draft to) {
        this.span = span;
        this.to = to;
    }

    static void map(Span span, int index, CallDetails details, Findings findings) {
        SpanUsage usage = new SpanUsage(span, new Draft(FORMAT, index, details, findings));
        if (usage.isModelCall()) {
            usage.map();
        } else {
            findings.ignore();
        }
    }

    private boolean isModelCall() {
        String operation = text("gen_ai.operation.name");
        if (operation != null && NO_MODEL_CALLS.contains(operation)) {
            return false;
        }
        String kind = text("openinference.span.kind");
        if (kind != null && operation == null) {
            return MODEL_CALL_KINDS.contains(kind.toUpperCase(Locale.ROOT));
        }
        String request = text("llm.request.type");
        if (operation == null && request == null && text("traceloop.span.kind") != null) {
            return false;
        }
        return (operation != null && MODEL_CALLS.contains(operation))
                || request != null
                || first(INPUT) != null
                || first(OUTPUT) != null;
    }

    private void map() {
        id();
        time();
        own();
        to.fill("model", text(MODEL));
        String provider = text(PROVIDER);
        to.fill("provider", provider == null ? null : provider.toLowerCase(Locale.ROOT));
        to.fill("operation", operation());
        to.fill("session", text(SESSION));
        to.fill("user", text(USER));
        to.fill("environment", text(ENVIRONMENT));
        to.fill("feature", text("service.name"));
        String tier = first(TIER);
        if (tier != null) {
            ServiceTiers.fill(String.valueOf(text(tier)), tier, to);
        }
        boolean failed = span.failed() || text("error.type") != null;
        if (failed) {
            to.fill("status", Status.ERROR);
        }
        meters(failed);
        to.finish();
    }

    private void id() {
        if (isHex(span.traceId(), 32) && isHex(span.spanId(), 16)) {
            to.id(span.traceId().toLowerCase(Locale.ROOT) + ":" + span.spanId().toLowerCase(Locale.ROOT));
        } else {
            to.unusable(
                    "id",
                    isHex(span.traceId(), 32) ? "spanId" : "traceId",
                    Reason.BAD_VALUE,
                    "'" + Texts.shortened(span.traceId() + ":" + span.spanId())
                            + "' is no trace id of 32 and span id of 16 hexadecimal digits, not all 0");
        }
    }

    private void time() {
        if (span.endNanos() >= NANOS_PER_MS) {
            to.fill("time", Instant.ofEpochMilli(span.endNanos() / NANOS_PER_MS));
        } else if (span.endNanos() != 0) {
            // Unsigned, so what is negative here is after the year 2262.
            to.unusable(
                    "time",
                    "endTimeUnixNano",
                    Reason.BAD_TIME,
                    Long.toUnsignedString(span.endNanos()) + " is no time in nanoseconds since 1970");
        }
        if (span.startNanos() > 0 && span.endNanos() >= span.startNanos()) {
            to.fill("latency_ms", (span.endNanos() - span.startNanos()) / NANOS_PER_MS);
        }
    }

    private void own() {
        CallDetails.Builder own = CallDetails.builder();
        // The span's own go before the resource's, and sorted, so that messages come in the same order each time.
        Map<String, Object> attributes = new TreeMap<>(span.resource());
        attributes.putAll(span.attributes());
        attributes.forEach((name, value) -> {
            String field = name.startsWith(OWN) ? name.substring(OWN.length()) : "";
            if (CallDetails.isField(field)) {
                try {
                    own.set(field, String.valueOf(value));
                } catch (IllegalArgumentException e) {
                    to.fault(name, Reason.BAD_VALUE, e.getMessage());
                }
            }
        });
        CallDetails said = own.build();
        said.fields().forEach(to::fill);
        said.tags().forEach(to::tag);
    }

    private String operation() {
        String operation = text("gen_ai.operation.name");
        operation = operation == null ? text("llm.request.type") : operation;
        if (operation == null && "EMBEDDING".equalsIgnoreCase(text("openinference.span.kind"))) {
            return "embeddings";
        }
        return operation == null
                ? null
                : switch (operation) {
                    case "completion" -> "text_completion";
                    case "embedding" -> "embeddings";
                    case "generate_content" -> "chat";
                    default -> operation;
                };
    }

    private void meters(boolean failed) {
        String input = first(INPUT);
        if (input == null && !failed) {
            to.fault(
                    INPUT.get(0),
                    Reason.MISSING_FIELD,
                    "is missing, as are its older names; the instrumentation must record the usage");
            return;
        }
        long read = count(CACHE_READ);
        long written = count(CACHE_WRITE);
        long audioInput = count(AUDIO_INPUT);
        to.meter(
                "input_tokens",
                to.rest(
                        input == null ? INPUT.get(0) : input,
                        count(INPUT),
                        part(CACHE_READ, read),
                        part(CACHE_WRITE, written),
                        part(AUDIO_INPUT, audioInput)));
        to.meter("cache_read_tokens", read);
        to.meter("cache_write_5m_tokens", written);
        to.meter("audio_input_tokens", audioInput);
        long reasoning = count(REASONING);
        long audioOutput = count(AUDIO_OUTPUT);
        String output = first(OUTPUT);
        long rest = to.rest(
                output == null ? OUTPUT.get(0) : output,
                count(OUTPUT),
                part(REASONING, reasoning),
                part(AUDIO_OUTPUT, audioOutput));
        to.meter("output_tokens", rest + reasoning);
        to.meter("reasoning_tokens", reasoning);
        to.meter("audio_output_tokens", audioOutput);
    }

    private Part part(List<String> names, long count) {
        String name = first(names);
        return new Part(name == null ? names.get(0) : name, count);
    }

    /** The first of some attributes that is there, or null. */
    private String first(List<String> names) {
        for (String name : names) {
            if (span.attributes().containsKey(name)) {
                return name;
            }
        }
        return null;
    }

    private long count(List<String> names) {
        String name = first(names);
        Object value = name == null ? Long.valueOf(0) : span.attributes().get(name);
        if (value instanceof Long count) {
            return to.bounded(name, count);
        }
        if (value instanceof Double decimal) {
            // Languages without whole numbers send counts like this.
            if (decimal == Math.rint(decimal) && Math.abs(decimal) <= Long.MAX_VALUE) {
                return to.bounded(name, decimal.longValue());
            }
            to.fault(name, Reason.NOT_WHOLE, decimal + " is no whole number");
        } else {
            to.fault(name, Reason.WRONG_TYPE, "takes a whole number, not '" + Texts.shortened("" + value) + "'");
        }
        return 0;
    }

    private String text(List<String> names) {
        for (String name : names) {
            String text = text(name);
            if (text != null) {
                return text;
            }
        }
        return null;
    }

    /** Of the span, else of the resource; null where it is missing or empty. */
    private String text(String name) {
        Object value = span.attributes().getOrDefault(name, span.resource().get(name));
        String text = value == null ? "" : value.toString();
        return text.isEmpty() ? null : text;
    }

    private static boolean isHex(String text, int digits) {
        boolean zero = true;
        if (text == null || text.length() != digits) {
            return false;
        }
        for (int i = 0; i < digits; i++) {
            if (Character.digit(text.charAt(i), 16) < 0 || text.charAt(i) > 'f') {
                return false;
            }
            zero &= text.charAt(i) == '0';
        }
        return !zero;
    }
}
