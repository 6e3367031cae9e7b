package io.spendstream.format;

import io.spendstream.format.Draft.Part;
import io.spendstream.v1.ServiceTier;
import java.util.List;
import java.util.Set;

/**
 * A message of Anthropic's Messages API: {@code POST /v1/messages}.
 *
 * <p>Its input meters do not overlap: {@code input_tokens} are the uncached ones, and the whole input is their sum with
 * {@code cache_creation_input_tokens} and {@code cache_read_input_tokens}. {@code cache_creation} splits the former by
 * lifetime; what it leaves out has the default one, five minutes. {@code output_tokens} include
 * {@code output_tokens_details.thinking_tokens}. Web searches are billed per request, web fetches are not billed. Entries
 * of {@code iterations} of the types {@code compaction} and {@code advisor_message} are samplings that the figures above
 * them leave out, so each is an event of its own.
 *
 * <p>Source: types {@code Message}, {@code Usage}, {@code BetaUsage} and {@code Beta…IterationUsage} of
 * anthropic-sdk-python as of 2026-08, which are generated from Anthropic's API description; on iterations, "Compaction"
 * in Anthropic's documentation.
 */
final class AnthropicMessage {

    static final UsageFormat FORMAT =
            new JsonFormat("anthropic", Kept.of("id", "model", "usage"), AnthropicMessage::map);

    private static final Set<String> APART = Set.of("compaction", "advisor_message");

    private AnthropicMessage() {}

    private static void map(JsonObject message, Draft to) {
        to.id(message.text("id"));
        to.fill("model", message.text("model"));
        to.fill("provider", "anthropic");
        JsonObject usage =
                message.needed("usage", "a whole message has it; for a stream, the message that the SDK put together");
        if (usage == null) {
            to.finish();
            return;
        }
        meters(usage, to);
        to.unit("web_search_requests", usage.object("server_tool_use").count("web_search_requests"));
        tier(usage, to);
        to.tag("inference_geo", inferenceGeo(usage));
        List<JsonObject> iterations = usage.objects("iterations");
        if (!to.finish()) {
            return;
        }
        for (int i = 0; i < iterations.size(); i++) {
            JsonObject iteration = iterations.get(i);
            if (APART.contains(String.valueOf(iteration.text("type")))) {
                iteration(iteration, usage, message.text("model"), to.apart("iteration-" + i));
            }
        }
    }

    private static void iteration(JsonObject from, JsonObject usage, String model, Draft to) {
        JsonObject iteration = from.with(to);
        to.fill("model", iteration.text("model"));
        to.fill("model", model);
        to.fill("provider", "anthropic");
        meters(iteration, to);
        tier(usage.with(to), to);
        to.tag("iteration", iteration.text("type"));
        to.finish();
    }

    private static void meters(JsonObject usage, Draft to) {
        to.meter("input_tokens", usage.required("input_tokens"));
        to.meter("cache_read_tokens", usage.count("cache_read_input_tokens"));
        JsonObject byLifetime = usage.object("cache_creation");
        long fiveMinutes = byLifetime.count("ephemeral_5m_input_tokens");
        long oneHour = byLifetime.count("ephemeral_1h_input_tokens");
        if (usage.has("cache_creation_input_tokens")) {
            fiveMinutes += to.rest(
                    usage.path("cache_creation_input_tokens"),
                    usage.count("cache_creation_input_tokens"),
                    new Part("ephemeral_5m_input_tokens", fiveMinutes),
                    new Part("ephemeral_1h_input_tokens", oneHour));
        }
        to.meter("cache_write_5m_tokens", fiveMinutes);
        to.meter("cache_write_1h_tokens", oneHour);
        long output = usage.required("output_tokens");
        long thinking = usage.object("output_tokens_details").count("thinking_tokens");
        to.rest(usage.path("output_tokens"), output, new Part("thinking_tokens", thinking));
        to.meter("output_tokens", output);
        to.meter("reasoning_tokens", thinking);
    }

    private static void tier(JsonObject usage, Draft to) {
        if ("fast".equals(usage.text("speed"))) {
            // Dearer than standard: without a price of its own, the charge says that it fell back.
            to.fill("service_tier", ServiceTier.PRIORITY);
        }
        ServiceTiers.fill(usage, "service_tier", to);
    }

    private static String inferenceGeo(JsonObject usage) {
        String geo = usage.text("inference_geo");
        return "not_available".equals(geo) ? null : geo;
    }
}
