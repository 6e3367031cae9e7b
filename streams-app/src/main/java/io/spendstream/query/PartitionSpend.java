package io.spendstream.query;

import java.util.List;

/** What one partition of the cube holds of an answer: all its rows, in no order. */
public record PartitionSpend(int partition, List<SpendRow> rows) {}
