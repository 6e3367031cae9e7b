package io.spendstream.query;

import java.util.List;
import java.util.stream.Collectors;

/** A query that cannot be answered as it is put, and why. The asker's fault, so it carries no stack trace. */
public final class QueryRefused extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final transient List<QueryFault> faults;

    public QueryRefused(List<QueryFault> faults) {
        super(
                faults.stream().map(f -> f.field() + ": " + f.detail()).collect(Collectors.joining("; ")),
                null,
                false,
                false);
        this.faults = List.copyOf(faults);
    }

    public QueryRefused(String field, QueryFault.Reason reason, String detail) {
        this(List.of(new QueryFault(field, reason, detail)));
    }

    /** Everything found wrong, at least one. */
    public List<QueryFault> faults() {
        return faults;
    }
}
