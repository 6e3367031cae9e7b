package io.spendstream.cli;

import io.spendstream.client.UsagePublisher;
import io.spendstream.v1.UsageEvent;
import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Publishes the rows of a checked trace as usage events.
 *
 * @param trace what to publish
 * @param summary of the trace
 * @param attribution what the trace itself does not say
 * @param days by which every time is moved
 * @param speed how many times as fast as recorded; null: as fast as Kafka takes them
 */
record Replay(AzureTrace trace, AzureTrace.Summary summary, Attribution attribution, long days, BigDecimal speed) {

    private static final long PROGRESS_NANOS = 1_000_000_000L;

    /** Whose calls these were. */
    record Attribution(String tenant, String feature, String model) {}

    /** When the earliest event happens. */
    Instant first() {
        return DayShift.moved(summary.first(), days);
    }

    /** When the latest event happens. */
    Instant last() {
        return DayShift.moved(summary.last(), days);
    }

    /**
     * The event of a row. Its id is made of the file's name, the line and the shift, so that the same replay again is
     * recognised event by event, and one to other days is what it is: other events.
     */
    UsageEvent event(AzureTrace.Row row) {
        return UsageEvent.newBuilder()
                .setId(trace.name() + ":" + row.line() + (days == 0 ? "" : "%+dd".formatted(days)))
                .setTime(DayShift.moved(row.time(), days))
                .setTenant(attribution.tenant())
                .setFeature(attribution.feature())
                .setModel(attribution.model())
                .setInputTokens(row.inputTokens())
                .setOutputTokens(row.outputTokens())
                .build();
    }

    /**
     * Publishes everything and returns when Kafka has acknowledged it all.
     *
     * @throws ReplayException where it has not; what was acknowledged is counted, and replaying again completes it
     * @throws TraceException where the file is not what it was when it was checked
     */
    void publish(UsagePublisher publisher, Ticker ticker, PrintWriter out)
            throws TraceException, IOException, InterruptedException {
        AtomicInteger acknowledged = new AtomicInteger();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        long start = ticker.nanos();
        long[] progressAt = {start + PROGRESS_NANOS};
        trace.forEach(row -> {
            if (speed != null) {
                ticker.waitUntil(start + offsetNanos(row.time()));
            }
            if (failure.get() != null) {
                throw failed(acknowledged.get(), failure.get());
            }
            publisher.publish(event(row)).whenComplete((done, error) -> {
                if (error == null) {
                    acknowledged.incrementAndGet();
                } else {
                    failure.compareAndSet(null, error);
                }
            });
            if (ticker.nanos() - progressAt[0] >= 0) {
                progressAt[0] = ticker.nanos() + PROGRESS_NANOS;
                out.printf("%d of %d events acknowledged, at %s%n", acknowledged.get(), summary.rows(), row.time());
                out.flush();
            }
        });
        publisher.flush();
        if (failure.get() != null || acknowledged.get() != summary.rows()) {
            throw failed(acknowledged.get(), failure.get());
        }
    }

    private long offsetNanos(Instant time) {
        return BigDecimal.valueOf(time.toEpochMilli() - summary.first().toEpochMilli())
                .multiply(BigDecimal.valueOf(1_000_000))
                .divide(speed, 0, RoundingMode.DOWN)
                .longValueExact();
    }

    private ReplayException failed(int acknowledged, Throwable cause) {
        return new ReplayException(
                "Stopped after " + acknowledged + " of " + summary.rows() + " events were acknowledged: "
                        + (cause == null ? "the file has changed meanwhile" : cause.getMessage())
                        + ". Replay it again to complete it: nothing is counted twice",
                cause);
    }
}
