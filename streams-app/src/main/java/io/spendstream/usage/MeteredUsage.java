package io.spendstream.usage;

import java.util.Map;

/**
 * What one counted event, or one later correction of it, adds to the totals.
 *
 * @param event whose dimensions, user and time say where it is added
 * @param measures indexed by {@link Measure#ordinal()}; may be negative in a correction
 * @param otherUnits unit name to {quantity, cost in nano-USD}
 */
public record MeteredUsage(UsageRecord event, long[] measures, Map<String, long[]> otherUnits) {}
