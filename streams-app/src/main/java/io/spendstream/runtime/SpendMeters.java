package io.spendstream.runtime;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.spendstream.rollup.CellReader;
import io.spendstream.usage.Dimension;
import io.spendstream.usage.Measure;
import io.spendstream.usage.Resolution;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What tenants' features have spent on the present UTC day, in the partitions of the cube that this instance owns: sums
 * over instances are the whole.
 *
 * <p>Read off the cube when somebody scrapes, at most every few seconds. A million cells take seconds to read, so it is
 * done by a thread of its own, which rests {@value #PAUSE} times as long as it read: a scrape waits for a moment, and else
 * shows what was read before.
 */
final class SpendMeters implements Meters {

    private static final Logger LOG = LoggerFactory.getLogger(SpendMeters.class);
    private static final long KEPT_NS = 5_000_000_000L;
    private static final long PAUSE = 19;
    private static final long WAIT_MS = 100;

    /** What one reading found, of each partition. */
    private record Read(long day, Map<Integer, Map<Series, Long>> partitions, long atNs, long tookNs) {

        static final Read NONE = new Read(Long.MIN_VALUE, Map.of(), 0, 0);
    }

    /** Whose spend. */
    private record Series(String tenant, String feature) implements Comparable<Series> {

        static final Series OTHER = new Series(Totals.OTHER, Totals.OTHER);

        @Override
        public int compareTo(Series other) {
            return Comparator.comparing(Series::tenant)
                    .thenComparing(Series::feature)
                    .compare(this, other);
        }
    }

    private final Supplier<? extends Collection<? extends CellReader>> cube;
    private final int seriesMax;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final Executor reader;
    private MultiGauge spend;
    private int leftOut;
    private CompletableFuture<Void> reading;
    private volatile Read last = Read.NONE;

    /**
     * @param cube the partitions that are owned now
     * @param nanos as {@link System#nanoTime}
     * @param reader reads the cube
     */
    SpendMeters(
            Supplier<? extends Collection<? extends CellReader>> cube,
            int seriesMax,
            InstantSource clock,
            LongSupplier nanos,
            Executor reader) {
        this.cube = cube;
        this.seriesMax = seriesMax;
        this.clock = clock;
        this.nanos = nanos;
        this.reader = reader;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        spend = MultiGauge.builder("spendstream.spend.today.usd")
                .description("Spent since the start of the UTC day, in this instance's partitions.")
                .register(registry);
        Gauge.builder("spendstream.spend.series.left.out", this, meters -> meters.leftOut)
                .description(
                        "Features whose spend is under __other__, as there are more than metrics.spend.series.max.")
                .register(registry);
    }

    @Override
    public void look() {
        long day = Resolution.DAY.bucketOf(clock.millis());
        if (reading == null && isDue(day)) {
            reading = CompletableFuture.runAsync(() -> read(day), reader);
        }
        awaitReading();
        Set<Integer> owned = cube.get().stream().map(CellReader::partition).collect(Collectors.toSet());
        Map<Series, Long> spent = new HashMap<>();
        if (last.day == day) {
            last.partitions.forEach((partition, sums) -> {
                if (owned.contains(partition)) {
                    sums.forEach((series, cost) -> spent.merge(series, cost, Math::addExact));
                }
            });
        }
        show(SeriesLimit.of(spent, seriesMax));
    }

    private boolean isDue(long day) {
        return last.day != day || nanos.getAsLong() - last.atNs >= Math.max(KEPT_NS, PAUSE * last.tookNs);
    }

    /** For a moment: of a small cube, a scrape shows what is there when it comes. */
    private void awaitReading() {
        if (reading == null) {
            return;
        }
        try {
            reading.get(WAIT_MS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return;
        } catch (ExecutionException e) {
            LOG.warn("what is spent today cannot be read", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        reading = null;
    }

    private void show(SeriesLimit<Series> limited) {
        leftOut = limited.leftOut();
        List<MultiGauge.Row<?>> rows = new ArrayList<>();
        limited.kept().forEach(series -> rows.add(row(series.getKey(), series.getValue())));
        if (limited.leftOut() > 0) {
            rows.add(row(Series.OTHER, limited.rest()));
        }
        spend.register(rows, true);
    }

    private void read(long day) {
        long begin = nanos.getAsLong();
        Map<Integer, Map<Series, Long>> spent = new HashMap<>();
        for (CellReader partition : cube.get()) {
            Map<Series, Long> own = new HashMap<>();
            try {
                partition.cells(
                        Resolution.DAY,
                        day,
                        day + 1,
                        null,
                        null,
                        (values, bucket, measures, units) -> own.merge(
                                new Series(values[Dimension.TENANT.ordinal()], values[Dimension.FEATURE.ordinal()]),
                                measures[Measure.COST.ordinal()],
                                Math::addExact));
            } catch (RuntimeException e) {
                // It moves away: who has it next shows it.
                LOG.debug("partition {} of the cube cannot be read now", partition.partition(), e);
                continue;
            }
            spent.put(partition.partition(), own);
        }
        long end = nanos.getAsLong();
        last = new Read(day, spent, end, end - begin);
    }

    /** A metric is a double by nature: exact to the nano-USD up to 9 million USD, and to 16 digits beyond. */
    private static MultiGauge.Row<Number> row(Series series, long nanoUsd) {
        return MultiGauge.Row.of(Tags.of("tenant", series.tenant, "feature", series.feature), nanoUsd / 1e9);
    }
}
