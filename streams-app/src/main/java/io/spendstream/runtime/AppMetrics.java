package io.spendstream.runtime;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.spendstream.ingest.Rejection;
import io.spendstream.query.Lag;
import io.spendstream.query.MetricsSource;
import io.spendstream.topic.Topics;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The metrics of one instance. Names are public: they change only with a major version.
 *
 * <p>{@code spendstream_events_received_total} = {@code spendstream_events_counted_total} +
 * {@code spendstream_events_duplicate_total} + the sum of {@code spendstream_events_rejected_total}, in every scrape: all
 * of them come from one snapshot.
 */
public final class AppMetrics implements MetricsSource, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AppMetrics.class);

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Totals totals;
    private final Counter valueOverflow;
    /** By topic. */
    private final Map<String, Counter> refused;

    private final List<Meters> more;
    /** What the scrape under way reports. */
    private Totals.Snapshot scraped = Totals.Snapshot.NONE;

    /**
     * @param topics of definitions, whose refused records are counted apart
     * @param more what other parts have to show
     */
    AppMetrics(
            Totals totals,
            FreshnessProbe lag,
            IntSupplier partitionsOwned,
            Topics topics,
            List<? extends Meters> more) {
        this.totals = totals;
        this.more = List.copyOf(more);
        counter("received", "Records read from usage-events and decided about.", Totals.Snapshot::received);
        counter("counted", "Events counted.", Totals.Snapshot::counted);
        counter("duplicate", "Events that had been counted before.", Totals.Snapshot::duplicates);
        counter("unpriced", "Of the counted ones: without a price when they came.", Totals.Snapshot::unpriced);
        counter("repriced", "Unpriced events whose price arrived later.", Totals.Snapshot::repriced);
        FunctionCounter.builder("spendstream.deltas", this, m -> m.scraped.deltas())
                .description("Sums that the counted events became on their way to the cube.")
                .register(registry);
        for (Rejection reason : Rejection.values()) {
            FunctionCounter.builder(
                            "spendstream.events.rejected",
                            this,
                            m -> m.scraped.rejected().getOrDefault(reason.code(), 0L))
                    .description("Records that cannot be counted, by reason.")
                    .tag("reason", reason.code())
                    .register(registry);
        }
        Gauge.builder("spendstream.lag.records", lag, l -> l.lag().records())
                .description("Records of usage-events not read yet, in the partitions of this instance.")
                .register(registry);
        Gauge.builder("spendstream.lag.seconds", lag, l -> secondsSince(l.lag().asOf()))
                .description("How long ago what is counted was received; NaN until that is known.")
                .register(registry);
        Gauge.builder("spendstream.waiting.records", lag, FreshnessProbe::waitingRecords)
                .description("Records of usage-events whose schema the registry has not said yet.")
                .register(registry);
        Gauge.builder("spendstream.cube.partitions", partitionsOwned, IntSupplier::getAsInt)
                .description("Partitions of the cube that this instance owns and answers for.")
                .strongReference(true)
                .register(registry);
        valueOverflow = Counter.builder("spendstream.dimension.overflow")
                .description("Values of dimensions beyond the limit, counted as __other__.")
                .register(registry);
        refused = Map.of(
                topics.prices().name(),
                refused("prices", "Records of prices that are not valid; the previous prices stay in force."),
                topics.budgets().name(),
                refused("budgets", "Records of budgets that are not valid; the previous budgets stay in force."),
                topics.alertNotes().name(),
                refused("notes", "Records of alert-notes that are not valid; the previous notes stay in force."),
                topics.reconciliations().name(),
                refused(
                        "reconciliations",
                        "Records of reconciliations that are not valid; the previous reconciliations stay."));
        more.forEach(meters -> meters.bindTo(registry));
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
    }

    /** Not since 1970: that would be an alert at every start. */
    private static double secondsSince(Instant time) {
        return time.equals(Lag.UNKNOWN)
                ? Double.NaN
                : Math.max(0, (System.currentTimeMillis() - time.toEpochMilli()) / 1_000.0);
    }

    private Counter refused(String what, String description) {
        return Counter.builder("spendstream." + what + ".refused")
                .description(description)
                .register(registry);
    }

    private void counter(String name, String description, ToLongFunction<Totals.Snapshot> value) {
        FunctionCounter.builder("spendstream.events." + name, this, m -> value.applyAsLong(m.scraped))
                .description(description)
                .register(registry);
    }

    /** A dimension's value was beyond the limit. */
    public void valueOverflowed() {
        valueOverflow.increment();
    }

    /** A record of a definition, or of what is published, was refused; the one before stays in force. */
    public void refused(String topic, String key, String why) {
        Counter counter = refused.get(topic);
        if (counter != null) {
            counter.increment();
        }
        LOG.atWarn()
                .addKeyValue("topic", topic)
                .log("the record '{}' of {} was refused, the one before stays in force: {}", key, topic, why);
    }

    @Override
    public synchronized String prometheus() {
        scraped = totals.now();
        more.forEach(Meters::look);
        return registry.scrape();
    }

    @Override
    public void close() {
        registry.close();
    }
}
