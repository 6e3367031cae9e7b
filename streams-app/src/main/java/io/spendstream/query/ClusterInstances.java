package io.spendstream.query;

import io.spendstream.query.Peers.Peer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Asks every instance how it is; what does not answer is shown as such, not as it was once. */
public final class ClusterInstances implements Instances {

    private final Supplier<Instance> self;
    private final Peers peers;
    private final InstanceClient client;

    public ClusterInstances(Supplier<Instance> self, Peers peers, InstanceClient client) {
        this.self = self;
        this.peers = peers;
        this.client = client;
    }

    @Override
    public Instance self() {
        return self.get();
    }

    @Override
    public CompletionStage<List<Instance>> instances() {
        List<CompletableFuture<Instance>> answers =
                peers.current().peers().stream().map(this::ask).toList();
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenApply(done -> answers.stream().map(CompletableFuture::join).toList());
    }

    private CompletableFuture<Instance> ask(Peer peer) {
        if (peer.self()) {
            return CompletableFuture.completedFuture(self());
        }
        return client.instance(peer)
                .handle((instance, failure) -> failure == null
                        ? new Instance(
                                peer.url(),
                                false,
                                instance.state(),
                                instance.activeTasks(),
                                instance.standbyTasks(),
                                instance.lagRecords(),
                                instance.asOf())
                        : Instance.unreachable(peer.url()))
                .toCompletableFuture();
    }
}
