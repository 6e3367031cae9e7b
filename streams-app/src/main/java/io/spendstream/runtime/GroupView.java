package io.spendstream.runtime;

import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/** What the brokers know of the application's work, whichever instances do it and whether they live. */
interface GroupView {

    /** The end of each partition of the events, open transactions included. */
    Map<TopicPartition, Long> eventEnds();

    /** The end of each partition of the deltas, open transactions included. */
    Map<TopicPartition, Long> deltaEnds();

    /** The end of each partition of what budgets count, open transactions included. */
    Map<TopicPartition, Long> scopeEnds();

    /** Up to where each partition's work is committed; a partition without any is left out. */
    Map<TopicPartition, Long> committed();

    /**
     * Skips what is no record: marks of transactions and records of aborted ones, which nobody works on and nobody
     * commits.
     *
     * @return the first offset from the given one on where there is, or may yet be, a record
     */
    long nextRecord(TopicPartition partition, long from);
}
