package io.spendstream.anomaly;

import io.spendstream.v1.AlertSeverity;

/**
 * What a detector says of a scope at a close. A detector that cannot judge, as there is too little history or too small
 * an amount, says nothing; whatever it said before stays as it was.
 *
 * @param severity how urgent it is; INFO where it does not fire
 * @param measure what value, baseline and threshold are: {@code cost} in nano-USD, {@code requests} as a count, and
 *     rates ({@code cache_hit_rate}, …) in parts per million
 * @param value what was found
 * @param baseline what was expected
 * @param threshold from where on it fires, with the same baseline
 * @param how how the baseline was made, as half a sentence; empty where the level is CLEAR
 * @param sinceMs the event time from which on {@code value} is counted, such as the start of the day or of the hour
 * @param subject whom it is about where that is less than the scope, such as {@code user u1}; else empty
 */
public record Verdict(
        Detector detector,
        Level level,
        AlertSeverity severity,
        String measure,
        long value,
        long baseline,
        long threshold,
        String how,
        long sinceMs,
        String subject) {

    /** The same about a part of the scope. */
    Verdict about(String part) {
        return new Verdict(detector, level, severity, measure, value, baseline, threshold, how, sinceMs, part);
    }

    /** Hysteresis: what is between opening and clearing keeps an alert as it is. */
    public enum Level {
        /** Past the threshold. */
        FIRING,
        /** Below what opens, above what clears. */
        HOLDING,
        CLEAR
    }
}
