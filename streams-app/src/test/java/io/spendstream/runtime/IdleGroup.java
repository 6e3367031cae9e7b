package io.spendstream.runtime;

import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/** Brokers without partitions: there is nothing to wait for. */
final class IdleGroup implements GroupView {
    @Override
    public Map<TopicPartition, Long> eventEnds() {
        return Map.of();
    }

    @Override
    public Map<TopicPartition, Long> deltaEnds() {
        return Map.of();
    }

    @Override
    public Map<TopicPartition, Long> committed() {
        return Map.of();
    }

    @Override
    public long nextRecord(TopicPartition partition, long offset) {
        return offset;
    }
}
