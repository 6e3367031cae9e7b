package io.spendstream.schema;

/** The registry answered: it has no Avro schema of this id. */
public final class UnknownSchemaException extends Exception {

    private static final long serialVersionUID = 1L;

    private final int id;

    public UnknownSchemaException(int id, String message) {
        super(message);
        this.id = id;
    }

    /** The id that was asked for. */
    public int id() {
        return id;
    }
}
