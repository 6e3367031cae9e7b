package io.spendstream.runtime;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.spendstream.budget.Decision;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What was asked over HTTP, how it was answered and how long that took. */
final class HttpMeters implements Meters {

    /** Others are put under one name, as a caller may send any. */
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS");

    private static final String OTHER = "other";

    private static final Duration[] BUCKETS = {
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2_500),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10)
    };

    private record Answered(String method, String route, int status) {}

    private final Map<Answered, Timer> timers = new ConcurrentHashMap<>();
    private final Map<Decision, Counter> decisions = new EnumMap<>(Decision.class);
    private MeterRegistry registry;

    @Override
    public void bindTo(MeterRegistry registry) {
        this.registry = registry;
        for (Decision decision : Decision.values()) {
            decisions.put(
                    decision,
                    Counter.builder("spendstream.admission.decisions")
                            .description("Calls that were asked for, by what admission said.")
                            .tag("decision", decision.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
    }

    void decided(Decision decision) {
        decisions.get(decision).increment();
    }

    /** @param route null where there is none */
    void answered(String method, String route, int status, long nanos) {
        Answered answered =
                new Answered(METHODS.contains(method) ? method : OTHER, route == null ? OTHER : route, status);
        timers.computeIfAbsent(answered, this::timer).record(Duration.ofNanos(nanos));
    }

    private Timer timer(Answered answered) {
        return Timer.builder("spendstream.http.requests")
                .description("Requests, from their headers to the end of the answer, in seconds.")
                .tag("method", answered.method)
                .tag("route", answered.route)
                .tag("status", Integer.toString(answered.status))
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }
}
