package io.spendstream.budget;

import io.spendstream.v1.AlertSeverity;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How fast a budget is spent, relative to an even pace that would use it up exactly at the period's end: the
 * multi-window, multi-burn-rate alerts of chapter 5 of Google's SRE workbook ("Alerting on SLOs"), with the budget in
 * place of the error budget. The long window says that it matters, the short one that it still goes on.
 */
public final class BurnRate {

    /**
     * When to alert: where the rate over both windows is at least this.
     *
     * @param ratePpm in parts per million of the even pace
     */
    public record Rule(String name, Duration longWindow, Duration shortWindow, long ratePpm, AlertSeverity severity) {}

    /** The most urgent first. */
    public static final List<Rule> RULES = List.of(
            new Rule("page-1h", Duration.ofHours(1), Duration.ofMinutes(5), 14_400_000, AlertSeverity.CRITICAL),
            new Rule("page-6h", Duration.ofHours(6), Duration.ofMinutes(30), 6_000_000, AlertSeverity.CRITICAL),
            new Rule("ticket-3d", Duration.ofDays(3), Duration.ofHours(6), 1_000_000, AlertSeverity.WARNING));

    /** What was spent in the time just past. */
    @FunctionalInterface
    public interface Spent {
        long within(Duration window);
    }

    private BurnRate() {}

    /**
     * The rate in parts per million: {@code (spent / window) / (limit / period)}, rounded down.
     *
     * @param limit positive
     */
    public static long ratePpm(long spent, Duration window, long limit, Duration period) {
        BigInteger numerator = BigInteger.valueOf(spent)
                .multiply(BigInteger.valueOf(period.toMillis()))
                .multiply(BigInteger.valueOf(Ratio.PPM));
        return Ratio.floor(numerator, BigInteger.valueOf(limit).multiply(BigInteger.valueOf(window.toMillis())));
    }

    /**
     * The most urgent rule that applies now. None below the minimum, so that the first cent of a month does not page,
     * none for lifetimes, which have no pace, and no rule whose long window is longer than the period.
     *
     * @param period null for a lifetime
     * @param spentInPeriod compared with {@code minimum}
     */
    public static Optional<Rule> firing(long limit, Duration period, long spentInPeriod, long minimum, Spent spent) {
        if (period == null || limit <= 0 || spentInPeriod < minimum) {
            return Optional.empty();
        }
        for (Rule rule : RULES) {
            if (rule.longWindow().compareTo(period) <= 0
                    && exceeds(rule, rule.longWindow(), limit, period, spent)
                    && exceeds(rule, rule.shortWindow(), limit, period, spent)) {
                return Optional.of(rule);
            }
        }
        return Optional.empty();
    }

    /** Whether {@link #ratePpm} is at least the rule's: the fractions multiplied out, as nearly all say no. */
    private static boolean exceeds(Rule rule, Duration window, long limit, Duration period, Spent spent) {
        return Ratio.compareProducts(
                        spent.within(window), period.toMillis() * Ratio.PPM, limit, rule.ratePpm() * window.toMillis())
                >= 0;
    }
}
