package io.spendstream.ingest;

import io.spendstream.format.CallDetails;
import io.spendstream.format.FormatFault;
import io.spendstream.format.Reading;
import io.spendstream.format.UsageFormat;
import io.spendstream.usage.UsageRecords;
import io.spendstream.v1.UsageEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * Batches of OpenTelemetry spans in; usage events to one side. A batch with a span that cannot be mapped also goes to the
 * other side, unchanged, with what is wrong in its headers: sent again, corrected, its other spans are not counted twice.
 */
public final class SpanStage implements Processor<byte[], byte[], byte[], Object> {

    private final UsageFormat format;
    private final EventRules rules;
    private final DecodeStage.Ways ways;
    private ProcessorContext<byte[], Object> context;

    /** @param ways names of the sinks of events and of rejected records, and the topic of the spans */
    public SpanStage(UsageFormat format, EventRules rules, DecodeStage.Ways ways) {
        this.format = format;
        this.rules = rules;
        this.ways = ways;
    }

    @Override
    public void init(ProcessorContext<byte[], Object> context) {
        this.context = context;
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        if (record.value() == null) {
            reject(
                    record,
                    FormatFault.Reason.INVALID_BODY.code(),
                    List.of(new FormatFault(
                            null, null, FormatFault.Reason.INVALID_BODY, "has no value; it takes a batch of spans")));
            return;
        }
        Reading reading = format.read(record.value(), CallDetails.NONE);
        List<FormatFault> faults = new ArrayList<>(reading.faults());
        String reason = faults.isEmpty() ? null : faults.get(0).reason().code();
        for (Reading.Mapped mapped : reading.mapped()) {
            // By the rules of events, so that none is larger than its topic takes.
            Fault fault = rules.check(UsageRecords.of(mapped.event()), record.timestamp());
            if (fault == null) {
                forward(mapped.event(), record.timestamp());
            } else {
                reason = reason == null ? fault.reason().code() : reason;
                faults.add(
                        new FormatFault(mapped.index(), fault.field(), FormatFault.Reason.BAD_VALUE, fault.detail()));
            }
        }
        if (reason != null) {
            reject(record, reason, faults);
        }
    }

    private void forward(UsageEvent event, long timestamp) {
        byte[] key = event.getId().getBytes(StandardCharsets.UTF_8);
        context.forward(new Record<>(key, (Object) event, timestamp), ways.accepted());
    }

    private void reject(Record<byte[], byte[]> record, String reason, List<FormatFault> faults) {
        RecordMetadata at = context.recordMetadata().orElseThrow();
        DecodeStage.Why why = new DecodeStage.Why(
                reason,
                faults.get(0).field(),
                faults.stream().map(FormatFault::toString).collect(Collectors.joining("; ")));
        boolean isLarge = record.value() != null && record.value().length > UsageFormat.BYTES_MAX;
        int kept = isLarge ? DecodeStage.LARGE_BYTES_KEPT : Integer.MAX_VALUE;
        context.forward(
                DecodeStage.rejected(
                        new WaitingRoom.Received(
                                record.key(),
                                record.value(),
                                DecodeStage.kept(record.headers()),
                                record.timestamp(),
                                at.partition(),
                                at.offset()),
                        ways.topic(),
                        why,
                        kept),
                ways.rejected());
    }
}
