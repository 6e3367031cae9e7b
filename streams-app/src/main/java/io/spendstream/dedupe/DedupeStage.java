package io.spendstream.dedupe;

import io.spendstream.combine.CommitPoint;
import io.spendstream.usage.Tally;
import io.spendstream.usage.UsageRecord;
import java.time.Duration;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/** Passes each event on once, however often it is delivered. */
public final class DedupeStage implements Processor<byte[], UsageRecord, byte[], UsageRecord> {

    /** The logged store of fingerprint blocks. */
    public static final String STORE = "seen-ids";

    private static final Duration FORGET_EVERY = Duration.ofHours(1);

    private final DedupeSettings settings;
    private ProcessorContext<byte[], UsageRecord> context;
    private SeenIds seen;
    private Tally tally;
    private Runnable afterRecord;

    public DedupeStage(DedupeSettings settings) {
        this.settings = settings;
    }

    @Override
    public void init(ProcessorContext<byte[], UsageRecord> context) {
        this.context = context;
        seen = new SeenIds(settings, context.<KeyValueStore<Bytes, byte[]>>getStateStore(STORE));
        CommitPoint commit = context.getStateStore(CommitPoint.NAME);
        tally = commit.tally();
        afterRecord = commit.beforeCommit(context, seen::write);
        // By stream time: the time events were received, so that a replay forgets alike.
        context.schedule(FORGET_EVERY, PunctuationType.STREAM_TIME, this::forget);
    }

    @Override
    public void process(Record<byte[], UsageRecord> record) {
        UsageRecord event = record.value();
        if (seen.isFirst(event.id, event.timeMs)) {
            context.forward(record);
        } else {
            tally.duplicates++;
        }
        afterRecord.run();
    }

    private void forget(long receivedMs) {
        seen.write();
        seen.forgetBefore(
                receivedMs - settings.window().toMillis() - settings.bucket().toMillis());
    }
}
