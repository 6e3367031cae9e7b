package io.spendstream.usage;

/** Is told by the stages how far they are, so that answers can say how fresh they are. Called from many threads. */
public interface Progress {

    /** A task has decided about all events received until then from a partition of {@code usage-events}. */
    void metered(int partition, long receivedMs);

    /** A task has added to the cube what events received until then add, from a partition of the deltas. */
    void rolledUp(int partition, long receivedMs);

    /** For those who do not care. */
    Progress NONE = new Progress() {
        @Override
        public void metered(int partition, long receivedMs) {}

        @Override
        public void rolledUp(int partition, long receivedMs) {}
    };
}
