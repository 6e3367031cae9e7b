package io.spendstream.query;

import java.time.Instant;

/**
 * How far an instance is behind its input.
 *
 * @param records received and not yet counted
 * @param asOf everything received until then is counted; {@link #UNKNOWN} before the first look
 */
public record Lag(long records, Instant asOf) {

    /** Stands for a time that is not known yet, as just after the start. */
    public static final Instant UNKNOWN = Instant.EPOCH;
}
