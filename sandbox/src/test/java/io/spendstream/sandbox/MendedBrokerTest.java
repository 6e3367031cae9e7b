package io.spendstream.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.metadata.PartitionRecord;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.apache.kafka.metadata.KRaftMetadataCache;
import org.apache.kafka.server.common.KRaftVersion;
import org.junit.jupiter.api.Test;

/** Transaction markers wait for a partition that has no leader, and are not sent to one that was deleted. */
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
}
