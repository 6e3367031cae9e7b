package io.spendstream.detect;

import io.spendstream.alert.AlertNotes;
import io.spendstream.alert.LifeCycle;
import io.spendstream.anomaly.Detector;
import io.spendstream.anomaly.DetectorSettings;
import io.spendstream.anomaly.Detectors;
import io.spendstream.anomaly.Scope;
import io.spendstream.anomaly.ScopeView;
import io.spendstream.anomaly.Verdict;
import io.spendstream.v1.Alert;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;

/** Judges all scopes of all tenants in a store at the close of each quarter-hour: the same for the pipeline and for {@link Hindsight}. */
final class Judge {

    /** A scope without anything for so long is not looked at any more. */
    private static final int DAYS_JUDGED = 8;

    /** About half a second's work. */
    private static final int SCOPES_AT_ONCE = 20_000;

    private static final LifeCycle LIFE_CYCLE = LifeCycle.DEFAULT;

    private final DetectorSettings settings;
    private final DailyBudgets budgets;
    private final AlertNotes notes;
    private final SpendSeries series;
    private final OpenAlerts alerts;
    private final Closes closes;
    private final LongSupplier nowMs;
    private final Consumer<Alert> send;

    /**
     * @param store of series and open alerts, as an earlier judge left it
     * @param sources tasks of the cube and of events: each closes its share of a quarter-hour
     * @param notes acknowledgements and silences
     * @param nowMs the wall clock, which decides no more than whether an alert is of history that is read again
     */
    Judge(
            KeyValueStore<Bytes, byte[]> store,
            int sources,
            DetectorSettings settings,
            DailyBudgets budgets,
            AlertNotes notes,
            LongSupplier nowMs,
            Consumer<Alert> send) {
        this.settings = settings;
        this.budgets = budgets;
        this.notes = notes;
        this.series = new SpendSeries(store);
        this.alerts = new OpenAlerts(store);
        this.closes = new Closes(store, sources);
        this.nowMs = nowMs;
        this.send = send;
    }

    /** Takes a block, and judges what it closes. */
    void take(byte[] block) {
        CloseBlock.read(block, closes);
        judgeClosed();
    }

    /** Whether quarter-hours are closed that are not judged yet. */
    boolean isBehind() {
        return closes.isBehind();
    }

    /** A long time is judged in parts, so that no transaction gets long. */
    void judgeClosed() {
        long first = closes.open();
        closes.forEachClosed(SCOPES_AT_ONCE, series::add, this::judge);
        if (closes.open() > first) {
            series.store();
            long today = Detectors.dayOf(closes.open());
            if (today > Detectors.dayOf(first)) {
                series.expire(today);
                series.store();
            }
        }
    }

    /** Looks at all tenants once a quarter-hour is closed; answers how many scopes that were. */
    private long judge(long quarterHour) {
        long judged = 1;
        long today = Detectors.dayOf(quarterHour);
        Map<String, Map<Combination, Outlier>> outliers = closes.takeOutliers(quarterHour);
        for (String tenant : series.tenants()) {
            Look look = new Look(quarterHour, tenant, outliers.getOrDefault(tenant, Map.of()));
            for (SpendSeries.Known known : series.scopes(tenant)) {
                if (known.lastDay > today - DAYS_JUDGED
                        || alerts.hasOpen(known.scope)
                        || look.hasOutliers(known.scope)) {
                    look.at(known.scope);
                    judged++;
                }
            }
        }
        alerts.forgetResolved(LIFE_CYCLE, SpendSeries.startMs(quarterHour + 1));
        return judged;
    }

    /** One look at one tenant. */
    private final class Look {
        private final long quarterHour;
        private final AlertTeller teller;
        private final Map<Combination, Outlier> outliers;
        private final List<ScopeView.UserSpend> topUsers;
        private final long dailyBudget;

        Look(long quarterHour, String tenant, Map<Combination, Outlier> outliers) {
            this.quarterHour = quarterHour;
            this.outliers = outliers;
            this.topUsers = closes.topUsers(
                    tenant, Detectors.dayOf(quarterHour), series.costOf(tenant, Detectors.dayOf(quarterHour)));
            if (!topUsers.isEmpty()) {
                series.topUser(tenant, quarterHour, topUsers.get(0).cost());
            }
            this.dailyBudget = budgets.of(tenant);
            this.teller =
                    new AlertTeller(tenant, quarterHour, series, alerts, LIFE_CYCLE, notes, nowMs.getAsLong(), send);
        }

        void at(Scope scope) {
            ScopeView view = series.view(scope, topUsers, dailyBudget);
            Set<AlertKey> judged = new HashSet<>();
            Set<String> detectors = new HashSet<>();
            for (Verdict verdict : verdicts(view)) {
                AlertKey key = new AlertKey(verdict.detector().label(), scope, verdict.subject());
                judged.add(key);
                detectors.add(key.detector());
                teller.found(key, verdict, view);
            }
            detectors.add(Detector.REQUEST_OUTLIER.label());
            for (AlertKey open : alerts.openOf(scope)) {
                if (!judged.contains(open)) {
                    // A detector that speaks of somebody else, or of nobody, has nothing against this one.
                    teller.notFound(open, detectors.contains(open.detector()));
                }
            }
        }

        /** Also a feature that rests may have had one that comes late. */
        boolean hasOutliers(Scope scope) {
            return scope.kind() == Scope.Kind.FEATURE
                    && outliers.keySet().stream().anyMatch(of -> of.feature().equals(scope.value()));
        }

        private List<Verdict> verdicts(ScopeView view) {
            List<Verdict> verdicts =
                    new ArrayList<>(Detectors.judge(view, quarterHour, settings, series.baseline(view, quarterHour)));
            if (view.scope().kind() == Scope.Kind.FEATURE) {
                outliers.forEach((of, outlier) -> {
                    if (of.feature().equals(view.scope().value())) {
                        verdicts.add(outlier.verdict(of.model()));
                    }
                });
            }
            return verdicts;
        }
    }
}
