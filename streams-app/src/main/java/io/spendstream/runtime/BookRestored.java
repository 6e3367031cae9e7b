package io.spendstream.runtime;

import io.spendstream.budget.BudgetBook;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateRestoreListener;

/**
 * Tells the budget book how far its topic was read at the start: to the end, also where the last records are compacted
 * away, so that no record says so.
 */
public final class BookRestored implements StateRestoreListener {

    private final BudgetBook book;
    private final String topic;
    private final ConcurrentMap<TopicPartition, Long> ends = new ConcurrentHashMap<>();

    public BookRestored(BudgetBook book, String topic) {
        this.book = book;
        this.topic = topic;
    }

    @Override
    public void onRestoreStart(TopicPartition partition, String store, long startingOffset, long endingOffset) {
        ends.put(partition, endingOffset);
    }

    @Override
    public void onBatchRestored(TopicPartition partition, String store, long batchEndOffset, long restored) {
        // The records are in the book; how far they reach counts when all are.
    }

    @Override
    public void onRestoreEnd(TopicPartition partition, String store, long restored) {
        if (partition.topic().equals(topic) && partition.partition() == 0) {
            book.readUpTo(ends.get(partition));
        }
    }
}
