package io.spendstream.runtime;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.spendstream.alert.AlertKind;
import io.spendstream.budget.BudgetBook;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertState;
import java.time.Duration;
import java.time.InstantSource;

/**
 * From when the brokers received the event that passed a budget's threshold to when this instance read the alert, which is
 * after its transaction has committed. Every instance reads every alert, so each measures all of them.
 */
final class AlertDelay implements Meters {

    private static final Duration[] BUCKETS = {
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2_500),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofMinutes(1),
        Duration.ofMinutes(5)
    };

    private final BudgetBook book;
    private final InstantSource clock;
    private final long sinceMs;
    private Timer delays;

    /** @param clock near to the brokers' */
    AlertDelay(BudgetBook book, InstantSource clock) {
        this.book = book;
        this.clock = clock;
        this.sinceMs = clock.millis();
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        delays = Timer.builder("spendstream.alert.delay")
                .description("From an event's reception to the alert that it passed a budget's threshold, in seconds.")
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }

    /**
     * An alert was read.
     *
     * @param causedAtMs when the event was received that caused it
     */
    void read(Alert alert, long causedAtMs) {
        if (isOfAnEvent(alert, causedAtMs)) {
            delays.record(Duration.ofMillis(Math.max(0, clock.millis() - causedAtMs)));
        }
    }

    /** Not those that are read back after a start, nor those that a new definition raised over what had been spent. */
    private boolean isOfAnEvent(Alert alert, long causedAtMs) {
        return alert.getKind().equals(AlertKind.BUDGET_THRESHOLD.id())
                && alert.getState() != AlertState.RESOLVED
                && causedAtMs >= sinceMs
                && book.definedAtMs(alert.getBudget()).orElse(Long.MAX_VALUE) <= causedAtMs;
    }
}
