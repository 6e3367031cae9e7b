package io.spendstream.format;

import io.spendstream.format.Draft.Part;

/**
 * A response of the Gemini API, and of Vertex AI: {@code generateContent}; of a stream, its last chunk.
 *
 * <p>{@code promptTokenCount} includes {@code cachedContentTokenCount}; {@code toolUsePromptTokenCount} is input besides.
 * {@code candidatesTokenCount} does not include {@code thoughtsTokenCount}, which is output too and billed as such. Audio
 * is taken out of both by {@code promptTokensDetails}, {@code cacheTokensDetails} and {@code candidatesTokensDetails}:
 * audio that was cached is the unit {@code cache_read_audio_tokens}, images made are the unit {@code
 * image_output_tokens}, the names that LiteLLM's price map is imported to. Images and video in the prompt are billed as
 * text.
 *
 * <p>Source: types {@code GenerateContentResponse} and {@code GenerateContentResponseUsageMetadata} of js-genai as of
 * 2026-08, which say for each count what it includes.
 */
final class GeminiContent {

    static final UsageFormat FORMAT = new JsonFormat(
            "gemini", Kept.of("responseId", "createTime", "modelVersion", "usageMetadata"), GeminiContent::map);

    private GeminiContent() {}

    private static void map(JsonObject response, Draft to) {
        to.id(response.text("responseId"));
        to.fill("time", response.rfc3339("createTime"));
        to.fill("model", model(response.text("modelVersion")));
        to.fill("provider", "google");
        JsonObject usage = response.needed("usageMetadata", "in a stream it is whole in the last chunk");
        if (usage != null) {
            usage(usage, to);
        }
        to.finish();
    }

    private static void usage(JsonObject usage, Draft to) {
        long cached = usage.count("cachedContentTokenCount");
        long cachedAudio = tokens(usage, "cacheTokensDetails", "AUDIO");
        long promptAudio = tokens(usage, "promptTokensDetails", "AUDIO");
        long toolAudio = tokens(usage, "toolUsePromptTokensDetails", "AUDIO");
        long uncachedAudio = to.rest(
                usage.path("promptTokensDetails"), promptAudio, new Part("AUDIO of cacheTokensDetails", cachedAudio));
        long prompt = to.rest(
                usage.path("promptTokenCount"),
                usage.required("promptTokenCount"),
                new Part("cachedContentTokenCount", cached),
                new Part("uncached AUDIO of promptTokensDetails", uncachedAudio));
        long tools = to.rest(
                usage.path("toolUsePromptTokenCount"),
                usage.count("toolUsePromptTokenCount"),
                new Part("AUDIO of toolUsePromptTokensDetails", toolAudio));
        to.meter("input_tokens", prompt + tools);
        to.meter("audio_input_tokens", uncachedAudio + toolAudio);
        to.meter(
                "cache_read_tokens",
                to.rest(
                        usage.path("cachedContentTokenCount"),
                        cached,
                        new Part("AUDIO of cacheTokensDetails", cachedAudio)));
        to.unit("cache_read_audio_tokens", cachedAudio);
        output(usage, to);
        ServiceTiers.fill(usage, "serviceTier", to);
        ServiceTiers.fill(usage, "trafficType", to);
    }

    private static void output(JsonObject usage, Draft to) {
        long audio = tokens(usage, "candidatesTokensDetails", "AUDIO");
        long images = tokens(usage, "candidatesTokensDetails", "IMAGE");
        long text = to.rest(
                usage.path("candidatesTokenCount"),
                usage.count("candidatesTokenCount"),
                new Part("AUDIO of candidatesTokensDetails", audio),
                new Part("IMAGE of candidatesTokensDetails", images));
        long thoughts = usage.count("thoughtsTokenCount");
        to.meter("output_tokens", text + thoughts);
        to.meter("reasoning_tokens", thoughts);
        to.meter("audio_output_tokens", audio);
        to.unit("image_output_tokens", images);
    }

    private static long tokens(JsonObject usage, String details, String modality) {
        long tokens = 0;
        for (JsonObject detail : usage.objects(details)) {
            if (modality.equals(detail.text("modality"))) {
                tokens += detail.count("tokenCount");
            }
        }
        return tokens;
    }

    /** Vertex AI names models by where they are, {@code publishers/google/models/gemini-2.5-pro}. */
    private static String model(String version) {
        return version == null ? null : version.substring(version.lastIndexOf('/') + 1);
    }
}
