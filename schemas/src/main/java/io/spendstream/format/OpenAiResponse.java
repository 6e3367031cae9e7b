package io.spendstream.format;

import io.spendstream.v1.Status;
import java.time.Instant;

/**
 * A response of OpenAI's Responses API: {@code POST /v1/responses}.
 *
 * <p>{@code input_tokens} include {@code input_tokens_details.cached_tokens} and {@code .cache_write_tokens}; {@code
 * output_tokens} include {@code output_tokens_details.reasoning_tokens}. The call ended at {@code completed_at}, which
 * older responses do not have; then it is {@code created_at}. Calls of built-in tools are billed apart and are not in the
 * usage object.
 *
 * <p>Source: types {@code Response} and {@code ResponseUsage} of openai-python as of 2026-08, which are generated from
 * OpenAI's API description.
 */
final class OpenAiResponse {

    static final UsageFormat FORMAT = new JsonFormat(
            "openai-responses",
            Kept.of(
                    "id",
                    "created_at",
                    "completed_at",
                    "model",
                    "status",
                    "usage",
                    "service_tier",
                    "metadata",
                    "user",
                    "safety_identifier",
                    "conversation"),
            OpenAiResponse::map);

    private OpenAiResponse() {}

    private static void map(JsonObject response, Draft to) {
        to.id(response.text("id"));
        Instant completed = response.epochSeconds("completed_at");
        to.fill("time", completed == null ? response.epochSeconds("created_at") : completed);
        to.fill("model", response.text("model"));
        to.fill("provider", "openai");
        OpenAiUsage.attribution(response.object("metadata"), to);
        to.fill("user", response.text("user", "safety_identifier"));
        if (response.has("conversation")) {
            to.fill("session", response.object("conversation").text("id"));
        }
        ServiceTiers.fill(response, "service_tier", to);
        status(response, to);
        JsonObject usage = response.needed(
                "usage", "a response has it when its status is completed, incomplete, failed or cancelled");
        if (usage != null) {
            usage(usage, to);
        }
        to.finish();
    }

    private static void usage(JsonObject usage, Draft to) {
        JsonObject input = usage.object("input_tokens_details");
        OpenAiUsage.input(usage, "input_tokens", input, input.count("cached_tokens"), to);
        OpenAiUsage.output(
                usage.path("output_tokens"),
                usage.required("output_tokens"),
                usage.object("output_tokens_details"),
                to);
    }

    private static void status(JsonObject response, Draft to) {
        String status = response.text("status");
        if ("failed".equals(status)) {
            to.fill("status", Status.ERROR);
        } else if ("cancelled".equals(status)) {
            to.fill("status", Status.ABORTED);
        }
    }
}
