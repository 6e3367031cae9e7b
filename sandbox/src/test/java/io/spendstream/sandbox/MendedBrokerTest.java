package io.spendstream.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.metadata.PartitionRecord;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.apache.kafka.metadata.KRaftMetadataCache;
import org.apache.kafka.server.common.KRaftVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Transaction markers wait for a partition that has no leader, and are not sent to one that was deleted. */
@Timeout(300)
class MendedBrokerTest {

    private static final ListenerName LISTENER = new ListenerName("PLAINTEXT");
    private static final int NO_LEADER = -1;

    private final KRaftMetadataCache cache = new MendedBroker.Cache(1, () -> KRaftVersion.KRAFT_VERSION_1);

    @Test
    void a_partition_without_a_leader_is_not_taken_for_a_deleted_one() {
        // Given
        MetadataDelta delta =
                new MetadataDelta.Builder().setImage(MetadataImage.EMPTY).build();
        Uuid topic = Uuid.randomUuid();
        delta.replay(new TopicRecord().setName("t").setTopicId(topic));
        delta.replay(new PartitionRecord()
                .setTopicId(topic)
                .setPartitionId(0)
                .setLeader(NO_LEADER)
                .setReplicas(List.of(1))
                .setDirectories(List.of(Uuid.randomUuid())));

        // When
        cache.setImage(delta.apply(MetadataProvenance.EMPTY));

        // Then
        assertThat(cache.getPartitionLeaderEndpoint("t", 0, LISTENER)).contains(Node.noNode());
        assertThat(cache.getPartitionLeaderEndpoint("t", 1, LISTENER)).isEmpty();
        assertThat(cache.getPartitionLeaderEndpoint("deleted", 0, LISTENER)).isEmpty();
    }

    @Test
    void what_is_committed_while_a_partition_has_no_leader_is_there_when_it_has_one_again(@TempDir Path directory)
            throws Exception {
        // Given
        String cluster = Uuid.randomUuid().toString();
        int controllerPort = freePort();
        try (BrokerProcess first = broker(directory, new BrokerPlace(1, 2, cluster, controllerPort));
                BrokerProcess second = broker(directory, new BrokerPlace(2, 2, cluster, controllerPort));
                Admin admin = Admin.create(Map.of("bootstrap.servers", first.bootstrapServers()));
                KafkaProducer<String, String> producer = new KafkaProducer<>(
                        Map.of("bootstrap.servers", first.bootstrapServers(), "transactional.id", "writer"),
                        new StringSerializer(),
                        new StringSerializer())) {
            admin.createTopics(List.of(new NewTopic("t", Map.of(0, List.of(2)))))
                    .all()
                    .get();
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("t", "committed")).get();

            // When
            second.kill();
            awaitNoLeader(admin);
            producer.commitTransaction();
            second.start();

            // Then
            assertThat(BrokerChecks.read(first.bootstrapServers(), "t", 1)).containsExactly("committed");
        }
    }

    private static BrokerProcess broker(Path directory, BrokerPlace place) throws IOException {
        return new BrokerProcess(directory.resolve("kafka-" + place.id()), 0, 256, place).start();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void awaitNoLeader(Admin admin) throws InterruptedException, ExecutionException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (leader(admin) != null) {
            assertThat(System.nanoTime()).as("the lost broker still leads").isLessThan(deadline);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
    }

    private static Node leader(Admin admin) throws InterruptedException, ExecutionException {
        return admin.describeTopics(List.of("t"))
                .topicNameValues()
                .get("t")
                .get()
                .partitions()
                .get(0)
                .leader();
    }
}
