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
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What tenants' features have spent on the present UTC day, in the partitions of the cube that this instance owns: sums
 * over instances are the whole. Read off the cube when it is scraped, at most every few seconds.
 */
final class SpendMeters implements Meters {

    private static final Logger LOG = LoggerFactory.getLogger(SpendMeters.class);
    private static final long KEPT_NS = 5_000_000_000L;

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
    private MultiGauge spend;
    private int leftOut;
    private long readAt;
    private boolean read;

    /**
     * @param cube the partitions that are owned now
     * @param nanos as {@link System#nanoTime}
     */
    SpendMeters(
            Supplier<? extends Collection<? extends CellReader>> cube,
            int seriesMax,
            InstantSource clock,
            LongSupplier nanos) {
        this.cube = cube;
        this.seriesMax = seriesMax;
        this.clock = clock;
        this.nanos = nanos;
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
        long now = nanos.getAsLong();
        if (read && now - readAt < KEPT_NS) {
            return;
        }
        read = true;
        readAt = now;
        SeriesLimit<Series> limited = SeriesLimit.of(today(), seriesMax);
        leftOut = limited.leftOut();
        List<MultiGauge.Row<?>> rows = new ArrayList<>();
        limited.kept().forEach(series -> rows.add(row(series.getKey(), series.getValue())));
        if (limited.leftOut() > 0) {
            rows.add(row(Series.OTHER, limited.rest()));
        }
        spend.register(rows, true);
    }

    private Map<Series, Long> today() {
        long day = Resolution.DAY.bucketOf(clock.millis());
        Map<Series, Long> spent = new HashMap<>();
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
            own.forEach((series, cost) -> spent.merge(series, cost, Math::addExact));
        }
        return spent;
    }

    /** A metric is a double by nature: exact to the nano-USD up to 9 million USD, and to 16 digits beyond. */
    private static MultiGauge.Row<Number> row(Series series, long nanoUsd) {
        return MultiGauge.Row.of(Tags.of("tenant", series.tenant, "feature", series.feature), nanoUsd / 1e9);
    }
}
