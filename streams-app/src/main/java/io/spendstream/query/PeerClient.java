package io.spendstream.query;

import java.util.concurrent.CompletionStage;

/** Asks another instance. */
@FunctionalInterface
public interface PeerClient {

    /**
     * What the peer's partitions hold of the answer. Fails with {@link QueryRefused} where the peer refuses the query
     * and with anything else where it cannot be had in time.
     *
     * @param trace that the question belongs to
     */
    CompletionStage<InstanceSpend> ask(Peers.Peer peer, SpendQuery query, Trace trace);
}
