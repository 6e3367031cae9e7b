package io.spendstream.alert;

import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertSeverity;
import java.time.Duration;

/**
 * OPEN, perhaps ESCALATED, RESOLVED: how an alert goes on after each look at its cause. A pure function of event time and
 * of what was before, so that a replay tells the same story.
 *
 * <p>Between what opens an alert and what clears it lies a band in which it stays as it is. It is resolved when its cause
 * was clear for a while without a break, and not before it was open for a while. A cause that comes back soon after opens
 * the same alert again and tells nobody, unless it is more urgent than before.
 *
 * @param openAtLeast how long it stays open at the least
 * @param clearFor how long its cause must be clear
 * @param comesBackWithin how soon after it was resolved the same alert opens again instead of a new one
 * @param forgottenAfter how long after the last word of its cause it is resolved
 */
public record LifeCycle(Duration openAtLeast, Duration clearFor, Duration comesBackWithin, Duration forgottenAfter) {

    public static final LifeCycle DEFAULT =
            new LifeCycle(Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(6), Duration.ofDays(3));

    /** Opens and is resolved with its cause: for what is exact, such as a part of a limit. */
    public static final LifeCycle AT_ONCE = new LifeCycle(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO);

    /** No time. */
    public static final long NEVER = Long.MIN_VALUE;

    /** What a look at the cause found. */
    public enum Finding {
        FIRING,
        /** Less than what opens it, more than what clears it. */
        HOLDING,
        CLEAR,
        /** Nobody can say: too little is known. */
        SILENT
    }

    /** Whether it is open. */
    public enum Phase {
        OPEN,
        RESOLVED
    }

    /**
     * Where an alert is in its life. Times are event time in epoch milliseconds.
     *
     * @param severity the highest since it opened
     * @param clearSince since when its cause is clear; {@link #NEVER} where it is not
     * @param heardAt when its cause last fired or held
     * @param resolvedAt {@link #NEVER} while it is open
     */
    public record State(
            Phase phase, AlertSeverity severity, long openedAt, long clearSince, long heardAt, long resolvedAt) {

        /** All that there is to know of an open alert that needs no time to be resolved; null where there is none. */
        public static State of(Alert open) {
            if (open == null) {
                return null;
            }
            long openedAt = open.getOpenedAt().toEpochMilli();
            return new State(
                    Phase.OPEN,
                    open.getSeverity(),
                    openedAt,
                    NEVER,
                    open.getChangedAt().toEpochMilli(),
                    NEVER);
        }
    }

    /** What has happened. */
    public enum Step {
        NONE,
        OPENED,
        /** Open again under the same id. */
        REOPENED,
        ESCALATED,
        RESOLVED
    }

    /**
     * A step and what comes of it.
     *
     * @param state null where there is no alert
     * @param tells whether people are told
     */
    public record Next(Step step, State state, boolean tells) {}

    /**
     * @param before null where there is no alert
     * @param severity of the finding; of no meaning unless it fires
     * @param atMs event time of the look
     */
    public Next next(State before, Finding finding, AlertSeverity severity, long atMs) {
        boolean open = before != null && before.phase() == Phase.OPEN;
        if (finding == Finding.FIRING) {
            return open ? goesOn(before, severity, atMs) : opens(before, severity, atMs);
        }
        if (!open) {
            boolean over = before != null && atMs - before.resolvedAt() >= comesBackWithin.toMillis();
            return new Next(Step.NONE, over ? null : before, false);
        }
        if (finding == Finding.HOLDING) {
            return new Next(Step.NONE, with(before, before.severity(), NEVER, atMs), false);
        }
        return clears(before, finding, atMs);
    }

    private static Next goesOn(State before, AlertSeverity severity, long atMs) {
        boolean worse = severity.compareTo(before.severity()) > 0;
        State state = with(before, worse ? severity : before.severity(), NEVER, atMs);
        return new Next(worse ? Step.ESCALATED : Step.NONE, state, worse);
    }

    private Next opens(State before, AlertSeverity severity, long atMs) {
        boolean again = before != null && atMs - before.resolvedAt() < comesBackWithin.toMillis();
        long openedAt = again ? before.openedAt() : atMs;
        boolean worse = !again || severity.compareTo(before.severity()) > 0;
        State state = new State(Phase.OPEN, worse ? severity : before.severity(), openedAt, NEVER, atMs, NEVER);
        return new Next(again ? Step.REOPENED : Step.OPENED, state, worse);
    }

    private Next clears(State before, Finding finding, long atMs) {
        long since = finding == Finding.CLEAR && before.clearSince() == NEVER ? atMs : before.clearSince();
        boolean clear = since != NEVER && atMs - since >= clearFor.toMillis();
        boolean longEnough = atMs - before.openedAt() >= openAtLeast.toMillis();
        boolean forgotten = atMs - before.heardAt() >= forgottenAfter.toMillis();
        if ((clear && longEnough) || forgotten) {
            State state =
                    new State(Phase.RESOLVED, before.severity(), before.openedAt(), since, before.heardAt(), atMs);
            return new Next(Step.RESOLVED, state, true);
        }
        return new Next(Step.NONE, with(before, before.severity(), since, before.heardAt()), false);
    }

    private static State with(State before, AlertSeverity severity, long clearSince, long heardAt) {
        return new State(before.phase(), severity, before.openedAt(), clearSince, heardAt, NEVER);
    }
}
