package io.spendstream.rest;

import io.spendstream.definition.FieldFault;
import java.util.List;

/**
 * An error answer, RFC 9457.
 *
 * @param status HTTP status
 * @param code what kind of problem it is; the last part of its type
 * @param title the same for all problems of the kind
 * @param detail what was wrong this time and what would be right
 * @param errors single faults, where there may be several; of more than {@link #ERRORS_MAX} the first
 * @param retryAfterSeconds 0 where another try would not help
 */
record Problem(int status, String code, String title, String detail, List<Fault> errors, long retryAfterSeconds) {

    static final String TYPE_PREFIX = "urn:spendstream:problem:";
    static final String MEDIA_TYPE = "application/problem+json";

    /**
     * One fault.
     *
     * @param index of the event in the request, or null
     * @param field at fault, or null
     * @param reason a code
     * @param detail in words
     */
    record Fault(Integer index, String field, String reason, String detail) {}

    /** More faults than this do not help anybody; they would only make a large answer of a large request. */
    static final int ERRORS_MAX = 100;

    Problem {
        if (errors.size() > ERRORS_MAX) {
            detail += "; there are more faults than these, the first " + ERRORS_MAX;
            errors = List.copyOf(errors.subList(0, ERRORS_MAX));
        }
    }

    Problem(int status, String code, String title, String detail) {
        this(status, code, title, detail, List.of(), 0);
    }

    static Problem badRequest(String detail, List<Fault> errors) {
        return new Problem(400, "invalid-request", "The request is not valid", detail, errors, 0);
    }

    /** Of a definition, by field. */
    static List<Fault> faults(List<FieldFault> faults) {
        return faults.stream()
                .map(f -> new Fault(null, f.field().isEmpty() ? null : f.field(), "bad_value", f.reason()))
                .toList();
    }

    static Problem invalidEvents(String detail, List<Fault> errors) {
        return new Problem(400, "invalid-events", "Nothing was published", detail, errors, 0);
    }

    static Problem unauthorized(String detail) {
        return new Problem(401, "unauthorized", "It is not known who calls", detail);
    }

    static Problem forbidden(String detail) {
        return forbidden(detail, List.of());
    }

    static Problem forbidden(String detail, List<Fault> errors) {
        return new Problem(403, "forbidden", "The caller may not do this", detail, errors, 0);
    }

    /** @throws ProblemException 400 where there are faults in events */
    static void refuse(List<Fault> faults, int faultsMax) {
        int count = faults.size();
        if (count > 0) {
            throw invalidEvents(
                            count == faultsMax
                                    ? "There are " + count + " faults or more; these are the first"
                                    : "There " + (count == 1 ? "is 1 fault" : "are " + count + " faults"),
                            faults)
                    .exception();
        }
    }

    static Problem notFound(String detail) {
        return new Problem(404, "not-found", "There is no such thing", detail);
    }

    static Problem methodNotAllowed(String detail) {
        return new Problem(405, "method-not-allowed", "The method does not go with this address", detail);
    }

    static Problem notAcceptable(String detail) {
        return new Problem(406, "not-acceptable", "There is no answer in the form asked for", detail);
    }

    static Problem requestTimeout(String detail) {
        return new Problem(408, "request-timeout", "The request took too long to arrive", detail);
    }

    static Problem tooLarge(String detail) {
        return new Problem(413, "too-large", "The request is too large", detail);
    }

    static Problem unsupportedMediaType(String detail) {
        return new Problem(415, "unsupported-media-type", "The request's content type is not supported", detail);
    }

    static Problem unsupportedEncoding(String detail) {
        return new Problem(415, "unsupported-content-encoding", "The request's encoding is not supported", detail);
    }

    static Problem tooManyRequests(String detail, long retryAfterSeconds) {
        return new Problem(429, "overloaded", "Too much at once", detail, List.of(), retryAfterSeconds);
    }

    static Problem tooOften(String detail, long retryAfterSeconds) {
        return new Problem(429, "too-often", "The caller asks too often", detail, List.of(), retryAfterSeconds);
    }

    static Problem conflict(String detail) {
        return new Problem(409, "conflict", "The name is taken", detail);
    }

    static Problem unavailable(String detail, long retryAfterSeconds) {
        return new Problem(503, "unavailable", "Not available now", detail, List.of(), retryAfterSeconds);
    }

    static Problem notWell(String detail, List<Fault> reasons) {
        return new Problem(503, "not-well", "This instance is not well", detail, reasons, 0);
    }

    String type() {
        return TYPE_PREFIX + code;
    }

    /** For places where only an exception gets out. */
    ProblemException exception() {
        return new ProblemException(this);
    }

    /** A problem on its way out of a handler. Carries no stack trace: it is an answer, not a failure. */
    static final class ProblemException extends RuntimeException {

        private static final long serialVersionUID = 1;

        private final transient Problem problem;

        private ProblemException(Problem problem) {
            super(problem.detail(), null, false, false);
            this.problem = problem;
        }

        Problem problem() {
            return problem;
        }
    }
}
