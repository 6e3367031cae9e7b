package io.spendstream.cli;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * {@link ReplayCluster} by Kafka's admin client. A shift is kept as the metadata of a committed offset, under a group
 * named after the file: it lives where the events live, needs no topic of its own, and goes with the topic when that is
 * deleted. The broker keeps it for {@code offsets.retention.minutes} after the last replay, 7 days by default.
 */
final class KafkaReplayCluster implements ReplayCluster {

    private static final String GROUP_PREFIX = "spendstream-replay-";
    private static final Pattern NOTE = Pattern.compile("shifted by (-?[0-9]{1,9}) days");
    private static final int ANSWER_MS_MAX = 10_000;

    private final String bootstrapServers;
    private final Admin admin;

    KafkaReplayCluster(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers;
        this.admin = Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                ANSWER_MS_MAX / 2,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                ANSWER_MS_MAX,
                AdminClientConfig.ENABLE_METRICS_PUSH_CONFIG,
                false));
    }

    @Override
    public void requireTopic(String topic) {
        try {
            answer(admin.describeTopics(List.of(topic)).allTopicNames());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                throw new ReplayException(
                        "Kafka at " + bootstrapServers + " has no topic " + topic
                                + "; start Spendstream, which makes its topics, or check --topic-prefix",
                        e.getCause());
            }
            throw new ReplayException(
                    "Kafka at " + bootstrapServers + " does not answer: "
                            + e.getCause().getMessage()
                            + "; check that it is running and that --bootstrap-servers is right",
                    e.getCause());
        }
    }

    @Override
    public OptionalLong shiftOf(String topic, String fileName) {
        String group = GROUP_PREFIX + fileName;
        try {
            OffsetAndMetadata note = answer(
                            admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
                    .get(new TopicPartition(topic, 0));
            Matcher matcher = NOTE.matcher(note == null ? "" : note.metadata());
            return matcher.matches() ? OptionalLong.of(Long.parseLong(matcher.group(1))) : OptionalLong.empty();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GroupIdNotFoundException) {
                return OptionalLong.empty();
            }
            throw new ReplayException("group " + group + ": " + e.getCause().getMessage(), e.getCause());
        }
    }

    @Override
    public void remember(String topic, String fileName, long days) {
        String group = GROUP_PREFIX + fileName;
        OffsetAndMetadata note = new OffsetAndMetadata(0, "shifted by " + days + " days");
        try {
            answer(admin.alterConsumerGroupOffsets(group, Map.of(new TopicPartition(topic, 0), note))
                    .all());
        } catch (ExecutionException e) {
            throw new ReplayException("group " + group + ": " + e.getCause().getMessage(), e.getCause());
        }
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(1));
    }

    private static <T> T answer(KafkaFuture<T> future) throws ExecutionException {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ReplayException("Interrupted while waiting for Kafka", e);
        }
    }
}
