package io.spendstream.anomaly;

import io.spendstream.v1.AlertSeverity;
import java.util.Optional;
import java.util.function.Function;

/**
 * Rates of the time just past, from one hour to 24 so that there are requests enough, against the week before: the
 * median of its days, beyond what its hours usually are.
 */
final class RateDetectors {

    /** Standard deviations of a share of so many requests (binomial) that are chance. */
    private static final double CHANCE = 5;

    private static final double HALF_WAY = 0.5;

    /** Times the least number of requests. */
    private static final int MANY = 8;

    /** A share that was never seen may be this. */
    private static final double LEAST_SHARE = 0.01;

    private RateDetectors() {}

    /** A rate now, with what it is judged by. */
    private record Now(Rate rate, double value, UsualRate usual, Case.Span span) {

        long requests() {
            return Math.max(1, span.get(Figure.REQUESTS));
        }

        /** What chance makes of a share, as requests are one or the other (binomial). */
        double chance(double share) {
            double likely = Math.min(HALF_WAY, Math.max(share, LEAST_SHARE));
            return CHANCE * StrictMath.sqrt(likely * (1 - likely) / requests());
        }
    }

    static Optional<Verdict> costPerRequest(Case at) {
        return judge(
                at, Detector.COST_PER_REQUEST, Rate.COST_PER_REQUEST, Parameter.COST_PER_REQUEST_MIN_REQUESTS, now -> {
                    double usual = now.usual().usual();
                    double margin = at.get(Parameter.COST_PER_REQUEST_RISE) * usual;
                    double threshold = Math.max(usual + margin, now.usual().high());
                    double extra = (now.value() - usual) * now.span().get(Figure.REQUESTS);
                    boolean small = extra < at.values.nanoUsd(Parameter.COST_PER_REQUEST_MIN_COST);
                    AlertSeverity severity = now.value() > 3 * usual ? AlertSeverity.CRITICAL : AlertSeverity.WARNING;
                    return above(
                            at,
                            Detector.COST_PER_REQUEST,
                            now,
                            small ? Math.max(threshold, now.value()) : threshold,
                            severity);
                });
    }

    static Optional<Verdict> cacheHits(Case at) {
        double floor = at.get(Parameter.CACHE_FLOOR);
        return judge(at, Detector.CACHE_HIT_RATE, Rate.CACHE_HITS, Parameter.CACHE_MIN_REQUESTS, now -> {
            double usual = now.usual().isKnown() ? now.usual().usual() : floor;
            double margin = at.get(Parameter.CACHE_MARGIN);
            double own =
                    now.usual().isKnown() ? Math.min(usual - margin, now.usual().low()) : 0;
            double threshold = Math.max(own, floor);
            double clears = threshold + HALF_WAY * Math.max(0, usual - threshold);
            Verdict.Level level = Case.level(-now.value(), -threshold, -clears);
            String how = now.usual().isKnown() ? how(now) : "the floor that is set";
            return verdict(at, Detector.CACHE_HIT_RATE, level, AlertSeverity.WARNING, now, threshold, how);
        });
    }

    static Optional<Verdict> waste(Case at) {
        return judge(at, Detector.RETRY_WASTE, Rate.WASTE, Parameter.RETRY_MIN_REQUESTS, now -> {
            boolean small = now.span().get(Figure.COST) < at.values.nanoUsd(Parameter.RETRY_MIN_COST);
            double share = small ? Double.MAX_VALUE : at.get(Parameter.RETRY_SHARE);
            return share(at, Detector.RETRY_WASTE, now, share, at.get(Parameter.RETRY_RISE));
        });
    }

    static Optional<Verdict> late(Case at) {
        long least = (long) at.get(Parameter.LATE_MIN_REQUESTS);
        double rule = at.get(Parameter.LATE_SHARE);
        UsualRate usual = at.baseline.rate(Rate.LATE, least);
        Case.Span span = at.lastHour();
        double value = Rate.LATE.of(span::get);
        if (Double.isNaN(value)) {
            return Optional.empty();
        }
        Now now = new Now(Rate.LATE, value, usual, span);
        double share = span.get(Figure.LATE_REQUESTS) < least ? Math.max(rule, value) : rule;
        return Optional.of(share(at, Detector.LATE_SURGE, now, share, rule));
    }

    static Optional<Verdict> escalated(Case at) {
        return judge(
                at,
                Detector.ESCALATION_RATE,
                Rate.ESCALATED,
                Parameter.ESCALATION_MIN_REQUESTS,
                now -> share(at, Detector.ESCALATION_RATE, now, 0, at.get(Parameter.ESCALATION_RISE)));
    }

    /**
     * Over the shortest time with the least number of requests, where a large change is seen soon, and over that with
     * many, where a small one is seen: whatever is the more urgent.
     */
    private static Optional<Verdict> judge(
            Case at, Detector detector, Rate rate, Parameter leastRequests, Function<Now, Verdict> rule) {
        long least = (long) at.get(leastRequests);
        Optional<Verdict> soon = judge(at, detector, rate, least, rule);
        if (soon.isEmpty() || soon.get().level() == Verdict.Level.FIRING) {
            return soon;
        }
        return judge(at, detector, rate, MANY * least, rule)
                .filter(later -> later.level().compareTo(soon.get().level()) < 0)
                .or(() -> soon);
    }

    /** Where a day had no requests nothing is wrong with them any more. */
    private static Optional<Verdict> judge(
            Case at, Detector detector, Rate rate, long requests, Function<Now, Verdict> rule) {
        Case.Span span = at.lastRequests(requests);
        double value = rate.of(span::get);
        if (span.get(Figure.REQUESTS) == 0) {
            return Optional.of(at.clear(detector, rate.measure(), 0, 0, 0, span.fromMs()));
        }
        if (span.get(Figure.REQUESTS) < requests || Double.isNaN(value)) {
            return Optional.empty();
        }
        UsualRate usual = at.baseline.rate(rate, requests);
        boolean hasLimit = rate == Rate.WASTE || rate == Rate.CACHE_HITS && at.get(Parameter.CACHE_FLOOR) > 0;
        boolean canJudge = usual.isKnown() ? usual.usual() > 0 || rate != Rate.COST_PER_REQUEST : hasLimit;
        return canJudge ? Optional.of(rule.apply(new Now(rate, value, usual, span))) : Optional.empty();
    }

    /** A share above {@code share}, and by {@code rise} and more than chance above what is usual. */
    private static Verdict share(Case at, Detector detector, Now now, double share, double rise) {
        UsualRate usual = now.usual();
        double threshold = share + Math.max(share, now.chance(share));
        if (usual.isKnown()) {
            double own = usual.usual() + Math.max(rise, now.chance(usual.usual()));
            threshold = Math.max(share, Math.max(own, usual.high()));
        }
        return above(at, detector, now, threshold, AlertSeverity.WARNING);
    }

    private static Verdict above(Case at, Detector detector, Now now, double threshold, AlertSeverity severity) {
        double usual = now.usual().isKnown() ? now.usual().usual() : 0;
        double clears = usual + HALF_WAY * Math.max(0, threshold - usual);
        Verdict.Level level = Case.level(now.value(), threshold, clears);
        String how = now.usual().isKnown() ? how(now) : "no history yet, the share that is set";
        return verdict(at, detector, level, severity, now, threshold, how);
    }

    private static Verdict verdict(
            Case at,
            Detector detector,
            Verdict.Level level,
            AlertSeverity severity,
            Now now,
            double threshold,
            String how) {
        double usual = now.usual().isKnown() ? now.usual().usual() : 0;
        return at.verdict(
                detector,
                level,
                severity,
                now.rate().measure(),
                now.rate().asValue(now.value()),
                now.rate().asValue(usual),
                now.rate().asValue(threshold),
                level == Verdict.Level.CLEAR ? "" : how,
                now.span().fromMs());
    }

    private static String how(Now now) {
        return "the median of " + now.usual().days() + " days before; now over "
                + now.span().get(Figure.REQUESTS) + " requests";
    }
}
