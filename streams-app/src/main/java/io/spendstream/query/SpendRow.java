package io.spendstream.query;

import java.util.List;

/**
 * One row of an answer.
 *
 * @param group values in the order of the query's {@code groupBy}; null where events did not give one
 * @param startMs start of the bucket, epoch milliseconds
 */
public record SpendRow(List<String> group, long startMs, Sums sums) {}
