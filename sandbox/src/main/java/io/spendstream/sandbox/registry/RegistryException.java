package io.spendstream.sandbox.registry;

/** Ends a request; the server answers with the fault's status, code and this message. */
final class RegistryException extends RuntimeException {

    private static final long serialVersionUID = 1;

    final RegistryFault fault;

    RegistryException(RegistryFault fault, String message) {
        super(message);
        this.fault = fault;
    }
}
