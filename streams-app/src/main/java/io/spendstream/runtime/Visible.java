package io.spendstream.runtime;

import io.spendstream.query.IntakeFailure;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits until this instance goes by what was stored, as every other does within milliseconds. */
final class Visible {

    private static final Duration WITHIN = Duration.ofSeconds(10);
    private static final long LOOK_EVERY_MS = 10;

    private final String what;
    private final Executor waiting = CompletableFuture.delayedExecutor(LOOK_EVERY_MS, TimeUnit.MILLISECONDS);

    /** @param what one thing that is stored, as in messages: "budget" */
    Visible(String what) {
        this.what = what;
    }

    static long deadline() {
        return System.nanoTime() + WITHIN.toNanos();
    }

    /** @param deadline of {@link System#nanoTime} */
    CompletableFuture<Void> await(BooleanSupplier is, long deadline) {
        if (is.getAsBoolean()) {
            return CompletableFuture.completedFuture(null);
        }
        if (System.nanoTime() > deadline) {
            return CompletableFuture.failedFuture(unavailable("The " + what
                    + " is stored, but this instance does not go by it after " + WITHIN.toSeconds()
                    + " s; see whether it is ready"));
        }
        return CompletableFuture.supplyAsync(() -> null, waiting).thenCompose(again -> await(is, deadline));
    }

    static IntakeFailure unavailable(String message) {
        return new IntakeFailure(IntakeFailure.Reason.UNAVAILABLE, message, Duration.ofSeconds(5));
    }
}
