package io.spendstream.schema;

/** The bytes are not in the Confluent wire format. */
public final class WireFormatException extends DecodeException {

    private static final long serialVersionUID = 1L;

    public WireFormatException(String message) {
        super(Reason.WIRE_FORMAT, message);
    }
}
