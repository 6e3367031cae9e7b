package io.spendstream.usage;

/** Follows events that belong to a trace through the tasks that count them. */
public interface EventTraces {

    /** Follows nothing, and costs nothing. */
    EventTraces NONE = partition -> null;

    /** One for a task that begins, or begins anew; null where nothing is followed. */
    Task task(int partition);

    /** Of one task; called by its thread only. */
    interface Task {

        /** @param traceparent of a record, as W3C Trace Context has it; may be anything */
        void read(byte[] traceparent);

        /** What was read is about to be committed. */
        void commit();
    }
}
