package io.spendstream.runtime;

import io.spendstream.budget.Decision;
import io.spendstream.query.RequestObserver;
import io.spendstream.query.Trace;
import java.util.function.UnaryOperator;

/** Measures what goes through the HTTP interface and, where there are traces, gives each request its span. */
final class Observed implements RequestObserver {

    private final HttpMeters meters;
    private final Traces traces;

    /** @param traces null where there are none */
    Observed(HttpMeters meters, Traces traces) {
        this.meters = meters;
        this.traces = traces;
    }

    @Override
    public Exchange begin(String method, String path, UnaryOperator<String> header) {
        long began = System.nanoTime();
        // Probes and scrapes come all the time and say nothing.
        boolean traced = traces != null && !path.startsWith("/health/") && !path.equals("/metrics");
        Traces.Request request = traced ? traces.request(method, header) : null;
        return new Exchange() {
            @Override
            public Trace trace() {
                return request == null ? Trace.NONE : request.trace();
            }

            @Override
            public void end(String route, int status) {
                meters.answered(method, route, status, System.nanoTime() - began);
                if (request != null) {
                    request.end(method, route, status);
                }
            }
        };
    }

    @Override
    public void decided(Decision decision) {
        meters.decided(decision);
    }
}
