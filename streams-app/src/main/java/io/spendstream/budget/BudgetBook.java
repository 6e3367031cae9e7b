package io.spendstream.budget;

import io.spendstream.v1.Budget;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * All budgets in force, by id: one thread changes it, any number read. Readers take {@link #contents()}, which never
 * changes, and look again when {@link #version()} has grown.
 */
public final class BudgetBook {

    /** The most budgets that are taken; more would slow every instance down. */
    public static final int BUDGETS_MAX = 20_000;

    /**
     * What one budget or several count: counters belong to it.
     *
     * @param counted one of its budgets; they agree in all that decides what is counted
     * @param definedAtMs when the first of its budgets was written; later changes of a limit do not move it
     * @param contributorField whose values are told apart within a counter; null where none is
     * @param budgets by id
     */
    public record Scope(
            String id,
            BudgetDefinition counted,
            ScopeMatcher matcher,
            String contributorField,
            long definedAtMs,
            List<BudgetDefinition> budgets) {

        /** The window of the period that a time lies in. */
        public Window windowOf(long epochMs) {
            return counted.period().windowOf(Instant.ofEpochMilli(epochMs));
        }
    }

    /**
     * The book at one version.
     *
     * @param budgets all, by id, also those that count nothing
     * @param scopes by id, of the budgets that count
     */
    public record Contents(long version, Map<String, BudgetDefinition> budgets, Map<String, Scope> scopes) {}

    private record Entry(Budget record, BudgetDefinition definition, long definedAtMs) {}

    private final TreeMap<String, Entry> entries = new TreeMap<>();
    private volatile Contents contents = new Contents(0, Map.of(), Map.of());
    private volatile long version;
    private long position;

    /**
     * Takes a budget in place of the one before.
     *
     * @param writtenAtMs when its record was written
     * @return what {@link BudgetRules} finds wrong with it; where that is anything, the book stays as it was
     */
    public synchronized List<BudgetFault> put(Budget budget, long writtenAtMs) {
        List<BudgetFault> faults = new ArrayList<>(BudgetRules.check(budget));
        Entry before = entries.get(budget.getId());
        if (faults.isEmpty() && before == null && entries.size() >= BUDGETS_MAX) {
            faults.add(new BudgetFault("", "there are " + BUDGETS_MAX + " budgets already, the most there can be"));
        }
        if (!faults.isEmpty() || (before != null && before.record().equals(budget))) {
            return faults;
        }
        BudgetDefinition definition = BudgetDefinition.of(budget);
        boolean goesOn = before != null
                && before.definition().counts()
                && before.definition().scopeId().equals(definition.scopeId());
        entries.put(
                budget.getId(),
                new Entry(
                        Budget.newBuilder(budget).build(),
                        definition,
                        goesOn ? Math.min(before.definedAtMs(), writtenAtMs) : writtenAtMs));
        version++;
        return faults;
    }

    /** Forgets a budget; answers whether it was known. */
    public synchronized boolean remove(String id) {
        if (entries.remove(id) == null) {
            return false;
        }
        version++;
        return true;
    }

    /** The record of a budget; null where there is none. Not to be changed. */
    public synchronized Budget get(String id) {
        Entry entry = entries.get(id);
        return entry == null ? null : entry.record();
    }

    /** All records, by id. Not to be changed. */
    public synchronized List<Budget> all() {
        return entries.values().stream().map(Entry::record).toList();
    }

    /** The smallest limit of a day's cost, in nano-USD, that is for all calls of exactly this tenant; 0 where there is none. */
    public long dailyLimitOf(String tenant) {
        return contents.budgets().values().stream()
                .filter(budget -> budget.isDailyCostOf(tenant))
                .mapToLong(BudgetDefinition::limit)
                .min()
                .orElse(0);
    }

    /** Grows with every change. */
    public long version() {
        return version;
    }

    /**
     * How far the topic of definitions has been read here: the offset of the first record that is not in the book. Whoever
     * acts on {@link #contents()} and hands its work over to another instance says so, asking for this afterwards.
     */
    public synchronized long position() {
        return position;
    }

    /** Says how far the topic has been read. Never goes back: what was read stays in the book. */
    public synchronized void readUpTo(long offset) {
        if (offset > position) {
            position = offset;
            notifyAll();
        }
    }

    /**
     * Waits until this instance has read as far as another had when it handed over its work, so that no definition looks
     * deleted, or a limit unchanged, for a moment. Every instance reads all records within milliseconds.
     *
     * @return false where it has not within the time: then the topic may have been made anew
     */
    public synchronized boolean awaitPosition(long offset, Duration within) {
        long deadline = System.nanoTime() + within.toNanos();
        while (position < offset) {
            long leftMs = (deadline - System.nanoTime()) / 1_000_000;
            if (leftMs <= 0) {
                return false;
            }
            try {
                wait(leftMs);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }

    /** All that is in force now. */
    public Contents contents() {
        Contents now = contents;
        return now.version() == version ? now : compile();
    }

    private synchronized Contents compile() {
        Map<String, BudgetDefinition> budgets = new TreeMap<>();
        Map<String, List<Entry>> byScope = new TreeMap<>();
        entries.forEach((id, entry) -> {
            budgets.put(id, entry.definition());
            if (entry.definition().counts()) {
                byScope.computeIfAbsent(entry.definition().scopeId(), s -> new ArrayList<>())
                        .add(entry);
            }
        });
        Map<String, Scope> scopes = new TreeMap<>();
        byScope.forEach((id, sharing) -> scopes.put(id, scope(id, sharing)));
        contents = new Contents(version, Collections.unmodifiableMap(budgets), Collections.unmodifiableMap(scopes));
        return contents;
    }

    private static Scope scope(String id, List<Entry> sharing) {
        BudgetDefinition counted = sharing.get(0).definition();
        return new Scope(
                id,
                counted,
                ScopeMatcher.of(counted),
                Contributors.fieldOf(counted),
                sharing.stream().mapToLong(Entry::definedAtMs).min().orElseThrow(),
                sharing.stream().map(Entry::definition).toList());
    }
}
