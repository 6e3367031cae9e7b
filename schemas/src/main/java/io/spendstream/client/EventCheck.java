package io.spendstream.client;

import io.spendstream.v1.UsageEvent;

/** What can be said of an event without leaving the service: the pipeline rejects every event that fails here. */
final class EventCheck {

    private static final int TEXT_LENGTH_MAX = 256;

    private EventCheck() {}

    /** What is wrong, as {@code field: what}, or null. */
    static String fault(UsageEvent event) {
        if (event == null) {
            return "the event is null";
        }
        String fault = text("id", event.getId());
        fault = fault == null ? text("tenant", event.getTenant()) : fault;
        fault = fault == null ? text("feature", event.getFeature()) : fault;
        fault = fault == null ? text("model", event.getModel()) : fault;
        if (fault == null && event.getTime() == null) {
            fault = "time: is missing; it takes the instant at which the call ended";
        }
        return fault == null ? negative(event) : fault;
    }

    private static String text(String field, String value) {
        if (value == null || value.isEmpty()) {
            return field + ": is missing or empty; it takes a text";
        }
        return value.length() <= TEXT_LENGTH_MAX
                ? null
                : field + ": " + value.length() + " characters are more than " + TEXT_LENGTH_MAX;
    }

    private static String negative(UsageEvent event) {
        // One test for all, as nearly every event passes it: a sign bit is set where any of them is negative.
        long signs = event.getInputTokens()
                | event.getOutputTokens()
                | event.getCacheReadTokens()
                | event.getCacheWrite5mTokens()
                | event.getCacheWrite1hTokens()
                | event.getAudioInputTokens()
                | event.getAudioOutputTokens()
                | event.getReasoningTokens()
                | event.getWorkUnits();
        if (signs < 0) {
            return "tokens: one of the token counts or work_units is negative";
        }
        if (event.getReasoningTokens() > event.getOutputTokens()) {
            return "reasoning_tokens: " + event.getReasoningTokens() + " is more than the " + event.getOutputTokens()
                    + " output_tokens it is a part of";
        }
        return event.getAttempt() < 1 ? "attempt: " + event.getAttempt() + " is less than 1" : null;
    }
}
