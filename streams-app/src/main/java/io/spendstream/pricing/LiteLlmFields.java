package io.spendstream.pricing;

import io.spendstream.usage.Meter;
import io.spendstream.v1.ServiceTier;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the cost fields of LiteLLM's price map mean here.
 *
 * <p>A field's name is a base, then in some order a context threshold ({@code _above_200k_tokens}) and a service tier
 * ({@code _batches}, {@code _flex}, {@code _priority}). The base says what is counted:
 *
 * <table>
 * <caption>Bases and what they price</caption>
 * <tr><th>base</th><th>meter or unit</th></tr>
 * <tr><td>input_cost_per_token, output_cost_per_token</td><td>input_tokens, output_tokens</td></tr>
 * <tr><td>output_cost_per_reasoning_token</td><td>reasoning_tokens</td></tr>
 * <tr><td>cache_read_input_token_cost, input_cost_per_token_cache_hit</td><td>cache_read_tokens</td></tr>
 * <tr><td>cache_creation_input_token_cost</td><td>cache_write_5m_tokens</td></tr>
 * <tr><td>cache_creation_input_token_cost_above_1hr</td><td>cache_write_1h_tokens</td></tr>
 * <tr><td>input_cost_per_audio_token, output_cost_per_audio_token</td>
 *     <td>audio_input_tokens, audio_output_tokens</td></tr>
 * <tr><td>cache_read_input_audio_token_cost, cache_creation_input_audio_token_cost</td>
 *     <td>units cache_read_audio_tokens, cache_write_audio_tokens</td></tr>
 * <tr><td>input_cost_per_image_token, output_cost_per_image_token</td>
 *     <td>units image_input_tokens, image_output_tokens</td></tr>
 * <tr><td>input_cost_per_video_token, output_cost_per_video_token</td>
 *     <td>units video_input_tokens, video_output_tokens</td></tr>
 * <tr><td>citation_cost_per_token</td><td>unit citation_tokens</td></tr>
 * <tr><td>output_cost_per_image</td><td>unit images (generated ones)</td></tr>
 * <tr><td>input_cost_per_image</td><td>unit input_images; of an image generator that has no output_cost_per_image, it
 *     is the price of a generated one: images</td></tr>
 * <tr><td>input_cost_per_pixel, output_cost_per_pixel</td><td>units input_pixels, output_pixels</td></tr>
 * <tr><td>input_cost_per_character, output_cost_per_character</td>
 *     <td>units input_characters, output_characters</td></tr>
 * <tr><td>input_cost_per_second, output_cost_per_second</td><td>by the model's mode: units audio_input_seconds and
 *     audio_output_seconds (transcription, speech), video_input_seconds and video_output_seconds (video), else
 *     input_seconds and output_seconds</td></tr>
 * <tr><td>input_cost_per_audio_per_second, input_cost_per_video_per_second, output_cost_per_video_per_second</td>
 *     <td>units audio_input_seconds, video_input_seconds, video_output_seconds</td></tr>
 * <tr><td>output_cost_per_second_1080p</td><td>unit video_output_seconds_1080p</td></tr>
 * <tr><td>input_cost_per_query</td><td>unit search_queries</td></tr>
 * <tr><td>input_cost_per_request</td><td>unit requests</td></tr>
 * <tr><td>search_context_cost_per_query</td><td>unit web_search_requests, at the medium price; where the sizes differ,
 *     also web_search_requests_low, _medium and _high</td></tr>
 * <tr><td>ocr_cost_per_page, annotation_cost_per_page, ocr_cost_per_credit</td>
 *     <td>units ocr_pages, annotation_pages, ocr_credits</td></tr>
 * <tr><td>code_interpreter_cost_per_session</td><td>unit code_interpreter_sessions</td></tr>
 * </table>
 */
final class LiteLlmFields {

    static final String OUTPUT_COST_PER_IMAGE = "output_cost_per_image";
    static final String SEARCH_CONTEXT = "search_context_cost_per_query";
    static final String TIERED_PRICING = "tiered_pricing";
    static final String WEB_SEARCH_REQUESTS = "web_search_requests";

    private static final Map<String, String> UNITS = Map.ofEntries(
            Map.entry("input_cost_per_token", Meter.INPUT_TOKENS.field()),
            Map.entry("output_cost_per_token", Meter.OUTPUT_TOKENS.field()),
            Map.entry("output_cost_per_reasoning_token", Meter.REASONING_TOKENS.field()),
            Map.entry("cache_read_input_token_cost", Meter.CACHE_READ_TOKENS.field()),
            Map.entry("input_cost_per_token_cache_hit", Meter.CACHE_READ_TOKENS.field()),
            Map.entry("cache_creation_input_token_cost", Meter.CACHE_WRITE_5M_TOKENS.field()),
            Map.entry("cache_creation_input_token_cost_above_1hr", Meter.CACHE_WRITE_1H_TOKENS.field()),
            Map.entry("input_cost_per_audio_token", Meter.AUDIO_INPUT_TOKENS.field()),
            Map.entry("output_cost_per_audio_token", Meter.AUDIO_OUTPUT_TOKENS.field()),
            Map.entry("cache_read_input_audio_token_cost", "cache_read_audio_tokens"),
            Map.entry("cache_creation_input_audio_token_cost", "cache_write_audio_tokens"),
            Map.entry("input_cost_per_image_token", "image_input_tokens"),
            Map.entry("output_cost_per_image_token", "image_output_tokens"),
            Map.entry("input_cost_per_video_token", "video_input_tokens"),
            Map.entry("output_cost_per_video_token", "video_output_tokens"),
            Map.entry("citation_cost_per_token", "citation_tokens"),
            Map.entry("input_cost_per_image", "input_images"),
            Map.entry(OUTPUT_COST_PER_IMAGE, "images"),
            Map.entry("input_cost_per_pixel", "input_pixels"),
            Map.entry("output_cost_per_pixel", "output_pixels"),
            Map.entry("input_cost_per_character", "input_characters"),
            Map.entry("output_cost_per_character", "output_characters"),
            Map.entry("input_cost_per_second", "input_seconds"),
            Map.entry("output_cost_per_second", "output_seconds"),
            Map.entry("output_cost_per_second_1080p", "video_output_seconds_1080p"),
            Map.entry("input_cost_per_audio_per_second", "audio_input_seconds"),
            Map.entry("input_cost_per_video_per_second", "video_input_seconds"),
            Map.entry("output_cost_per_video_per_second", "video_output_seconds"),
            Map.entry("input_cost_per_query", "search_queries"),
            Map.entry("input_cost_per_request", "requests"),
            Map.entry("ocr_cost_per_page", "ocr_pages"),
            Map.entry("annotation_cost_per_page", "annotation_pages"),
            Map.entry("ocr_cost_per_credit", "ocr_credits"),
            Map.entry("code_interpreter_cost_per_session", "code_interpreter_sessions"));

    private static final Map<String, String> MEDIUM_OF_MODE = Map.of(
            "audio_transcription", "audio_",
            "audio_speech", "audio_",
            "video_generation", "video_");

    private static final Pattern TIER = Pattern.compile("(.+)_(batches|flex|priority)");
    private static final Pattern THRESHOLD = Pattern.compile("(.+)_above_(\\d{1,7})(k?)_tokens");
    private static final Pattern PRICE =
            Pattern.compile(".*(cost|pric|uplift).*|provider_specific_entry", Pattern.CASE_INSENSITIVE);

    private LiteLlmFields() {}

    /** Whether a field has to do with prices, so that it may not be passed over in silence. */
    static boolean isPrice(String field) {
        return PRICE.matcher(field).matches();
    }

    /**
     * What a field prices.
     *
     * @param mode the model's mode, such as chat or audio_transcription
     * @param pricesGeneratedImages whether the model has a price of generated images apart
     * @return empty where the field has no meaning here
     */
    static Optional<RateKey> rateKey(String field, String mode, boolean pricesGeneratedImages) {
        String base = field;
        ServiceTier tier = ServiceTier.STANDARD;
        long above = 0;
        // The two suffixes come in either order; each at most once.
        for (int i = 0; i < 2; i++) {
            Matcher tiered = TIER.matcher(base);
            if (tier == ServiceTier.STANDARD && tiered.matches()) {
                base = tiered.group(1);
                tier = tier(tiered.group(2));
            }
            Matcher threshold = THRESHOLD.matcher(base);
            if (above == 0 && threshold.matches()) {
                base = threshold.group(1);
                above = Long.parseLong(threshold.group(2)) * (threshold.group(3).isEmpty() ? 1 : 1_000);
            }
        }
        String unit = UNITS.get(base);
        if (unit == null) {
            return Optional.empty();
        }
        return Optional.of(new RateKey(unitOf(unit, mode, pricesGeneratedImages), tier, above));
    }

    private static String unitOf(String unit, String mode, boolean pricesGeneratedImages) {
        return switch (unit) {
            case "input_seconds", "output_seconds" -> MEDIUM_OF_MODE.getOrDefault(mode, "") + unit;
            case "input_images" -> "image_generation".equals(mode) && !pricesGeneratedImages ? "images" : unit;
            default -> unit;
        };
    }

    private static ServiceTier tier(String suffix) {
        return switch (suffix) {
            case "batches" -> ServiceTier.BATCH;
            case "flex" -> ServiceTier.FLEX;
            default -> ServiceTier.PRIORITY;
        };
    }

    /** Why a price field has no rate here. */
    static String whyNot(String field) {
        if (field.contains("dbu_cost")) {
            return "is in Databricks units, not USD; the field in USD is imported";
        }
        if (field.contains("uplift")) {
            return "is a factor for where a call is served, which an event does not say";
        }
        if (field.equals("provider_specific_entry")) {
            return "is a factor for a region or a speed, which an event does not say";
        }
        if (field.endsWith("_interval")) {
            return "depends on the length of one video, which an event does not say";
        }
        if (field.contains("_per_gb_per_day")) {
            return "is for storage over time, not for a call";
        }
        return "is a price field of no known meaning";
    }
}
