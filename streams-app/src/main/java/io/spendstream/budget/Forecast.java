package io.spendstream.budget;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;

/**
 * Where spending at the present pace leads.
 *
 * @param atEnd spent at the period's end; null for a lifetime
 * @param limitReachedAt when the limit is reached, {@code now} where it already is; null where not in this period
 */
public record Forecast(Long atEnd, Instant limitReachedAt) {

    /** Farther off than this is never. */
    private static final Duration HORIZON = Duration.ofDays(3_660);

    private static final long MS_PER_DAY = Duration.ofDays(1).toMillis();

    /**
     * Goes on with the pace of the time just past.
     *
     * @param limit in force
     * @param spent in the period until now
     * @param now event time
     * @param recent what was spent in the {@code recentLength} before now
     */
    public static Forecast of(Window window, long limit, long spent, Instant now, long recent, Duration recentLength) {
        long pace = Math.max(0, recent);
        return new Forecast(
                atEnd(window, spent, now, pace, recentLength),
                limitReachedAt(window, limit, spent, now, pace, recentLength));
    }

    /** Whether to warn: the limit will be reached in this period, and is not yet. */
    public static boolean warns(Forecast forecast, long limit, long spent, long minimum) {
        return forecast.limitReachedAt != null && spent < limit && spent >= minimum;
    }

    /**
     * How long that is from {@code now}: days in parts per million, rounded down; 0 where the limit is reached, null
     * where it is not in this period.
     */
    public Long daysUntilLimitPpm(Instant now) {
        if (limitReachedAt == null) {
            return null;
        }
        long ms = Math.max(0, Duration.between(now, limitReachedAt).toMillis());
        return Ratio.times(ms, Ratio.PPM, MS_PER_DAY);
    }

    private static Long atEnd(Window window, long spent, Instant now, long pace, Duration length) {
        if (window.end() == null) {
            return null;
        }
        long leftMs = Math.max(0, Duration.between(now, window.end()).toMillis());
        return Ratio.plus(spent, Ratio.times(pace, leftMs, length.toMillis()));
    }

    private static Instant limitReachedAt(
            Window window, long limit, long spent, Instant now, long pace, Duration length) {
        if (spent >= limit) {
            return now;
        }
        if (pace == 0) {
            return null;
        }
        BigInteger missing = BigInteger.valueOf(limit).subtract(BigInteger.valueOf(spent));
        BigInteger product = missing.multiply(BigInteger.valueOf(length.toMillis()));
        long ms = Ratio.floor(product.add(BigInteger.valueOf(pace - 1)), BigInteger.valueOf(pace));
        if (ms > HORIZON.toMillis()) {
            return null;
        }
        Instant reached = now.plusMillis(ms);
        return window.end() == null || reached.isBefore(window.end()) ? reached : null;
    }
}
