package io.spendstream.connect.notify;

import java.time.Instant;
import java.util.Collection;
import org.apache.kafka.common.TopicPartition;

/** A way to tell people of alerts. Used by one thread. */
interface Channel extends AutoCloseable {

    /** Whether people are told of this change here. */
    boolean wants(AlertRecord alert);

    /**
     * Tells; returns when the other side has taken it.
     *
     * @throws DeliveryException says why it did not
     */
    void deliver(AlertRecord alert) throws DeliveryException;

    /** A change that is not told: it was dealt with before this task began, or is no news. */
    default void recall(AlertRecord alert) {}

    /** What is of these partitions is another task's now. */
    default void forget(Collection<TopicPartition> partitions) {}

    /** Whether it must know what is open: then it is shown the past before anything new. */
    default boolean remembers() {
        return false;
    }

    /**
     * Tells again what must be told again and again.
     *
     * @return when to call next; null: never
     * @throws DeliveryException says why that failed
     */
    default Instant repeat(Instant now) throws DeliveryException {
        return null;
    }

    @Override
    default void close() {
        // Nothing is kept open between two deliveries.
    }
}
