package io.spendstream.pricing;

import io.spendstream.combine.CommitPoint;
import io.spendstream.combine.Ticks;
import io.spendstream.usage.Tally;
import io.spendstream.usage.UsageRecord;
import io.spendstream.usage.UsageRecords;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Rates each event as of its own time. One without a price is counted all the same, kept, and rated again when the
 * price book changes; what the price adds follows as a correction.
 */
public final class PriceStage implements Processor<byte[], UsageRecord, byte[], Object> {

    /** The logged store of events without a price. */
    public static final String UNPRICED = "unpriced-events";

    private static final Duration LOOK_EVERY = Duration.ofMillis(500);
    /** Looked at per punctuation, so that one transaction does not get too long. */
    private static final int RATED_AGAIN_MAX = 5_000;

    /**
     * Where results go.
     *
     * @param counted name of the next stage
     * @param unpriced name of the sink of events without a price
     * @param priced name of the sink of priced events, or null where they are not published
     */
    public record Ways(String counted, String unpriced, String priced) {}

    private final PriceBook book;
    private final Ways ways;
    private ProcessorContext<byte[], Object> context;
    private UnpricedEvents unpriced;
    private Tally tally;
    private Runnable afterRecord;
    /** Of the book that the events without a price were last rated by, or are being rated by. */
    private long ratedVersion;

    /** Where to go on with that; null: it is done. */
    private Bytes rateFrom;

    public PriceStage(PriceBook book, Ways ways) {
        this.book = book;
        this.ways = ways;
    }

    @Override
    public void init(ProcessorContext<byte[], Object> context) {
        this.context = context;
        unpriced = new UnpricedEvents(context.<KeyValueStore<Bytes, byte[]>>getStateStore(UNPRICED));
        // A task may start again after an aborted transaction, which took its corrections back.
        ratedVersion = -1;
        rateFrom = null;
        CommitPoint commit = context.getStateStore(CommitPoint.NAME);
        tally = commit.tally();
        afterRecord = commit.beforeCommit(context, () -> {});
        Ticks.every(context, LOOK_EVERY, now -> rateAgain());
    }

    @Override
    public void process(Record<byte[], UsageRecord> record) {
        UsageRecord event = record.value();
        Rating rating = Rating.of(event, book);
        tally.counted++;
        if (!rating.isPriced()) {
            tally.unpriced(event.model());
            unpriced.add(event);
            context.forward(
                    new Record<>(idOf(event), (Object) UsageRecords.toAvro(event), record.timestamp()),
                    ways.unpriced());
        }
        publish(rating, record.timestamp(), false);
        context.forward(record.withValue((Object) rating.counted()), ways.counted());
        afterRecord.run();
    }

    private void publish(Rating rating, long receivedMs, boolean correction) {
        if (ways.priced() != null) {
            context.forward(
                    new Record<>(idOf(rating.event()), (Object) rating.published(correction), receivedMs),
                    ways.priced());
        }
    }

    /** Not the key as received, which may be another: an event and its correction must meet in one partition. */
    private static byte[] idOf(UsageRecord event) {
        return event.id.getBytes(StandardCharsets.UTF_8);
    }

    /** A book that changes meanwhile is looked at afterwards: an import of thousands of models is not thousands of looks. */
    private void rateAgain() {
        long version = book.version();
        if (rateFrom == null && version == ratedVersion) {
            return;
        }
        if (rateFrom == null) {
            ratedVersion = version;
        }
        rateFrom = unpriced.visit(rateFrom, RATED_AGAIN_MAX, book::knows, event -> {
            Rating rating = Rating.of(event, book);
            if (rating.isPriced()) {
                correct(rating);
            }
        });
    }

    private void correct(Rating rating) {
        UsageRecord event = rating.event();
        long time = Math.max(0, context.currentStreamTimeMs());
        tally.repriced++;
        unpriced.remove(event);
        publish(rating, time, true);
        context.forward(new Record<>(idOf(event), (Object) rating.repriced(), time), ways.counted());
        afterRecord.run();
    }
}
