package io.spendstream.runtime;

import io.spendstream.usage.TopicBook;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateRestoreListener;

/**
 * Tells the books how far their topics were read at the start: to the end, also where the last records are compacted
 * away, so that no record says so.
 */
public final class BookRestored implements StateRestoreListener {

    private final Map<String, TopicBook> books;
    private final ConcurrentMap<TopicPartition, Long> ends = new ConcurrentHashMap<>();

    /** @param books by topic */
    public BookRestored(Map<String, TopicBook> books) {
        this.books = Map.copyOf(books);
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
        TopicBook book = books.get(partition.topic());
        if (book != null && partition.partition() == 0) {
            book.readUpTo(ends.get(partition));
        }
    }
}
