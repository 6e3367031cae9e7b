package io.spendstream.format;

import io.spendstream.format.Draft.Part;
import io.spendstream.v1.Status;
import java.time.Duration;
import java.time.Instant;

/**
 * What LiteLLM hands to its log callbacks for every call: the StandardLoggingPayload, alone, in an array as its
 * {@code generic_api} callback posts it, or under {@code standard_logging_object}.
 *
 * <p>LiteLLM brings all providers into OpenAI's shape: {@code prompt_tokens} include cached tokens, cache writes and
 * audio, {@code completion_tokens} include reasoning and audio. The parts are in a usage object, which is in {@code
 * metadata.usage_object}, {@code hidden_params.usage_object} or {@code response.usage}; a payload without any is taken as
 * having no cached tokens. A failed call is an event with the status ERROR and the tokens that it says. {@code cache_hit}
 * is an answer of LiteLLM's own cache: no call was made. The call's id is the call's, {@code trace_id} that of the request
 * that it was a try of.
 *
 * <p>Whose it was: {@code metadata.requester_metadata} and {@code metadata.spend_logs_metadata} with names of usage
 * events; else the key's team and user, the end user, and the key's alias as the feature.
 *
 * <p>Source: {@code StandardLoggingPayload} in LiteLLM's documentation ("StandardLoggingPayload Specification") and in
 * {@code litellm/types/utils.py}, with {@code Usage}, {@code PromptTokensDetailsWrapper} and {@code
 * CacheCreationTokenDetails} there.
 */
final class LiteLlmLog {

    static final UsageFormat FORMAT = new JsonFormat(
            "litellm",
            Kept.of(
                            "id",
                            "litellm_call_id",
                            "trace_id",
                            "call_type",
                            "status",
                            "custom_llm_provider",
                            "prompt_tokens",
                            "completion_tokens",
                            "startTime",
                            "endTime",
                            "model",
                            "metadata",
                            "hidden_params",
                            "response.usage",
                            "cache_hit",
                            "request_tags",
                            "end_user")
                    .orWithin("standard_logging_object"),
            LiteLlmLog::map);

    private LiteLlmLog() {}

    private static void map(JsonObject from, Draft to) {
        JsonObject call = from.has("standard_logging_object") ? from.object("standard_logging_object") : from;
        to.id(call.text("id", "litellm_call_id"));
        Instant end = call.epochSeconds("endTime");
        Instant start = call.epochSeconds("startTime");
        to.fill("time", end);
        if (start != null && end != null && !end.isBefore(start)) {
            to.fill("latency_ms", Duration.between(start, end).toMillis());
        }
        model(call, to);
        attribution(call, to);
        to.fill("request_id", call.text("trace_id"));
        to.fill("operation", operation(call.text("call_type")));
        if ("failure".equals(call.text("status"))) {
            to.fill("status", Status.ERROR);
        }
        to.responseCached(call.isTrue("cache_hit"));
        meters(call, usage(call), to);
        to.finish();
    }

    /** Without the provider before its name, which is how price catalogues have most models. */
    private static void model(JsonObject call, Draft to) {
        String provider = call.text("custom_llm_provider");
        String model = call.text("model");
        to.fill("provider", provider);
        boolean isQualified = model != null && provider != null && model.startsWith(provider + "/");
        to.fill("model", isQualified ? model.substring(provider.length() + 1) : model);
    }

    private static void attribution(JsonObject call, Draft to) {
        JsonObject metadata = call.object("metadata");
        OpenAiUsage.attribution(metadata.object("requester_metadata"), to);
        OpenAiUsage.attribution(metadata.object("spend_logs_metadata"), to);
        to.fill("team", metadata.text("user_api_key_team_alias", "user_api_key_team_id"));
        to.fill("project", metadata.text("user_api_key_project_alias", "user_api_key_project_id"));
        to.fill("user", call.text("end_user"));
        to.fill("user", metadata.text("user_api_key_user_id"));
        to.fill("feature", metadata.text("user_api_key_alias"));
        for (String tag : call.texts("request_tags")) {
            int colon = tag.indexOf(':');
            to.tag(
                    colon > 0 ? tag.substring(0, colon).strip() : tag,
                    colon > 0 ? tag.substring(colon + 1).strip() : "true");
        }
    }

    private static JsonObject usage(JsonObject call) {
        JsonObject metadata = call.object("metadata");
        if (metadata.has("usage_object")) {
            return metadata.object("usage_object");
        }
        JsonObject hidden = call.object("hidden_params");
        if (hidden.has("usage_object")) {
            return hidden.object("usage_object");
        }
        // A response may also be a text; then this is an object without fields.
        return call.isObject("response") ? call.object("response").object("usage") : call.object("");
    }

    private static void meters(JsonObject call, JsonObject usage, Draft to) {
        JsonObject prompt = usage.object("prompt_tokens_details");
        long cached =
                prompt.has("cached_tokens") ? prompt.count("cached_tokens") : usage.count("cache_read_input_tokens");
        long written = written(usage, prompt);
        JsonObject byLifetime = prompt.object("cache_creation_token_details");
        long oneHour = byLifetime.count("ephemeral_1h_input_tokens");
        long audio = prompt.count("audio_tokens");
        to.meter(
                "input_tokens",
                to.rest(
                        call.path("prompt_tokens"),
                        call.required("prompt_tokens"),
                        new Part("cached_tokens", cached),
                        new Part("cache_creation_tokens", written),
                        new Part("audio_tokens", audio)));
        to.meter("cache_read_tokens", cached);
        to.meter("cache_write_1h_tokens", oneHour);
        to.meter(
                "cache_write_5m_tokens",
                to.rest(prompt.path("cache_creation_tokens"), written, new Part("ephemeral_1h_input_tokens", oneHour)));
        to.meter("audio_input_tokens", audio);
        OpenAiUsage.output(
                call.path("completion_tokens"),
                call.count("completion_tokens"),
                usage.object("completion_tokens_details"),
                to);
        JsonObject tools = usage.object("server_tool_use");
        to.unit(
                "web_search_requests",
                tools.has("web_search_requests")
                        ? tools.count("web_search_requests")
                        : prompt.count("web_search_requests"));
    }

    private static long written(JsonObject usage, JsonObject prompt) {
        for (String name : new String[] {"cache_creation_tokens", "cache_write_tokens"}) {
            if (prompt.has(name)) {
                return prompt.count(name);
            }
        }
        return usage.count("cache_creation_input_tokens");
    }

    /** As OpenTelemetry's conventions name operations; others as LiteLLM does, unchanged. */
    private static String operation(String callType) {
        return switch (callType == null ? "" : callType) {
            case "" -> null;
            case "completion", "acompletion", "responses", "aresponses", "anthropic_messages" -> "chat";
            case "text_completion", "atext_completion" -> "text_completion";
            case "embedding", "aembedding" -> "embeddings";
            default -> callType;
        };
    }
}
