package io.spendstream.usage;

import java.util.Arrays;
import java.util.Optional;

/**
 * What is billed by the token. Meters do not overlap: a token is in exactly one of them, with one exception that is
 * information first: {@link #REASONING_TOKENS} are a part of {@link #OUTPUT_TOKENS} and are billed on their own only
 * where a rate card prices them, in which case they are taken out of the output tokens.
 */
public enum Meter {
    INPUT_TOKENS("input_tokens"),
    OUTPUT_TOKENS("output_tokens"),
    CACHE_READ_TOKENS("cache_read_tokens"),
    CACHE_WRITE_5M_TOKENS("cache_write_5m_tokens"),
    CACHE_WRITE_1H_TOKENS("cache_write_1h_tokens"),
    AUDIO_INPUT_TOKENS("audio_input_tokens"),
    AUDIO_OUTPUT_TOKENS("audio_output_tokens"),
    REASONING_TOKENS("reasoning_tokens");

    private static final Meter[] VALUES = values();
    public static final int COUNT = VALUES.length;

    private final String field;

    Meter(String field) {
        this.field = field;
    }

    /** The name in events, rate cards and answers. */
    public String field() {
        return field;
    }

    public static Meter at(int index) {
        return VALUES[index];
    }

    public static Optional<Meter> ofField(String field) {
        return Arrays.stream(VALUES).filter(m -> m.field.equals(field)).findFirst();
    }
}
