package io.spendstream;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.processor.TimestampExtractor;

/**
 * When the broker received an event: the record's timestamp. A record without one (written by an ancient client) counts
 * as received at the epoch, so that its event is rejected as one from the future instead of stopping the stream.
 */
final class ReceivedTime implements TimestampExtractor {

    @Override
    public long extract(ConsumerRecord<Object, Object> record, long partitionTime) {
        return Math.max(0, record.timestamp());
    }
}
