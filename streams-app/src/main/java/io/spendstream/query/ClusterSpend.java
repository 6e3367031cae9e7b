package io.spendstream.query;

import io.spendstream.query.Peers.Membership;
import io.spendstream.query.Peers.Peer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Asks every instance and answers when all partitions are there. One that is missing is asked for once more, with the
 * instances as they are known by then; an answer without it is never given.
 */
public final class ClusterSpend implements SpendReader {

    private static final int TRIES = 2;

    private final LocalSpend local;
    private final Peers peers;
    private final PeerClient client;
    private final Executor workers;
    private final Retention retention;
    private final InstantSource clock;
    private final int rowsMax;

    /** @param workers where this instance's stores are read and answers are put together; may block */
    public ClusterSpend(
            LocalSpend local,
            Peers peers,
            PeerClient client,
            Executor workers,
            Retention retention,
            InstantSource clock,
            int rowsMax) {
        this.local = local;
        this.peers = peers;
        this.client = client;
        this.workers = workers;
        this.retention = retention;
        this.clock = clock;
        this.rowsMax = rowsMax;
    }

    @Override
    public CompletionStage<SpendAnswer> spend(SpendQuery query, Trace trace) {
        return onWorker(() -> {
                    BucketPlan plan = BucketPlan.of(query);
                    plan.requireKept(retention, clock.instant());
                    return plan;
                })
                .thenCompose(plan -> ask(new Question(query, trace, plan), TRIES));
    }

    private record Question(SpendQuery query, Trace trace, BucketPlan plan) {}

    private CompletableFuture<SpendAnswer> ask(Question question, int triesLeft) {
        Membership members = peers.current();
        List<CompletableFuture<Reply>> replies =
                members.peers().stream().map(peer -> ask(peer, question)).toList();
        return CompletableFuture.allOf(replies.toArray(CompletableFuture[]::new))
                .thenComposeAsync(
                        done -> conclude(
                                question,
                                members,
                                replies.stream().map(CompletableFuture::join).toList(),
                                triesLeft - 1),
                        workers);
    }

    /** What a peer said, or why it said nothing. */
    private record Reply(Peer peer, InstanceSpend spend, Throwable failure) {}

    private CompletableFuture<Reply> ask(Peer peer, Question question) {
        CompletionStage<InstanceSpend> answer = peer.self()
                ? onWorker(() -> local.read(question.query))
                : client.ask(peer, question.query, question.trace);
        return answer.handle((spend, failure) -> new Reply(peer, spend, cause(failure)))
                .toCompletableFuture();
    }

    /** Also a pool that takes nothing more, as when it is shut down, is a failure of the answer. */
    private <T> CompletableFuture<T> onWorker(Supplier<T> work) {
        try {
            return CompletableFuture.supplyAsync(work, workers);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private CompletionStage<SpendAnswer> conclude(
            Question question, Membership members, List<Reply> replies, int triesLeft) {
        for (Reply reply : replies) {
            if (reply.failure instanceof QueryRefused refused) {
                throw refused;
            }
        }
        List<InstanceSpend> spends = replies.stream()
                .filter(reply -> reply.failure == null)
                .map(Reply::spend)
                .toList();
        Map<Integer, PartitionSpend> partitions = SpendMerge.partitions(spends);
        List<Integer> missing = missing(partitions.keySet(), members.partitions());
        if (members.partitions() > 0 && missing.isEmpty()) {
            List<Lag> lags = spends.stream().map(InstanceSpend::lag).collect(Collectors.toList());
            return CompletableFuture.completedFuture(SpendMerge.answer(
                    question.query, question.plan, partitions.values(), lags, clock.instant(), rowsMax));
        }
        return triesLeft > 0
                ? ask(question, triesLeft)
                : CompletableFuture.failedFuture(new NotAllThere(missing, members.partitions(), failures(replies)));
    }

    private static List<Integer> missing(Collection<Integer> there, int partitions) {
        return IntStream.range(0, partitions)
                .boxed()
                .filter(partition -> !there.contains(partition))
                .toList();
    }

    private static List<String> failures(List<Reply> replies) {
        List<String> failures = new ArrayList<>();
        for (Reply reply : replies) {
            if (reply.failure != null) {
                failures.add(reply.peer.url() + ": " + reply.failure);
            }
        }
        return failures;
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
