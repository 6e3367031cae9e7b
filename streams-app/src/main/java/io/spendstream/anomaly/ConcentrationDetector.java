package io.spendstream.anomaly;

import io.spendstream.v1.AlertSeverity;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * One feature's or user's part of the tenant's daily budget, or of its spend where it has none. A tenant of three
 * features always has one above 20 %, so it is compared with the usual part too: the median of the two weeks before,
 * and what these reach.
 *
 * <p>While the day is young the spend is taken as half a usual day's at the least: the first calls of a day are always
 * somebody's.
 */
final class ConcentrationDetector {

    private static final String MEASURE = "cost_share";
    private static final int DAYS = 14;
    private static final double YOUNG_DAY = 0.5;
    private static final double HALF_WAY = 0.5;

    /** Where no day before is known: times the user who comes second. */
    private static final double TIMES_SECOND = 2;

    private ConcentrationDetector() {}

    /** Usual shares, from days on which the tenant spent anything. */
    private record Usual(int days, double share, double reach) {}

    static Optional<Verdict> judge(Case at) {
        History tenant = at.scope.kind() == Scope.Kind.TENANT
                ? at.baseline.history()
                : new History(at.view.tenant(), at.baseline.day());
        return at.scope.kind() == Scope.Kind.TENANT ? user(at, tenant) : feature(at, tenant);
    }

    private static Optional<Verdict> feature(Case at, History tenant) {
        long cost = at.today.total(Figure.COST);
        if (cost < at.values.nanoUsd(Parameter.CONCENTRATION_MIN_COST)) {
            return Optional.of(clear(at));
        }
        Usual usual =
                usual(at, tenant, ago -> at.view.day(at.baseline.day() - ago).total(Figure.COST));
        if (usual.days() < at.get(Parameter.CONCENTRATION_MIN_DAYS)) {
            return Optional.empty();
        }
        return Optional.of(verdict(at, share(at, tenant, cost), usual, ""));
    }

    private static Optional<Verdict> user(Case at, History tenant) {
        List<ScopeView.UserSpend> users = at.view.topUsers();
        if (users.isEmpty() || users.get(0).cost() < at.values.nanoUsd(Parameter.CONCENTRATION_MIN_COST)) {
            return Optional.of(clear(at));
        }
        ScopeView.UserSpend first = users.get(0);
        Usual usual = usual(at, tenant, ago -> tenant.day(ago).total(Figure.TOP_USER_COST));
        boolean known = usual.share() > 0 && usual.days() >= at.get(Parameter.CONCENTRATION_MIN_DAYS);
        if (!known
                && (users.size() < at.get(Parameter.CONCENTRATION_MIN_USERS)
                        || first.cost() < TIMES_SECOND * users.get(1).cost())) {
            return Optional.empty();
        }
        return Optional.of(verdict(at, share(at, tenant, first.cost()), usual, "user " + first.user()));
    }

    private static double share(Case at, History tenant, long cost) {
        long budget = at.view.dailyBudget();
        if (budget > 0) {
            return (double) cost / budget;
        }
        double spent = at.view.tenant().day(at.baseline.day()).total(Figure.COST);
        double level = tenant.level(0);
        return cost / Math.max(spent, Double.isNaN(level) ? 0 : YOUNG_DAY * level);
    }

    private static Usual usual(Case at, History tenant, ToDoubleFunction<Integer> costOf) {
        double[] shares = new double[DAYS];
        int days = 0;
        for (int ago = 1; ago < History.DAYS && days < DAYS; ago++) {
            if (tenant.counts(ago) && tenant.cost(ago) > 0) {
                long budget = at.view.dailyBudget();
                shares[days++] = costOf.applyAsDouble(ago) / (budget > 0 ? budget : tenant.cost(ago));
            }
        }
        double median = Stats.median(shares, days);
        double high = Stats.quantile(shares, days, 0.9);
        return new Usual(days, days == 0 ? 0 : median, days == 0 ? 0 : high + (high - median));
    }

    private static Verdict clear(Case at) {
        double threshold = 1e6 * at.get(Parameter.CONCENTRATION_SHARE);
        return at.clear(Detector.CONCENTRATION, MEASURE, 0, 0, threshold, at.dayStartMs());
    }

    private static Verdict verdict(Case at, double share, Usual usual, String subject) {
        double own = Math.max(usual.share() + at.get(Parameter.CONCENTRATION_RISE), usual.reach());
        double threshold = Math.max(at.get(Parameter.CONCENTRATION_SHARE), own);
        double clears = usual.share() + HALF_WAY * (threshold - usual.share());
        Verdict.Level level = Case.level(share, threshold, clears);
        String of = at.view.dailyBudget() > 0 ? "of the tenant's daily budget" : "of the tenant's spend of the day";
        String how = level == Verdict.Level.CLEAR
                ? ""
                : usual.days() == 0
                        ? "the share that is set, " + of
                        : "the median share " + of + " in " + usual.days() + " days before";
        Verdict verdict = at.verdict(
                Detector.CONCENTRATION,
                level,
                AlertSeverity.WARNING,
                MEASURE,
                1e6 * share,
                1e6 * usual.share(),
                1e6 * threshold,
                how,
                at.dayStartMs());
        return verdict.about(subject);
    }
}
