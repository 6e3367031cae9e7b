package io.spendstream.query;

import io.spendstream.query.Instances.Instance;
import java.util.concurrent.CompletionStage;

/** Asks another instance how it is. */
@FunctionalInterface
public interface InstanceClient {

    /** What the peer says of itself. Fails where it does not say it in time. */
    CompletionStage<Instance> instance(Peers.Peer peer);
}
