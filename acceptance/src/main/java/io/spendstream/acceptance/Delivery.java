package io.spendstream.acceptance;

import java.nio.charset.StandardCharsets;

/**
 * A record as it is sent to {@code usage-events}.
 *
 * @param key as sent; null where it has none
 * @param value as sent; null where it has none
 * @param receivedMs about when the broker takes it, epoch milliseconds. The oracle judges by it, so no event's time may
 *     lie within minutes of what is just too old or too new.
 */
public record Delivery(byte[] key, byte[] value, long receivedMs) {

    /** With a text as key. */
    public static Delivery of(String key, byte[] value, long receivedMs) {
        return new Delivery(key.getBytes(StandardCharsets.UTF_8), value, receivedMs);
    }
}
