package io.spendstream.acceptance.guarantee;

import io.spendstream.acceptance.AppProcess;
import io.spendstream.acceptance.Await;
import io.spendstream.acceptance.Deployment;
import io.spendstream.acceptance.Deployment.StoredKey;
import io.spendstream.acceptance.Scene;
import io.spendstream.acceptance.SpendClient;
import io.spendstream.rollup.RollupStage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;

/** The same events and prices, read by an application that knows nothing yet, give the same bytes in the cube. */
final class ReplaysAlike implements Guarantee {

    private static final int SHOWN = 3;
    /** The first byte of a key of the cube under which it says where it is in its journal: no part of the figures. */
    private static final byte PLACE_IN_JOURNAL = 6;

    @Override
    public String promise() {
        return "a replay into a fresh application gives the same bytes in the cube";
    }

    @Override
    public Findings doAssert(Trial trial) throws InterruptedException, ExecutionException {
        Deployment original = trial.scene().deployment;
        try (Deployment again = trial.cluster().deploy("again-" + trial.name())) {
            again.copyInputs(original);
            try (AppProcess fresh = new AppProcess(again.directory(), "fresh", again.config("fresh", Map.of()))) {
                awaitCaughtUp(fresh.start().client(), trial);
                return trial.eventually(
                        () -> compare(original.readStore(RollupStage.CELLS), again.readStore(RollupStage.CELLS)));
            } finally {
                again.deleteTopics();
            }
        } catch (IOException | IllegalStateException e) {
            return Findings.wrong(List.of("the replay does not come to its end: " + e.getMessage()));
        }
    }

    private static void awaitCaughtUp(SpendClient client, Trial trial) {
        client.awaitReady();
        long counted = trial.scene().oracle.counted();
        Await.until(
                counted + " requests after a replay",
                Scene.PATIENCE,
                () -> client.spend(trial.scene().everything()),
                answer -> answer.requests() >= counted && answer.lag() == 0);
    }

    /** Each key whose bytes differ, or that only one of the two has, is wrong. */
    static Findings compare(Map<StoredKey, ByteBuffer> original, Map<StoredKey, ByteBuffer> replayed) {
        Set<StoredKey> keys = new HashSet<>(original.keySet());
        keys.addAll(replayed.keySet());
        List<StoredKey> different = keys.stream()
                .filter(key -> key.bytes().get(0) != PLACE_IN_JOURNAL)
                .filter(key -> !Objects.equals(original.get(key), replayed.get(key)))
                .toList();
        return new Findings(
                0,
                0,
                different.size(),
                different.stream()
                        .limit(SHOWN)
                        .map(key -> "cell " + key + ": " + size(original.get(key)) + " bytes, and "
                                + size(replayed.get(key)) + " others after a replay")
                        .toList());
    }

    private static int size(ByteBuffer value) {
        return value == null ? 0 : value.remaining();
    }
}
