package io.spendstream.detect;

import io.spendstream.alert.AlertNotes;
import io.spendstream.anomaly.DetectorSettings;
import io.spendstream.anomaly.Figure;
import io.spendstream.combine.DeltaBlock;
import io.spendstream.usage.Dimension;
import io.spendstream.usage.Measure;
import io.spendstream.usage.MeteredUsage;
import io.spendstream.usage.Resolution;
import io.spendstream.usage.UsageRecord;
import io.spendstream.v1.Alert;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;
import org.apache.kafka.streams.state.Stores;

/**
 * What the detectors would have said, live, of a history: the judges of the pipeline with the same defaults, life cycle and
 * grouping, without Kafka. Amounts come in the order of time; one that is older than those before it is late, as in the
 * pipeline. State is in memory: what a scope takes is in docs/anomalies.md.
 */
public final class Hindsight {

    private static final int SOURCES = 2;

    private final Judge judge;
    private final RequestOutliers outliers;
    private final CloseBlock.Writer block = new CloseBlock.Writer(0);
    private final UsageRecord event = new UsageRecord();
    private long open = Long.MIN_VALUE;
    private long requests;

    /** @param alerts is told every change of an alert, in the order of event time */
    public Hindsight(DetectorSettings settings, Consumer<Alert> alerts) {
        // Told as it happens: nothing of it is replayed.
        this(settings, LongUnaryOperator.identity(), alerts);
    }

    /** @param clock what the wall clock says at an event time; both in epoch milliseconds */
    Hindsight(DetectorSettings settings, LongUnaryOperator clock, Consumer<Alert> alerts) {
        judge = new Judge(
                Stores.inMemoryKeyValueStore(DetectStage.STORE).get(),
                SOURCES,
                settings,
                tenant -> 0,
                new AlertNotes(),
                () -> clock.applyAsLong(SpendSeries.startMs(open)),
                alerts);
        outliers = new RequestOutliers(1, settings);
        outliers.start(Stores.inMemoryKeyValueStore(RequestOutliers.STORE).get(), 0);
    }

    /**
     * Adds what was spent at a time.
     *
     * @param team may be null
     * @param sums by {@link Measure#ordinal()}; a single request is judged for itself too
     */
    public void add(Instant time, String tenant, String feature, String team, String model, long[] sums) {
        long quarterHour = Resolution.QUARTER_HOUR.bucketOf(time.toEpochMilli());
        if (open == Long.MIN_VALUE) {
            open = quarterHour;
        }
        closeBefore(quarterHour);
        block.amounts(open, quarterHour, new Combination(tenant, feature, team, model), Figure.of(sums));
        if (sums[Measure.REQUESTS.ordinal()] == 1) {
            request(time, tenant, feature, model, sums);
        }
    }

    private void request(Instant time, String tenant, String feature, String model, long[] sums) {
        event.id = Long.toString(requests++);
        event.timeMs = time.toEpochMilli();
        event.dimension(Dimension.TENANT, tenant);
        event.dimension(Dimension.FEATURE, feature);
        event.dimension(Dimension.MODEL, model);
        boolean late = Resolution.QUARTER_HOUR.bucketOf(event.timeMs) < open;
        outliers.add(
                new MeteredUsage(event, Arrays.copyOf(sums, sums.length), Map.of()), late ? open : DeltaBlock.IN_TIME);
    }

    /** All quarter-hours up to the one of a time are over: judges them. */
    public void closeUntil(Instant time) {
        closeBefore(Resolution.QUARTER_HOUR.bucketOf(time.toEpochMilli()) + 1);
    }

    private void closeBefore(long quarterHour) {
        while (open < quarterHour) {
            open++;
            block.closed(open);
            block.take().forEach(judge::take);
            outliers.clock(new DeltaBlock.Clock(0, open, false));
            outliers.drain(0, (partition, bytes) -> judge.take(bytes));
            while (judge.isBehind()) {
                judge.judgeClosed();
            }
        }
    }
}
