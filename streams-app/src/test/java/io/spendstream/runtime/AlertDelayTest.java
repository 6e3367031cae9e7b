package io.spendstream.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.spendstream.budget.BudgetBook;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertSeverity;
import io.spendstream.v1.AlertState;
import io.spendstream.v1.Budget;
import io.spendstream.v1.BudgetPeriod;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class AlertDelayTest {

    private static final Instant STARTED = Instant.parse("2026-11-21T12:00:00Z");

    private final AtomicReference<Instant> now = new AtomicReference<>(STARTED);
    private final BudgetBook book = new BudgetBook();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AlertDelay delay = new AlertDelay(book, now::get);

    AlertDelayTest() {
        delay.bindTo(registry);
        define("b", STARTED.plusSeconds(10));
        define("old", STARTED.minusSeconds(1_000));
    }

    private void define(String budget, Instant at) {
        assertThat(book.put(
                        Budget.newBuilder()
                                .setId(budget)
                                .setLimit(1L)
                                .setPeriod(BudgetPeriod.DAY)
                                .setThresholds(List.of())
                                .build(),
                        at.toEpochMilli()))
                .isEmpty();
    }

    private static Alert alert(String budget, String kind, AlertState state) {
        return Alert.newBuilder()
                .setId("a")
                .setKind(kind)
                .setState(state)
                .setSeverity(AlertSeverity.WARNING)
                .setBudget(budget)
                .setValue(1L)
                .setOpenedAt(STARTED)
                .setChangedAt(STARTED)
                .setSummary("")
                .build();
    }

    private void read(String kind, AlertState state, int causedAtSecond, int readAtSecond) {
        read("b", kind, state, causedAtSecond, readAtSecond);
    }

    private void read(String budget, String kind, AlertState state, int causedAtSecond, int readAtSecond) {
        now.set(STARTED.plusSeconds(readAtSecond));
        delay.read(
                alert(budget, kind, state), STARTED.plusSeconds(causedAtSecond).toEpochMilli());
    }

    private Timer measured() {
        return registry.get("spendstream.alert.delay").timer();
    }

    @Test
    void itIsFromReceptionToReadingTheAlert() {
        read("budget_threshold", AlertState.OPEN, 20, 21);
        read("budget_threshold", AlertState.ESCALATED, 20, 23);

        assertThat(measured().count()).isEqualTo(2);
        assertThat(measured().totalTime(TimeUnit.MILLISECONDS)).isEqualTo(4_000);
    }

    @Test
    void whatNoEventOfThisTimeCausedIsNotMeasured() {
        // Read back from the topic after a start.
        read("old", "budget_threshold", AlertState.OPEN, -1, 30);
        // A new definition finds that more is spent already.
        read("budget_threshold", AlertState.OPEN, 9, 30);
        // Time ended it, or an even pace.
        read("budget_threshold", AlertState.RESOLVED, 20, 30);
        read("budget_burn_rate", AlertState.OPEN, 20, 30);

        assertThat(measured().count()).isZero();
    }

    @Test
    void aClockBehindTheBrokersIsNoNegativeDelay() {
        read("budget_threshold", AlertState.OPEN, 20, 19);
        assertThat(measured().count()).isEqualTo(1);
        assertThat(measured().totalTime(TimeUnit.MILLISECONDS)).isZero();
    }
}
