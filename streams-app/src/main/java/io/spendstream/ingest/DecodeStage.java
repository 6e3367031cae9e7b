package io.spendstream.ingest;

import io.spendstream.combine.CommitPoint;
import io.spendstream.combine.Ticks;
import io.spendstream.usage.EventTraces;
import io.spendstream.usage.Progress;
import io.spendstream.usage.Tally;
import io.spendstream.usage.Texts;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Bytes in; events that can be counted to one side, records that cannot to the other, unchanged and with the reason in
 * their headers. Of records too large to be passed on only the beginning is.
 */
public final class DecodeStage implements Processor<byte[], byte[], byte[], Object> {

    /** The logged store of records that wait for the registry. */
    public static final String WAITING = "waiting-for-schema";

    /** Headers of a rejected record, all UTF-8 text, besides those it came with. */
    public static final String HEADER_REASON = "spendstream.reason";

    public static final String HEADER_FIELD = "spendstream.field";
    public static final String HEADER_DETAIL = "spendstream.detail";
    public static final String HEADER_TOPIC = "spendstream.topic";
    public static final String HEADER_PARTITION = "spendstream.partition";
    public static final String HEADER_OFFSET = "spendstream.offset";

    /** Of W3C Trace Context: the trace that an event belongs to. */
    private static final String TRACEPARENT = "traceparent";

    private static final List<String> OWN_HEADERS =
            List.of(HEADER_REASON, HEADER_FIELD, HEADER_DETAIL, HEADER_TOPIC, HEADER_PARTITION, HEADER_OFFSET);

    private static final Duration ASK_AGAIN_EVERY = Duration.ofMillis(500);
    /** Decided per punctuation, so that one transaction does not get too long. */
    private static final int DECIDED_MAX = 10_000;

    private static final int DETAIL_LENGTH_MAX = 1_000;
    /** Of a record's own headers; with more they are not kept, as the record must fit with them. */
    private static final int HEADER_BYTES_MAX = 1 << 20;
    /** Of the key and of the value of a record that is too large to be passed on. */
    static final int LARGE_BYTES_KEPT = 64 << 10;

    /**
     * Where results go.
     *
     * @param accepted name of the next stage
     * @param rejected name of the sink
     * @param topic of the events, for the headers of rejected ones
     */
    public record Ways(String accepted, String rejected, String topic) {}

    private final WriterSchemas schemas;
    private final EventRules rules;
    private final Ways ways;
    private final Progress progress;
    private final EventTraces traces;
    private EventTraces.Task followed;
    private ProcessorContext<byte[], Object> context;
    private EventReader reader;
    private WaitingRoom waiting;
    private Tally tally;
    private Runnable afterRecord;

    public DecodeStage(WriterSchemas schemas, EventRules rules, Ways ways, Progress progress, EventTraces traces) {
        this.schemas = schemas;
        this.rules = rules;
        this.ways = ways;
        this.progress = progress;
        this.traces = traces;
    }

    @Override
    public void init(ProcessorContext<byte[], Object> context) {
        this.context = context;
        reader = new EventReader(schemas, rules);
        waiting = new WaitingRoom(context.<KeyValueStore<Bytes, byte[]>>getStateStore(WAITING));
        CommitPoint commit = context.getStateStore(CommitPoint.NAME);
        tally = commit.tally();
        followed = traces.task(context.taskId().partition());
        afterRecord = commit.beforeCommit(context, this::beforeCommit);
        Ticks.every(context, ASK_AGAIN_EVERY, now -> decideWaiting());
    }

    private void beforeCommit() {
        progress.waiting(context.taskId().partition(), waiting.size(), waiting.oldestReceivedMs());
        if (followed != null) {
            followed.commit();
        }
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        if (followed != null) {
            Header parent = record.headers().lastHeader(TRACEPARENT);
            followed.read(parent == null ? null : parent.value());
        }
        Verdict verdict = reader.read(record.key(), record.value(), record.timestamp());
        if (verdict instanceof Verdict.Accepted accepted) {
            tally.received++;
            context.forward(record.withValue((Object) accepted.event()), ways.accepted());
        } else {
            RecordMetadata at = context.recordMetadata().orElseThrow();
            setAside(
                    verdict,
                    new WaitingRoom.Received(
                            record.key(),
                            record.value(),
                            kept(record.headers()),
                            record.timestamp(),
                            at.partition(),
                            at.offset()));
        }
        afterRecord.run();
    }

    @Override
    public void close() {
        if (context != null) {
            // Whoever works on the partition next says what waits there.
            progress.waiting(context.taskId().partition(), 0, 0);
        }
    }

    private void setAside(Verdict verdict, WaitingRoom.Received record) {
        if (verdict instanceof Verdict.Rejected rejected) {
            reject(rejected.fault(), record);
        } else {
            waiting.add(record);
        }
    }

    private void decideWaiting() {
        waiting.decide(DECIDED_MAX, record -> {
            Verdict verdict = reader.read(record.key(), record.value(), record.receivedMs());
            if (verdict instanceof Verdict.Undecided) {
                return false;
            }
            if (verdict instanceof Verdict.Rejected rejected) {
                reject(rejected.fault(), record);
            } else {
                tally.received++;
                Object event = ((Verdict.Accepted) verdict).event();
                context.forward(new Record<>(record.key(), event, record.receivedMs()), ways.accepted());
            }
            afterRecord.run();
            return true;
        });
    }

    private void reject(Fault fault, WaitingRoom.Received record) {
        tally.received++;
        tally.reject(fault.reason().code());
        int kept = fault.reason() == Rejection.RECORD_TOO_LARGE ? LARGE_BYTES_KEPT : Integer.MAX_VALUE;
        Why why = new Why(fault.reason().code(), fault.field(), fault.toString());
        context.forward(rejected(record, ways.topic(), why, kept), ways.rejected());
    }

    /**
     * Why a record is rejected.
     *
     * @param field or null
     */
    record Why(String reason, String field, String detail) {}

    /** A record as it came, with the reason in its headers; of key and value so many bytes. */
    static Record<byte[], Object> rejected(WaitingRoom.Received record, String topic, Why why, int kept) {
        Headers headers = new RecordHeaders(record.headers());
        OWN_HEADERS.forEach(headers::remove);
        add(headers, HEADER_REASON, why.reason());
        if (why.field() != null) {
            add(headers, HEADER_FIELD, why.field());
        }
        add(headers, HEADER_DETAIL, why.detail());
        add(headers, HEADER_TOPIC, topic);
        add(headers, HEADER_PARTITION, Integer.toString(record.partition()));
        add(headers, HEADER_OFFSET, Long.toString(record.offset()));
        return new Record<>(
                beginning(record.key(), kept), beginning(record.value(), kept), record.receivedMs(), headers);
    }

    static Headers kept(Headers headers) {
        long size = 0;
        for (Header header : headers) {
            size += header.key().length() + (header.value() == null ? 0 : header.value().length);
        }
        return size <= HEADER_BYTES_MAX ? headers : new RecordHeaders();
    }

    private static byte[] beginning(byte[] bytes, int lengthMax) {
        return bytes == null || bytes.length <= lengthMax ? bytes : Arrays.copyOf(bytes, lengthMax);
    }

    private static void add(Headers headers, String name, String text) {
        headers.add(name, Texts.shortened(text, DETAIL_LENGTH_MAX).getBytes(StandardCharsets.UTF_8));
    }
}
