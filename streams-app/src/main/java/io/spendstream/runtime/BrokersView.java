package io.spendstream.runtime;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Asks the brokers. For one thread; what cannot be had in time is an {@link IllegalStateException}. */
final class BrokersView implements GroupView, LostProducers.Brokers, AutoCloseable {

    private static final long TIMEOUT_S = 5;
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final int FETCH_BYTES = 16 << 10;

    private final String group;
    private final String eventsTopic;
    private final String deltasTopic;
    private final List<String> scopesTopics;
    private final Map<String, Object> clients;
    private final Map<String, List<TopicPartition>> partitions = new HashMap<>();
    private Admin admin;
    private Consumer<byte[], byte[]> reader;

    BrokersView(AppConfig config, String eventsTopic, String deltasTopic, List<String> scopesTopics) {
        this.group = config.applicationId();
        this.eventsTopic = eventsTopic;
        this.deltasTopic = deltasTopic;
        this.scopesTopics = scopesTopics;
        this.clients = new HashMap<>(config.kafka());
        clients.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, config.bootstrapServers());
    }

    @Override
    public Map<TopicPartition, Long> eventEnds() {
        return ends(eventsTopic);
    }

    @Override
    public Map<TopicPartition, Long> deltaEnds() {
        return ends(deltasTopic);
    }

    @Override
    public Map<TopicPartition, Long> scopeEnds() {
        Map<TopicPartition, Long> ends = new HashMap<>();
        scopesTopics.forEach(topic -> ends.putAll(ends(topic)));
        return ends;
    }

    private Map<TopicPartition, Long> ends(String topic) {
        Map<TopicPartition, OffsetSpec> latest =
                partitionsOf(topic).stream().collect(Collectors.toMap(p -> p, p -> OffsetSpec.latest()));
        Map<TopicPartition, Long> ends = new HashMap<>();
        await(admin().listOffsets(latest).all()).forEach((partition, end) -> ends.put(partition, end.offset()));
        return ends;
    }

    /** The number of partitions does not change while the application runs: its state depends on it. */
    private List<TopicPartition> partitionsOf(String topic) {
        return partitions.computeIfAbsent(topic, t -> {
            TopicDescription description =
                    await(admin().describeTopics(List.of(t)).allTopicNames()).get(t);
            return description.partitions().stream()
                    .map(p -> new TopicPartition(t, p.partition()))
                    .toList();
        });
    }

    @Override
    public Map<TopicPartition, Long> committed() {
        Map<TopicPartition, Long> committed = new HashMap<>();
        await(admin().listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
                .forEach((partition, offset) -> {
                    if (offset != null) {
                        committed.put(partition, offset.offset());
                    }
                });
        return committed;
    }

    @Override
    public long nextRecord(TopicPartition partition, long from) {
        Consumer<byte[], byte[]> consumer = reader();
        consumer.assign(List.of(partition));
        consumer.seek(partition, from);
        return consumer.poll(LOOK).isEmpty() ? consumer.position(partition) : from;
    }

    @Override
    public List<String> openTransactions() {
        return await(admin().listTransactions(
                                new ListTransactionsOptions().filterStates(List.of(TransactionState.ONGOING)))
                        .all())
                .stream()
                .map(TransactionListing::transactionalId)
                .filter(id -> id.startsWith(group + "-"))
                .toList();
    }

    @Override
    public List<String> members() {
        return await(admin().describeConsumerGroups(List.of(group)).all()).get(group).members().stream()
                .map(MemberDescription::clientId)
                .toList();
    }

    @Override
    public void fence(Collection<String> transactionalIds) {
        await(admin().fenceProducers(transactionalIds).all());
    }

    /** Takes members out of the group at once; those that are not in it do not matter. */
    void expel(List<String> instanceIds) {
        await(admin().removeMembersFromConsumerGroup(
                        group,
                        new RemoveMembersFromConsumerGroupOptions(
                                instanceIds.stream().map(MemberToRemove::new).toList()))
                .all());
    }

    private Admin admin() {
        if (admin == null) {
            admin = Admin.create(clients);
        }
        return admin;
    }

    private Consumer<byte[], byte[]> reader() {
        if (reader == null) {
            Map<String, Object> config = new HashMap<>(clients);
            config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
            config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
            config.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCH_BYTES);
            config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
            reader = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        }
        return reader;
    }

    private static <T> T await(KafkaFuture<T> answer) {
        try {
            return answer.get(TIMEOUT_S, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("Kafka does not say how far the work is", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking Kafka how far the work is", e);
        }
    }

    @Override
    public void close() {
        if (admin != null) {
            admin.close(Duration.ZERO);
        }
        if (reader != null) {
            reader.close();
        }
    }
}
