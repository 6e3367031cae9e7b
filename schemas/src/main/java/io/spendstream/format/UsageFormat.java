package io.spendstream.format;

/** A form that usage comes in from elsewhere, and how it becomes usage events. Safe for many threads. */
public interface UsageFormat {

    /** Of a body, in bytes. */
    int BYTES_MAX = 16 << 20;

    /** Of one body. */
    int EVENTS_MAX = 10_000;

    /** As in {@code POST /v1/events/{format}}, and the first part of the ids of its events. */
    String name();

    /**
     * Reads all usage in a body: one response or an array of them, or a batch of spans. Throws nothing.
     *
     * @param details what the caller knows of the calls; it goes before what the body says
     */
    Reading read(byte[] body, CallDetails details);
}
