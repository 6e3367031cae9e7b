package io.spendstream.anomaly;

import io.spendstream.v1.AlertSeverity;
import java.util.List;
import java.util.Optional;

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
    private static final double ONCE_IN_DAYS = 5000;
    private static final double YOUNG_DAY = 0.5;
    private static final double HALF_WAY = 0.5;

    /** Where no day before is known: times the user who comes second. */
    private static final double TIMES_SECOND = 2;

    private ConcentrationDetector() {}

    /**
     * What is usual, from days on which the tenant spent anything.
     *
     * @param budget the daily budget that the shares are of; 0 for the tenant's spend
     * @param tenantDay the tenant's median day, in nano-USD
     */
    record Usual(int days, double share, double reach, long budget, double tenantDay) {}

    static Optional<Verdict> judge(Case at) {
        boolean users = at.scope.kind() == Scope.Kind.TENANT;
        Usual usual = at.baseline.concentration(() -> usual(at));
        if (usual.budget() != at.view.dailyBudget()) {
            usual = usual(at);
        }
        return users ? user(at, usual) : feature(at, usual);
    }

    private static Optional<Verdict> feature(Case at, Usual usual) {
        long cost = at.today.total(Figure.COST);
        if (usual.days() < at.get(Parameter.CONCENTRATION_MIN_DAYS)) {
            return Optional.empty();
        }
        if (cost < at.values.nanoUsd(Parameter.CONCENTRATION_MIN_COST)) {
            return Optional.of(clear(at));
        }
        return Optional.of(verdict(at, share(at, usual, cost), usual, ""));
    }

    private static Optional<Verdict> user(Case at, Usual usual) {
        List<ScopeView.UserSpend> users = at.view.topUsers();
        if (users.isEmpty() || users.get(0).cost() < at.values.nanoUsd(Parameter.CONCENTRATION_MIN_COST)) {
            return Optional.of(clear(at));
        }
        ScopeView.UserSpend first = users.get(0);
        boolean known = usual.share() > 0 && usual.days() >= at.get(Parameter.CONCENTRATION_MIN_DAYS);
        if (!known
                && (users.size() < at.get(Parameter.CONCENTRATION_MIN_USERS)
                        || first.cost() < TIMES_SECOND * users.get(1).cost())) {
            return Optional.empty();
        }
        return Optional.of(verdict(at, share(at, usual, first.cost()), usual, "user " + first.user()));
    }

    private static double share(Case at, Usual usual, long cost) {
        if (usual.budget() > 0) {
            return (double) cost / usual.budget();
        }
        double spent = at.view.tenant().day(at.baseline.day()).total(Figure.COST);
        return cost / Math.max(spent, YOUNG_DAY * usual.tenantDay());
    }

    private static Usual usual(Case at) {
        boolean users = at.scope.kind() == Scope.Kind.TENANT;
        long budget = at.view.dailyBudget();
        ScopeView tenant = at.view.tenant();
        double[] shares = new double[DAYS];
        double[] costs = new double[DAYS];
        int days = 0;
        for (int ago = 1; ago < History.DAYS && days < DAYS; ago++) {
            DayFigures day = tenant.day(at.baseline.day() - ago);
            double whole = day.total(Figure.COST);
            if (whole > 0) {
                double part = users
                        ? day.total(Figure.TOP_USER_COST)
                        : at.baseline.history().day(ago).total(Figure.COST);
                costs[days] = whole;
                shares[days++] = part / (budget > 0 ? budget : whole);
            }
        }
        if (days == 0) {
            return new Usual(0, 0, 0, budget, 0);
        }
        double median = Stats.median(shares, days);
        double reach = Stats.rareMaximumOfFew(shares, days, ONCE_IN_DAYS);
        return new Usual(days, median, reach, budget, Stats.median(costs, days));
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
        String of = usual.budget() > 0 ? "of the tenant's daily budget" : "of the tenant's spend of the day";
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
