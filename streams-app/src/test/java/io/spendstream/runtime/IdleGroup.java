package io.spendstream.runtime;

import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/** Brokers without partitions: there is nothing to wait for. */
final class IdleGroup implements GroupView {

    /** Of such brokers. */
    static FreshnessProbe probe() {
        FreshnessProbe.Statuses statuses = new FreshnessProbe.Statuses() {
            @Override
            public long sentOnWithinMs() {
                return 0;
            }

            @Override
            public long publishedWithinMs(boolean farBehind) {
                return 0;
            }

            @Override
            public boolean allRead() {
                return true;
            }
        };
        return new FreshnessProbe(new IdleGroup(), Set::of, statuses, System::currentTimeMillis);
    }

    @Override
    public Map<TopicPartition, Long> eventEnds() {
        return Map.of();
    }

    @Override
    public Map<TopicPartition, Long> deltaEnds() {
        return Map.of();
    }

    @Override
    public Map<TopicPartition, Long> scopeEnds() {
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
