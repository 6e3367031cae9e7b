package io.spendstream.schema;

import org.apache.kafka.common.errors.SerializationException;

/**
 * These bytes are not a record of the type asked for, and never will be: trying again is useless. A registry that does
 * not answer is a {@link RegistryUnavailableException} instead.
 */
public class DecodeException extends SerializationException {

    private static final long serialVersionUID = 1L;

    /** What is wrong with the bytes. */
    public enum Reason {
        /** Too short for the wire format, or the first byte is not 0. */
        WIRE_FORMAT,
        /** The registry has no Avro schema of the id. */
        UNKNOWN_SCHEMA,
        /** The writer's schema cannot be read as the type asked for. */
        INCOMPATIBLE_SCHEMA,
        /** The bytes do not follow the writer's schema. */
        BAD_AVRO,
        /** A whole record was read and bytes are left over. */
        TRAILING_BYTES
    }

    private final Reason reason;

    public DecodeException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public DecodeException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
