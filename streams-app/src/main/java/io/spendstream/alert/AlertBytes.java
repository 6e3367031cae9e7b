package io.spendstream.alert;

import io.spendstream.v1.Alert;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Alerts as they are stored: Avro's single-object encoding, which names its schema. */
public final class AlertBytes {

    private AlertBytes() {}

    public static byte[] encode(Alert alert) {
        try {
            ByteBuffer encoded = Alert.getEncoder().encode(alert);
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return bytes;
        } catch (IOException e) {
            throw new IllegalStateException("the alert " + alert.getId() + " cannot be encoded", e);
        }
    }

    /** @throws IllegalStateException where {@link #encode} did not write the bytes */
    public static Alert decode(byte[] bytes) {
        try {
            return Alert.getDecoder().decode(bytes);
        } catch (IOException e) {
            throw new IllegalStateException("a stored alert cannot be decoded: " + e.getMessage(), e);
        }
    }
}
