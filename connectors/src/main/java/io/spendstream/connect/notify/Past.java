package io.spendstream.connect.notify;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * How far a task is that must read what was dealt with before it began. Where that ends, Connect does not say; it is where
 * a partition stands when it is assigned. From there the task goes back to the beginning once, and what it reads until
 * there is past.
 */
final class Past {

    /** A partition that says nothing for so long has no past left: its topic forgot it. */
    private static final Duration QUIET = Duration.ofSeconds(10);

    private final Set<TopicPartition> unknown = new HashSet<>();
    private final Map<TopicPartition, Long> newFrom = new HashMap<>();
    private final Set<TopicPartition> reading = new HashSet<>();
    private Instant lastHeard = Instant.MIN;

    void open(Collection<TopicPartition> partitions) {
        unknown.addAll(partitions);
    }

    void close(Collection<TopicPartition> partitions) {
        unknown.removeAll(partitions);
        reading.removeAll(partitions);
        newFrom.keySet().removeAll(partitions);
    }

    boolean isUnknown(TopicPartition partition) {
        return unknown.contains(partition);
    }

    /**
     * Tells where a partition stands.
     *
     * @return where to go back to; empty: it has no past
     */
    OptionalLong begin(TopicPartition partition, long offset, Instant now) {
        unknown.remove(partition);
        newFrom.put(partition, offset);
        if (offset == 0) {
            return OptionalLong.empty();
        }
        reading.add(partition);
        lastHeard = now;
        return OptionalLong.of(0);
    }

    /** Whether a record of a partition that is known is of the past. */
    boolean has(TopicPartition partition, long offset, Instant now) {
        long end = newFrom.get(partition);
        if (offset >= end - 1) {
            reading.remove(partition);
        } else {
            lastHeard = now;
        }
        return offset < end;
    }

    /** No record came. */
    void quiet(Instant now) {
        if (!reading.isEmpty() && Duration.between(lastHeard, now).compareTo(QUIET) > 0) {
            reading.clear();
        }
    }

    /** Whether all partitions are read as far as they were before. */
    boolean isRead() {
        return unknown.isEmpty() && reading.isEmpty();
    }
}
