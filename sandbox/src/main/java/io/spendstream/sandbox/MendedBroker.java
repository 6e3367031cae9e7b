package io.spendstream.sandbox;

import java.util.Optional;
import java.util.function.Supplier;
import kafka.server.BrokerServer;
import kafka.server.SharedServer;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.metadata.KRaftMetadataCache;
import org.apache.kafka.server.common.KRaftVersion;

/**
 * Kafka's broker with KAFKA-20734 mended, which 4.1 to 4.3.1 have: to the transaction coordinator a partition that has no leader
 * for the moment looks like one that was deleted, so that it calls a transaction complete without the marker on that
 * partition. A reader of committed records then never gets past it, and what was committed there is lost once somebody
 * aborts it by hand. Every partition of a single broker is without a leader for a moment: after a kill, when the session
 * of the process before runs out while the new one reads its logs, and whenever the machine sleeps longer than that.
 */
final class MendedBroker extends BrokerServer {

    private final SharedServer shared;

    MendedBroker(SharedServer shared) {
        super(shared);
        this.shared = shared;
    }

    /** Called once, in the broker's start, before anything asks for the cache. */
    @Override
    public void metadataCache_$eq(KRaftMetadataCache theirs) {
        super.metadataCache_$eq(
                new Cache(config().nodeId(), () -> shared.raftManager().client().kraftVersion()));
    }

    /** Says of a partition that exists and has no leader that its leader's node is not known, as up to Kafka 4.0. */
    static final class Cache extends KRaftMetadataCache {

        Cache(int brokerId, Supplier<KRaftVersion> kraftVersion) {
            super(brokerId, kraftVersion);
        }

        @Override
        public Optional<Node> getPartitionLeaderEndpoint(String topic, int partition, ListenerName listener) {
            Optional<Node> leader = super.getPartitionLeaderEndpoint(topic, partition, listener);
            return leader.isEmpty() && contains(new TopicPartition(topic, partition))
                    ? Optional.of(Node.noNode())
                    : leader;
        }
    }
}
