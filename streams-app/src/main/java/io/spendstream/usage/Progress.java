package io.spendstream.usage;

/**
 * Is told by the stages what the brokers do not know about how far they are, so that answers can say how fresh they are.
 * Called from many threads.
 */
public interface Progress {

    /**
     * A task is about to commit, and so many records of a partition of {@code usage-events} wait undecided.
     *
     * @param oldestReceivedMs when the first of them was received, epoch milliseconds; of no meaning where none waits
     */
    void waiting(int partition, long records, long oldestReceivedMs);

    /** For those who do not care. */
    Progress NONE = (partition, records, oldestReceivedMs) -> {};
}
