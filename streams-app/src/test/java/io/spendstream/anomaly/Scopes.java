package io.spendstream.anomaly;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The scopes of tenants in memory: closes quarter-hours and judges, as the pipeline does. */
final class Scopes {

    private static final int QUARTERS_OF_DAY = 96;

    /** Verdicts of one scope at one close. */
    record Judged(Scope scope, List<Verdict> verdicts) {}

    private final class Kept implements ScopeView {
        private final Scope scope;
        private final Map<Long, DayFigures> days = new HashMap<>();
        private final RecentQuarters recent = new RecentQuarters();
        private long firstDay = Long.MAX_VALUE;
        private Baseline baseline;

        Kept(Scope scope) {
            this.scope = scope;
        }

        void add(long quarterHour, long[] figures) {
            recent.add(quarterHour, figures);
            addToDay(quarterHour, figures);
        }

        void addToDay(long quarterHour, long[] figures) {
            long day = Detectors.dayOf(quarterHour);
            firstDay = Math.min(firstDay, day);
            int hour = (int) Math.floorMod(quarterHour, (long) QUARTERS_OF_DAY) / 4;
            days.computeIfAbsent(day, none -> new DayFigures()).add(hour, figures);
        }

        Baseline baseline(long day) {
            if (baseline == null || baseline.day() != day) {
                baseline = Baseline.of(this, day);
                days.keySet().removeIf(old -> old <= day - DAYS_KEPT);
            }
            return baseline;
        }

        @Override
        public Scope scope() {
            return scope;
        }

        @Override
        public DayFigures day(long epochDay) {
            DayFigures day = days.get(epochDay);
            return day == null ? new DayFigures() : day;
        }

        @Override
        public long firstDay() {
            return firstDay;
        }

        @Override
        public long quarter(long quarterHour, Figure figure) {
            return recent.get(quarterHour, figure);
        }

        @Override
        public ScopeView tenant() {
            return kept(Scope.tenant(scope.tenant()));
        }

        @Override
        public List<UserSpend> topUsers() {
            return users;
        }

        @Override
        public long dailyBudget() {
            return budget;
        }
    }

    private final Map<Scope, Kept> kept = new LinkedHashMap<>();
    private List<ScopeView.UserSpend> users = List.of();
    private long budget;

    private Kept kept(Scope scope) {
        return kept.computeIfAbsent(scope, Kept::new);
    }

    ScopeView view(Scope scope) {
        return kept(scope);
    }

    Scopes budget(long nanoUsd) {
        budget = nanoUsd;
        return this;
    }

    /** Who spent most today so far. */
    Scopes users(String tenant, long quarterHour, List<ScopeView.UserSpend> largestFirst) {
        users = largestFirst;
        if (!users.isEmpty()) {
            kept(Scope.tenant(tenant))
                    .days
                    .computeIfAbsent(Detectors.dayOf(quarterHour), none -> new DayFigures())
                    .topUser(users.get(0).cost());
        }
        return this;
    }

    /** Adds what came in a quarter-hour to the scopes that it is in. */
    Scopes add(String tenant, String feature, String team, String model, long quarterHour, long[] figures) {
        kept(Scope.tenant(tenant)).add(quarterHour, figures);
        kept(new Scope(tenant, Scope.Kind.FEATURE, feature)).add(quarterHour, figures);
        kept(new Scope(tenant, Scope.Kind.TEAM, team)).add(quarterHour, figures);
        kept(new Scope(tenant, Scope.Kind.MODEL, model)).add(quarterHour, figures);
        return this;
    }

    /** Adds to one scope and to its tenant. */
    Scopes add(Scope scope, long quarterHour, long[] figures) {
        kept(scope).add(quarterHour, figures);
        if (scope.kind() != Scope.Kind.TENANT) {
            kept(Scope.tenant(scope.tenant())).add(quarterHour, figures);
        }
        return this;
    }

    List<Judged> judge(long quarterHour, DetectorSettings settings) {
        List<Judged> all = new ArrayList<>();
        for (Kept scope : List.copyOf(kept.values())) {
            Baseline baseline = scope.baseline(Detectors.dayOf(quarterHour));
            all.add(new Judged(scope.scope, Detectors.judge(scope, quarterHour, settings, baseline)));
        }
        return all;
    }
}
