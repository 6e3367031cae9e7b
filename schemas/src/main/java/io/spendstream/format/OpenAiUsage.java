package io.spendstream.format;

import io.spendstream.format.Draft.Part;
import java.util.List;

/**
 * OpenAI's usage objects, whose counts overlap: the prompt includes cached and cache-writing tokens and audio, the
 * completion includes reasoning and audio. What is left of them is text at the full price.
 *
 * <p>Written cache tokens are kept for half an hour and have one price; they are metered as {@code
 * cache_write_5m_tokens}, which is where LiteLLM's price map has it too.
 */
final class OpenAiUsage {

    /** Attribution that callers put into the metadata of a request, which comes back in the response. */
    private static final List<String> ATTRIBUTION = List.of(
            "tenant",
            "feature",
            "team",
            "project",
            "environment",
            "user",
            "user_tier",
            "session",
            "endpoint",
            "request_id");

    private OpenAiUsage() {}

    /** Input meters of {@code total}, with parts in {@code details}. */
    static void input(JsonObject usage, String total, JsonObject details, long cached, Draft to) {
        long audio = details.count("audio_tokens");
        long written =
                details.count(details.has("cache_write_tokens") ? "cache_write_tokens" : "cache_creation_tokens");
        to.meter(
                "input_tokens",
                to.rest(
                        usage.path(total),
                        usage.required(total),
                        new Part("cached_tokens", cached),
                        new Part("cache_write_tokens", written),
                        new Part("audio_tokens", audio)));
        to.meter("cache_read_tokens", cached);
        to.meter("cache_write_5m_tokens", written);
        to.meter("audio_input_tokens", audio);
    }

    /** Output meters of an {@code output} that includes reasoning, with parts in {@code details}. */
    static void output(String path, long output, JsonObject details, Draft to) {
        long audio = details.count("audio_tokens");
        long reasoning = details.count("reasoning_tokens");
        long rest = to.rest(path, output, new Part("audio_tokens", audio), new Part("reasoning_tokens", reasoning));
        to.meter("output_tokens", rest + reasoning);
        to.meter("audio_output_tokens", audio);
        to.meter("reasoning_tokens", reasoning);
    }

    /** Attribution out of a map of texts. */
    static void attribution(JsonObject metadata, Draft to) {
        ATTRIBUTION.stream().filter(metadata::isText).forEach(field -> to.fill(field, metadata.text(field)));
    }
}
