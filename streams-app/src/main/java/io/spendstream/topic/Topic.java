package io.spendstream.topic;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.config.TopicConfig;

/**
 * A topic: its full name and the policy it is created with. A topic that exists is left as it is.
 *
 * @param name with the configured prefix
 * @param partitions how many, or 0 for as many as the events have
 * @param config topic configuration
 */
public record Topic(String name, int partitions, Map<String, String> config) {

    /** Records go after a time. */
    static Topic kept(String name, Duration retention) {
        return new Topic(name, 0, Map.of(TopicConfig.RETENTION_MS_CONFIG, Long.toString(retention.toMillis())));
    }

    /** The last record of each key stays. One partition: small, and every instance reads all of it. */
    static Topic table(String name) {
        return new Topic(name, 1, Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT));
    }

    Topic withPartitions(int count) {
        return new Topic(name, count, config);
    }

    Topic with(String key, String value) {
        Map<String, String> more = new TreeMap<>(config);
        more.put(key, value);
        return new Topic(name, partitions, Map.copyOf(more));
    }
}
