package io.spendstream.detect;

import io.spendstream.anomaly.Baseline;
import io.spendstream.anomaly.DayFigures;
import io.spendstream.anomaly.Detectors;
import io.spendstream.anomaly.Figure;
import io.spendstream.anomaly.RecentQuarters;
import io.spendstream.anomaly.Scope;
import io.spendstream.anomaly.ScopeView;
import io.spendstream.combine.ByteSink;
import io.spendstream.combine.ByteSource;
import io.spendstream.usage.Resolution;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * What each scope spent, by hour, for as many days as detectors look back, and what each combination spent by day. In a
 * store; of the scopes used last the days are in memory too.
 */
final class SpendSeries {

    /** Scopes whose days are in memory; docs/anomalies.md says how large one is. */
    private static final int SCOPES_IN_MEMORY = 300;
    /** Days of combinations that are kept: they say who contributed lately. */
    private static final int COMBINATION_DAYS_KEPT = 9;

    /** What is known of one scope at any time. */
    static final class Known {
        final Scope scope;
        long firstDay;
        long lastDay;
        final RecentQuarters recent;
        /** Of the day judged last; null where days before it have changed since. */
        private Baseline baseline;

        private Known(Scope scope, long firstDay, long lastDay, RecentQuarters recent) {
            this.scope = scope;
            this.firstDay = firstDay;
            this.lastDay = lastDay;
            this.recent = recent;
        }
    }

    private final KeyValueStore<Bytes, byte[]> store;
    private final Map<String, Map<Scope, Known>> tenants = new TreeMap<>();
    /** Days by scope; those asked for last are at the end. */
    private final Map<Scope, Map<Long, DayFigures>> days = new LinkedHashMap<>(16, 0.75f, true);

    private final Set<Known> changed = new LinkedHashSet<>();
    private final Map<Scope, Map<Long, DayFigures>> changedDays = new HashMap<>();

    SpendSeries(KeyValueStore<Bytes, byte[]> store) {
        this.store = store;
        Bytes from = SeriesKeys.scopesFrom();
        try (KeyValueIterator<Bytes, byte[]> scopes = store.range(from, SeriesKeys.after(from))) {
            scopes.forEachRemaining(this::restore);
        }
    }

    private void restore(KeyValue<Bytes, byte[]> entry) {
        Scope scope = new SeriesKeys.Parts(entry.key).scope();
        ByteSource value = new ByteSource(entry.value);
        Known known = new Known(scope, value.readSigned(), value.readSigned(), RecentQuarters.decode(value.readRest()));
        tenants.computeIfAbsent(scope.tenant(), t -> new LinkedHashMap<>()).put(scope, known);
    }

    private Map<Scope, Known> scopesOf(String tenant) {
        return tenants.computeIfAbsent(tenant, t -> new LinkedHashMap<>());
    }

    Collection<String> tenants() {
        return tenants.keySet();
    }

    /** The scopes of a tenant: the widest first. */
    List<Known> scopes(String tenant) {
        List<Known> scopes =
                new ArrayList<>(tenants.getOrDefault(tenant, Map.of()).values());
        scopes.sort((a, b) -> {
            int byKind = a.scope.kind().compareTo(b.scope.kind());
            return byKind != 0 ? byKind : a.scope.value().compareTo(b.scope.value());
        });
        return scopes;
    }

    /**
     * Adds what a combination spent in a quarter-hour to all scopes that it is in.
     *
     * @param cameIn the quarter-hour in which it came: the same, or a later one where it came late
     */
    void add(long cameIn, long quarterHour, Combination of, long[] figures) {
        if (Detectors.dayOf(cameIn) > Detectors.dayOf(quarterHour)) {
            // A day before has changed, and with it what is usual: of the tenant's days all its scopes take account.
            scopesOf(of.tenant()).values().forEach(known -> known.baseline = null);
        }
        addTo(Scope.tenant(of.tenant()), cameIn, quarterHour, figures);
        addTo(new Scope(of.tenant(), Scope.Kind.FEATURE, of.feature()), cameIn, quarterHour, figures);
        if (of.team() != null) {
            addTo(new Scope(of.tenant(), Scope.Kind.TEAM, of.team()), cameIn, quarterHour, figures);
        }
        addTo(new Scope(of.tenant(), Scope.Kind.MODEL, of.model()), cameIn, quarterHour, figures);
        addToCombination(of, Detectors.dayOf(quarterHour), figures);
    }

    private void addTo(Scope scope, long cameIn, long quarterHour, long[] figures) {
        long day = Detectors.dayOf(quarterHour);
        Known known =
                scopesOf(scope.tenant()).computeIfAbsent(scope, s -> new Known(s, day, day, new RecentQuarters()));
        known.firstDay = Math.min(known.firstDay, day);
        known.lastDay = Math.max(known.lastDay, day);
        known.recent.add(quarterHour, figures);
        changed.add(known);
        changedDay(scope, day).add(hourOf(quarterHour), figures);
        if (cameIn > quarterHour) {
            long[] late = new long[Figure.COUNT];
            late[Figure.LATE_COST.ordinal()] = figures[Figure.COST.ordinal()];
            late[Figure.LATE_REQUESTS.ordinal()] = figures[Figure.REQUESTS.ordinal()];
            known.recent.add(cameIn, late);
            changedDay(scope, Detectors.dayOf(cameIn)).add(hourOf(cameIn), late);
        }
    }

    /** What a tenant has spent on a day, as far as it is closed. Nano-USD. */
    long costOf(String tenant, long day) {
        return dayOf(Scope.tenant(tenant), day).total(Figure.COST);
    }

    /** Notes what the user who spent most of a tenant's day has spent so far. */
    void topUser(String tenant, long quarterHour, long cost) {
        changedDay(Scope.tenant(tenant), Detectors.dayOf(quarterHour)).topUser(cost);
    }

    private void addToCombination(Combination of, long day, long[] figures) {
        Bytes key = SeriesKeys.combination(of, day);
        long[] sum = figures(store.get(key));
        Figure.add(sum, figures);
        store.put(key, encode(sum));
    }

    private DayFigures changedDay(Scope scope, long day) {
        DayFigures figures = dayOf(scope, day);
        changedDays.computeIfAbsent(scope, s -> new HashMap<>()).put(day, figures);
        return figures;
    }

    private DayFigures dayOf(Scope scope, long day) {
        Map<Long, DayFigures> known = days.computeIfAbsent(scope, s -> new HashMap<>());
        DayFigures figures = known.get(day);
        if (figures == null) {
            // One that was let go may have changes that are not stored yet.
            figures = changedDays.getOrDefault(scope, Map.of()).get(day);
            if (figures == null) {
                byte[] stored = store.get(SeriesKeys.day(scope, day));
                figures = stored == null ? new DayFigures() : DayFigures.decode(stored);
            }
            known.put(day, figures);
        }
        return figures;
    }

    /** What the combinations of a tenant spent on a day. */
    Map<Combination, long[]> combinations(String tenant, long day) {
        Map<Combination, long[]> found = new TreeMap<>(Combination.ORDER);
        Bytes from = SeriesKeys.combinationsFrom(tenant, day);
        try (KeyValueIterator<Bytes, byte[]> stored = store.range(from, SeriesKeys.after(from))) {
            stored.forEachRemaining(entry -> {
                SeriesKeys.Parts key = new SeriesKeys.Parts(entry.key);
                String of = key.text();
                key.number();
                found.put(new Combination(of, key.text(), key.textOrNull(), key.text()), figures(entry.value));
            });
        }
        return found;
    }

    /** Writes what has changed since the last time. */
    void store() {
        for (Known known : changed) {
            store.put(
                    SeriesKeys.scope(known.scope),
                    new ByteSink(256)
                            .writeSigned(known.firstDay)
                            .writeSigned(known.lastDay)
                            .writeBytes(known.recent.encode())
                            .toBytes());
        }
        changed.clear();
        changedDays.forEach(
                (scope, figures) -> figures.forEach((day, of) -> store.put(SeriesKeys.day(scope, day), of.encode())));
        changedDays.clear();
        letGo();
    }

    private void letGo() {
        var eldestFirst = days.keySet().iterator();
        while (days.size() > SCOPES_IN_MEMORY) {
            eldestFirst.next();
            eldestFirst.remove();
        }
    }

    /** Deletes what detectors will not look at again on a day or later. To be called when all is stored. */
    void expire(long today) {
        long firstKept = today - ScopeView.DAYS_KEPT;
        for (Map<Scope, Known> scopes : tenants.values()) {
            scopes.values().removeIf(known -> expire(known, firstKept));
        }
        tenants.values().removeIf(Map::isEmpty);
        days.values().forEach(known -> known.keySet().removeIf(day -> day < firstKept));
        for (String tenant : List.copyOf(tenants.keySet())) {
            delete(
                    SeriesKeys.combinationsFrom(tenant, Long.MIN_VALUE),
                    SeriesKeys.combinationsFrom(tenant, today - COMBINATION_DAYS_KEPT));
        }
    }

    private boolean expire(Known known, long firstKept) {
        delete(SeriesKeys.day(known.scope, Long.MIN_VALUE), SeriesKeys.day(known.scope, firstKept));
        if (known.lastDay < firstKept) {
            store.delete(SeriesKeys.scope(known.scope));
            days.remove(known.scope);
            return true;
        }
        if (known.firstDay < firstKept) {
            known.firstDay = firstKept;
            changed.add(known);
        }
        return false;
    }

    private void delete(Bytes from, Bytes to) {
        try (KeyValueIterator<Bytes, byte[]> old = store.range(from, to)) {
            // The end of a range is part of it.
            old.forEachRemaining(entry -> {
                if (entry.key.compareTo(to) < 0) {
                    store.delete(entry.key);
                }
            });
        }
    }

    /** What detectors read of a scope. */
    ScopeView view(Scope scope, List<ScopeView.UserSpend> topUsers, long dailyBudget) {
        Known known = tenants.getOrDefault(scope.tenant(), Map.of()).get(scope);
        return new ScopeView() {
            @Override
            public Scope scope() {
                return scope;
            }

            @Override
            public DayFigures day(long epochDay) {
                return dayOf(scope, epochDay);
            }

            @Override
            public long firstDay() {
                return known == null ? Long.MAX_VALUE : known.firstDay;
            }

            @Override
            public long quarter(long quarterHour, Figure figure) {
                return known == null ? 0 : known.recent.get(quarterHour, figure);
            }

            @Override
            public ScopeView tenant() {
                return scope.kind() == Scope.Kind.TENANT
                        ? this
                        : view(Scope.tenant(scope.tenant()), topUsers, dailyBudget);
            }

            @Override
            public List<UserSpend> topUsers() {
                return topUsers;
            }

            @Override
            public long dailyBudget() {
                return dailyBudget;
            }
        };
    }

    /** What is expected of a scope on the day of a quarter-hour. */
    Baseline baseline(ScopeView view, long quarterHour) {
        Known known = tenants.get(view.scope().tenant()).get(view.scope());
        if (known.baseline == null || known.baseline.day() != Detectors.dayOf(quarterHour)) {
            known.baseline = Baseline.of(view, Detectors.dayOf(quarterHour));
        }
        return known.baseline;
    }

    private static int hourOf(long quarterHour) {
        return Math.floorMod(quarterHour, Resolution.QUARTERS_OF_DAY) / Resolution.QUARTERS_OF_HOUR;
    }

    static byte[] encode(long[] figures) {
        return new ByteSink(64).writeMeasures(figures, Map.of()).toBytes();
    }

    static long[] figures(byte[] stored) {
        long[] figures = new long[Figure.COUNT];
        if (stored != null) {
            new ByteSource(stored).readMeasures(figures);
        }
        return figures;
    }

    static long startMs(long quarterHour) {
        return Resolution.QUARTER_HOUR.startMs(quarterHour);
    }
}
