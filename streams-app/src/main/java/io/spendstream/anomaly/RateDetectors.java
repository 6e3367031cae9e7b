package io.spendstream.anomaly;

import io.spendstream.v1.AlertSeverity;
import java.util.Optional;

/**
 * Rates of the time just past, from one hour to 24 so that there are requests enough, against the week before: the
 * median of its days, beyond what its hours usually are.
 */
final class RateDetectors {

    /** Standard deviations of a share of so many requests that are chance (binomial). */
    private static final double CHANCE = 4;

    private static final double HALF_WAY = 0.5;

    private RateDetectors() {}

    /** A rate now, with what it is judged by. */
    private record Now(Rate rate, double value, UsualRate usual, Case.Span span) {

        double chance() {
            double share = Math.max(usual.usual(), 1.0 / span.get(Figure.REQUESTS));
            return CHANCE * StrictMath.sqrt(share * (1 - Math.min(1, share)) / span.get(Figure.REQUESTS));
        }

        long asValue(double of) {
            return rate.asValue(of);
        }
    }

    static Optional<Verdict> costPerRequest(Case at) {
        return now(at, Rate.COST_PER_REQUEST, Parameter.COST_PER_REQUEST_MIN_REQUESTS)
                .filter(now -> now.usual().isKnown() && now.usual().usual() > 0)
                .map(now -> {
                    double usual = now.usual().usual();
                    double rule = (1 + at.get(Parameter.COST_PER_REQUEST_RISE)) * usual;
                    double extra = (now.value() - usual) * now.span().get(Figure.REQUESTS);
                    double threshold = Math.max(rule, now.usual().high());
                    return above(
                            at,
                            Detector.COST_PER_REQUEST,
                            now,
                            extra < at.values.nanoUsd(Parameter.COST_PER_REQUEST_MIN_COST)
                                    ? Math.max(threshold, now.value())
                                    : threshold,
                            now.value() > 3 * usual ? AlertSeverity.CRITICAL : AlertSeverity.WARNING);
                });
    }

    static Optional<Verdict> cacheHits(Case at) {
        double floor = at.get(Parameter.CACHE_FLOOR);
        return now(at, Rate.CACHE_HITS, Parameter.CACHE_MIN_REQUESTS)
                .filter(now -> now.usual().isKnown() || floor > 0)
                .map(now -> {
                    double usual = now.usual().isKnown() ? now.usual().usual() : floor;
                    double own = now.usual().isKnown()
                            ? Math.min(
                                    usual - at.get(Parameter.CACHE_MARGIN),
                                    now.usual().low())
                            : 0;
                    double threshold = Math.max(own, floor);
                    double clears = threshold + HALF_WAY * Math.max(0, usual - threshold);
                    Verdict.Level level = Case.level(-now.value(), -threshold, -clears);
                    String how = now.usual().isKnown() ? how(now) : "the floor that is set";
                    return verdict(at, Detector.CACHE_HIT_RATE, level, AlertSeverity.WARNING, now, threshold, how);
                });
    }

    static Optional<Verdict> waste(Case at) {
        return now(at, Rate.WASTE, Parameter.RETRY_MIN_REQUESTS)
                .filter(now -> now.span().get(Figure.COST) >= at.values.nanoUsd(Parameter.RETRY_MIN_COST))
                .map(now -> share(
                        at, Detector.RETRY_WASTE, now, at.get(Parameter.RETRY_SHARE), at.get(Parameter.RETRY_RISE)));
    }

    static Optional<Verdict> late(Case at) {
        long least = (long) at.get(Parameter.LATE_MIN_REQUESTS);
        UsualRate usual = at.baseline.rate(Rate.LATE, least);
        Case.Span span = at.lastHour();
        double value = Rate.LATE.of(span::get);
        if (Double.isNaN(value)) {
            return Optional.empty();
        }
        if (span.get(Figure.LATE_REQUESTS) < least) {
            double rule = at.get(Parameter.LATE_SHARE);
            return Optional.of(at.clear(
                    Detector.LATE_SURGE,
                    Rate.LATE.measure(),
                    Rate.LATE.asValue(value),
                    usual.isKnown() ? Rate.LATE.asValue(usual.usual()) : 0,
                    Rate.LATE.asValue(rule),
                    span.fromMs()));
        }
        Now now = new Now(Rate.LATE, value, usual, span);
        return Optional.of(
                share(at, Detector.LATE_SURGE, now, at.get(Parameter.LATE_SHARE), at.get(Parameter.LATE_SHARE)));
    }

    static Optional<Verdict> escalated(Case at) {
        return now(at, Rate.ESCALATED, Parameter.ESCALATION_MIN_REQUESTS)
                .filter(now -> now.usual().isKnown())
                .map(now -> share(at, Detector.ESCALATION_RATE, now, 0, at.get(Parameter.ESCALATION_RISE)));
    }

    private static Optional<Now> now(Case at, Rate rate, Parameter leastRequests) {
        long least = (long) at.get(leastRequests);
        Case.Span span = at.lastRequests(least);
        double value = rate.of(span::get);
        if (span.get(Figure.REQUESTS) < least || Double.isNaN(value)) {
            return Optional.empty();
        }
        return Optional.of(new Now(rate, value, at.baseline.rate(rate, least), span));
    }

    /** A share above {@code share}, and by {@code rise} and more than chance above what is usual. */
    private static Verdict share(Case at, Detector detector, Now now, double share, double rise) {
        UsualRate usual = now.usual();
        double threshold = share;
        if (usual.isKnown()) {
            double own = usual.usual() + Math.max(rise, now.chance());
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
                now.asValue(now.value()),
                now.asValue(usual),
                now.asValue(threshold),
                level == Verdict.Level.CLEAR ? "" : how,
                now.span().fromMs());
    }

    private static String how(Now now) {
        return "the median of " + now.usual().days() + " days before; now over "
                + now.span().get(Figure.REQUESTS) + " requests";
    }
}
