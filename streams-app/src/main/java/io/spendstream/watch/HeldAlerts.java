package io.spendstream.watch;

import io.spendstream.v1.Alert;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Open alerts as they are stored: Avro's single-object encoding, which names its schema; nothing where nobody was told. */
final class HeldAlerts {

    private HeldAlerts() {}

    static byte[] encode(Counter.Held held) {
        if (held.alert() == null) {
            return new byte[0];
        }
        try {
            ByteBuffer encoded = Alert.getEncoder().encode(held.alert());
            byte[] value = new byte[encoded.remaining()];
            encoded.get(value);
            return value;
        } catch (IOException e) {
            throw new IllegalStateException("the alert " + held.alert().getId() + " cannot be encoded", e);
        }
    }

    static Counter.Held decode(byte[] value) {
        try {
            return new Counter.Held(
                    value.length == 0 ? null : Alert.getDecoder().decode(value));
        } catch (IOException e) {
            throw new IllegalStateException("an alert in the store of counters cannot be decoded", e);
        }
    }
}
