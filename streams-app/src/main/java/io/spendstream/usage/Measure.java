package io.spendstream.usage;

/**
 * What is summed in a cell of the spend cube and in a user's day. Every measure is a sum of {@code long}s, so cells
 * add up in any order. The order is part of the format of deltas and cells on disk: append only, at most 63.
 *
 * <p>Tokens and cost are of calls that were made. An answer from an application cache ({@code response_cached}) counts
 * as a request and in {@link #RESPONSE_CACHED} and {@link #RESPONSE_CACHE_SAVED}, and in no token or cost measure.
 */
public enum Measure {
    REQUESTS("requests", false),
    ERRORS("errors", false),
    ABORTED("aborted", false),
    INPUT_TOKENS("input_tokens", false),
    OUTPUT_TOKENS("output_tokens", false),
    CACHE_READ_TOKENS("cache_read_tokens", false),
    CACHE_WRITE_5M_TOKENS("cache_write_5m_tokens", false),
    CACHE_WRITE_1H_TOKENS("cache_write_1h_tokens", false),
    AUDIO_INPUT_TOKENS("audio_input_tokens", false),
    AUDIO_OUTPUT_TOKENS("audio_output_tokens", false),
    REASONING_TOKENS("reasoning_tokens", false),
    /** Requests whose cost is not known yet, because no rate card prices them. */
    UNPRICED_REQUESTS("unpriced_requests", false),
    RESPONSE_CACHED("response_cached", false),
    WORK_UNITS("work_units", false),
    /** Requests that are a second or later attempt. */
    RETRIES("retries", false),
    ESCALATED("escalated", false),
    LATENCY_MS("latency_ms_sum", false),
    LATENCY_COUNT("latency_count", false),
    COST("cost", true),
    INPUT_COST("input_tokens_cost", true),
    OUTPUT_COST("output_tokens_cost", true),
    CACHE_READ_COST("cache_read_tokens_cost", true),
    CACHE_WRITE_5M_COST("cache_write_5m_tokens_cost", true),
    CACHE_WRITE_1H_COST("cache_write_1h_tokens_cost", true),
    AUDIO_INPUT_COST("audio_input_tokens_cost", true),
    AUDIO_OUTPUT_COST("audio_output_tokens_cost", true),
    REASONING_COST("reasoning_tokens_cost", true),
    OTHER_UNITS_COST("other_units_cost", true),
    /**
     * What the prompt cache saved, net: cached reads at the full input price less their price, minus what cache writes
     * cost above the full input price. May be negative.
     */
    CACHE_SAVINGS("cache_savings", true),
    RESPONSE_CACHE_SAVED("response_cache_savings", true),
    /** Part of the cost: second and later attempts. */
    RETRY_COST("retry_cost", true),
    /** Part of the cost: calls that ended in an error or were aborted. */
    FAILED_COST("failed_cost", true),
    /** Tokens by {@link PromptPart}, in its order, where events say. They need not add up to the prompt. */
    PROMPT_SYSTEM_TOKENS("prompt_system_tokens", false),
    PROMPT_CONTEXT_TOKENS("prompt_context_tokens", false),
    PROMPT_HISTORY_TOKENS("prompt_history_tokens", false),
    PROMPT_USER_TOKENS("prompt_user_tokens", false),
    PROMPT_TOOLS_TOKENS("prompt_tools_tokens", false),
    PROMPT_OTHER_TOKENS("prompt_other_tokens", false);

    private static final Measure[] VALUES = values();
    public static final int COUNT = VALUES.length;

    private final String field;
    private final boolean money;

    Measure(String field, boolean money) {
        this.field = field;
        this.money = money;
    }

    /** The name in REST answers: money in USD ends in {@code _usd}. */
    public String restField() {
        return money ? field + "_usd" : field;
    }

    /** The name in Avro records: money in nano-USD ends in {@code _nano_usd}. */
    public String avroField() {
        return money ? field + "_nano_usd" : field;
    }

    /** Whether the sum is nano-USD; otherwise it is a count. */
    public boolean isMoney() {
        return money;
    }

    /** The cost of a meter. */
    public static Measure costOf(Meter meter) {
        return VALUES[INPUT_COST.ordinal() + meter.ordinal()];
    }

    public static Measure at(int index) {
        return VALUES[index];
    }
}
