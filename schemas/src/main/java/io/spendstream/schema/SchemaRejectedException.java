package io.spendstream.schema;

/** The registry answered and refused: the schema is incompatible, invalid or not registered where it has to be. */
public final class SchemaRejectedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public SchemaRejectedException(String message, Throwable cause) {
        super(message, cause);
    }
}
