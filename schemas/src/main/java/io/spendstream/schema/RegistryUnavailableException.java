package io.spendstream.schema;

/**
 * The registry gave no usable answer: it is down, too slow, refuses the credentials or fails itself. Nothing is known
 * about the schema; the message names the address and says what to check.
 */
public final class RegistryUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public RegistryUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
