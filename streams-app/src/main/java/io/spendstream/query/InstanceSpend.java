package io.spendstream.query;

import java.util.List;

/**
 * What one instance knows of an answer. Kept by partition, so that a partition which two instances claim while it moves
 * from one to the other is counted once.
 *
 * @param lag taken before the partitions were read
 */
public record InstanceSpend(List<PartitionSpend> partitions, Lag lag) {}
