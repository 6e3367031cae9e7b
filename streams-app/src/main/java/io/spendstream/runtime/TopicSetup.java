package io.spendstream.runtime;

import io.spendstream.topic.Topic;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates the topics that are not there yet. */
public final class TopicSetup {

    private static final Logger LOG = LoggerFactory.getLogger(TopicSetup.class);
    private static final int TIMEOUT_S = 30;
    private static final long VISIBLE_PAUSE_MS = 20;

    private TopicSetup() {}

    /**
     * @param partitions of topics that do not say
     * @param replication of every topic, or -1 for the broker's default
     * @throws InterruptedException where the application is told to stop meanwhile
     * @throws IllegalStateException where the brokers do not answer or refuse
     */
    public static void createMissing(Admin admin, List<Topic> topics, int partitions, short replication)
            throws InterruptedException {
        try {
            Set<String> existing = admin.listTopics().names().get(TIMEOUT_S, TimeUnit.SECONDS);
            List<NewTopic> missing = topics.stream()
                    .filter(topic -> !existing.contains(topic.name()))
                    .map(topic -> newTopic(topic, partitions, replication))
                    .toList();
            for (Map.Entry<String, KafkaFuture<Void>> created :
                    admin.createTopics(missing).values().entrySet()) {
                await(created.getKey(), created.getValue());
            }
            awaitLed(admin, missing.stream().map(NewTopic::name).toList());
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(
                    "Kafka does not list its topics: " + cause(e) + ". Is bootstrap.servers right and the broker up?",
                    e);
        }
    }

    /**
     * How many partitions a topic has.
     *
     * @throws IllegalStateException where the brokers do not say
     */
    public static int partitionsOf(Admin admin, Topic topic) throws InterruptedException {
        try {
            return admin.describeTopics(List.of(topic.name()))
                    .allTopicNames()
                    .get(TIMEOUT_S, TimeUnit.SECONDS)
                    .get(topic.name())
                    .partitions()
                    .size();
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("Kafka does not describe the topic " + topic.name() + ": " + cause(e), e);
        }
    }

    /**
     * A topic is created when the controller has it. Brokers learn of it a moment later, and lead its partitions another
     * moment later: until then they refuse records. A producer whose first batch is refused while the second one is taken
     * never gets rid of the first, since to the broker it comes after the second: it is out of order for good.
     */
    private static void awaitLed(Admin admin, List<String> topics)
            throws InterruptedException, ExecutionException, TimeoutException {
        Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
        awaitVisible(admin, topics)
                .forEach((topic, description) -> description
                        .partitions()
                        .forEach(partition ->
                                ends.put(new TopicPartition(topic, partition.partition()), OffsetSpec.latest())));
        // Asked again by the client until the leader itself answers.
        try {
            admin.listOffsets(ends).all().get(TIMEOUT_S, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(
                    "The new topics " + topics + " have partitions without a leader: " + cause(e)
                            + ". Are enough brokers up?",
                    e);
        }
    }

    private static Map<String, TopicDescription> awaitVisible(Admin admin, List<String> topics)
            throws InterruptedException, ExecutionException, TimeoutException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_S);
        while (true) {
            try {
                return admin.describeTopics(topics).allTopicNames().get(TIMEOUT_S, TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException) || System.nanoTime() > deadline) {
                    throw e;
                }
                Thread.sleep(VISIBLE_PAUSE_MS);
            }
        }
    }

    private static NewTopic newTopic(Topic topic, int partitions, short replication) {
        return new NewTopic(
                        topic.name(),
                        Optional.of(topic.partitions() == 0 ? partitions : topic.partitions()),
                        replication < 1 ? Optional.empty() : Optional.of(replication))
                .configs(topic.config());
    }

    private static void await(String topic, KafkaFuture<Void> created) throws InterruptedException {
        try {
            created.get(TIMEOUT_S, TimeUnit.SECONDS);
            LOG.info("created topic {}", topic);
        } catch (ExecutionException | TimeoutException e) {
            // Another instance that starts at the same time may have been faster.
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new IllegalStateException("The topic " + topic + " cannot be created: " + cause(e), e);
            }
        }
    }

    private static String cause(Exception e) {
        return String.valueOf(e.getCause() == null ? e : e.getCause().getMessage());
    }
}
