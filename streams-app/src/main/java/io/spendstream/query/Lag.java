package io.spendstream.query;

import java.time.Instant;

/**
 * How far an instance is behind its input.
 *
 * @param records received and not yet counted
 * @param asOf everything received until then is counted
 */
public record Lag(long records, Instant asOf) {}
