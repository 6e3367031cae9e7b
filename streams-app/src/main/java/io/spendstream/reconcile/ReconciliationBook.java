package io.spendstream.reconcile;

import io.spendstream.usage.TopicBook;
import io.spendstream.v1.Reconciliation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** All reconciliations that are stored, in memory: one thread writes, any number read. */
public final class ReconciliationBook extends TopicBook {

    /** More are refused: they are held on every instance. */
    public static final int COUNT_MAX = 1_000;
    /** Of all of them together. */
    public static final int ROWS_MAX = 100_000;
    /** Providers and models that metrics tell apart. */
    static final int SERIES_MAX = 100;

    private static final String OTHER = "__other__";

    private final TreeMap<String, Reconciliation> byId = new TreeMap<>();
    /** Null until it is asked for again: a start reads them one by one, and each would cost as much as all. */
    private List<Drift> latest;

    public ReconciliationBook() {
        super(COUNT_MAX);
    }

    /** Takes a record of {@code reconciliations}; null takes back the one before. */
    public synchronized void put(String id, Reconciliation reconciliation) {
        if (reconciliation == null) {
            byId.remove(id);
        } else {
            if (!id.equals(reconciliation.getId())) {
                throw new IllegalArgumentException(
                        "has the key '" + id + "'; it takes '" + reconciliation.getId() + "'");
            }
            byId.put(id, reconciliation);
        }
        latest = null;
    }

    public synchronized Optional<Reconciliation> get(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** The last loaded first. */
    public synchronized List<Reconciliation> all() {
        List<Reconciliation> all = new ArrayList<>(byId.values());
        all.sort(Comparator.comparing(Reconciliation::getLoadedAt).reversed().thenComparing(Reconciliation::getId));
        return all;
    }

    /** Why one more has no room; null: it has. */
    public synchronized String whyFull(Reconciliation more) {
        Reconciliation before = byId.get(more.getId());
        if (before == null && byId.size() >= COUNT_MAX) {
            return "there are " + COUNT_MAX + " reconciliations already; delete old ones";
        }
        int rows = byId.values().stream().mapToInt(one -> one.getRows().size()).sum()
                - (before == null ? 0 : before.getRows().size())
                + more.getRows().size();
        return rows <= ROWS_MAX
                ? null
                : "all reconciliations together would have " + rows + " rows, and there is room for " + ROWS_MAX
                        + "; delete old ones";
    }

    /**
     * By provider and model, what the last period says that was loaded of each tenant and set of providers: at most
     * {@value #SERIES_MAX}, the others together.
     */
    public synchronized List<Drift> latest() {
        if (latest == null) {
            try {
                latest = latest(byId.values());
            } catch (ArithmeticException e) {
                // Sums of more than nine billion USD: these metrics are missing then, and not all others with them.
                latest = List.of();
            }
        }
        return latest;
    }

    private record Scope(String tenant, List<String> providers) {}

    private static List<Drift> latest(Iterable<Reconciliation> all) {
        Map<Scope, Reconciliation> last = new HashMap<>();
        for (Reconciliation one : all) {
            last.merge(new Scope(one.getTenant(), one.getProviders()), one, (a, b) -> isLater(b, a) ? b : a);
        }
        List<Drift> models = Drift.byModel(
                last.values().stream().flatMap(one -> one.getRows().stream()).toList());
        if (models.size() <= SERIES_MAX) {
            return models;
        }
        models.sort(Comparator.comparingLong(
                (Drift drift) -> -Math.max(Math.abs(drift.invoicedNanoUsd()), drift.meteredNanoUsd())));
        List<Drift> shown = new ArrayList<>(models.subList(0, SERIES_MAX - 1));
        shown.add(Drift.together(OTHER, models.subList(SERIES_MAX - 1, models.size())));
        return shown;
    }

    private static boolean isLater(Reconciliation one, Reconciliation other) {
        int byPeriod = one.getToDay().compareTo(other.getToDay());
        Instant at = one.getLoadedAt();
        return byPeriod > 0 || (byPeriod == 0 && at.isAfter(other.getLoadedAt()));
    }
}
