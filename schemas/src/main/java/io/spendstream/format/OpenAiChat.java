package io.spendstream.format;

/**
 * A chat completion of OpenAI's API ({@code POST /v1/chat/completions}), or of the many that speak it; also the last
 * chunk of a stream with {@code stream_options.include_usage}, and embeddings, which have no id and no time of their own.
 *
 * <p>{@code prompt_tokens} include {@code prompt_tokens_details.cached_tokens}, {@code .cache_write_tokens} and {@code
 * .audio_tokens}; {@code completion_tokens} include {@code completion_tokens_details.reasoning_tokens}, {@code
 * .audio_tokens} and predicted tokens, accepted or not. Two who speak the protocol differ, and are recognised: xAI counts
 * reasoning beside {@code completion_tokens}, which {@code total_tokens} gives away; DeepSeek tells cached tokens in
 * {@code prompt_cache_hit_tokens}.
 *
 * <p>Source: types {@code ChatCompletion} and {@code CompletionUsage} of openai-python as of 2026-08, which are generated
 * from OpenAI's API description; xAI's and DeepSeek's API references.
 */
final class OpenAiChat {

    static final UsageFormat FORMAT = new JsonFormat(
            "openai-chat",
            Kept.of("id", "object", "created", "model", "usage", "service_tier", "metadata"),
            OpenAiChat::map);

    private OpenAiChat() {}

    private static void map(JsonObject completion, Draft to) {
        to.id(completion.text("id"));
        to.fill("time", completion.epochSeconds("created"));
        to.fill("model", completion.text("model"));
        to.fill("provider", "openai");
        if ("list".equals(completion.text("object"))) {
            to.fill("operation", "embeddings");
        }
        OpenAiUsage.attribution(completion.object("metadata"), to);
        ServiceTiers.fill(completion, "service_tier", to);
        JsonObject usage = completion.needed(
                "usage", "in a stream it is in the last chunk, where the request has stream_options.include_usage");
        if (usage != null) {
            usage(usage, to);
        }
        to.finish();
    }

    private static void usage(JsonObject usage, Draft to) {
        JsonObject prompt = usage.object("prompt_tokens_details");
        long cached =
                prompt.has("cached_tokens") ? prompt.count("cached_tokens") : usage.count("prompt_cache_hit_tokens");
        OpenAiUsage.input(usage, "prompt_tokens", prompt, cached, to);
        JsonObject details = usage.object("completion_tokens_details");
        long completion = usage.count("completion_tokens");
        long reasoning = details.count("reasoning_tokens");
        if (reasoning > 0 && usage.count("total_tokens") == usage.count("prompt_tokens") + completion + reasoning) {
            completion += reasoning;
        }
        OpenAiUsage.output(usage.path("completion_tokens"), completion, details, to);
    }
}
