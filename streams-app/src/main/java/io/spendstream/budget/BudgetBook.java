package io.spendstream.budget;

import io.spendstream.definition.FieldFault;
import io.spendstream.usage.TopicBook;
import io.spendstream.v1.Budget;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * All budgets in force, by id: one thread changes it, any number read. Readers take {@link #contents()}, which never
 * changes, and look again when {@link #version()} has grown.
 */
public final class BudgetBook extends TopicBook {

    /** The most budgets that are taken; more would slow every instance down. */
    public static final int BUDGETS_MAX = 20_000;

    /**
     * What one budget or several count: counters belong to it.
     *
     * @param counted one of its budgets; they agree in all that decides what is counted
     * @param definedAtMs when the first of its budgets was written; later changes of a limit do not move it
     * @param contributorField whose values are told apart within a counter; null where none is
     * @param budgets by id
     * @param definedAtMsOf of each budget, by id: when it was written first
     */
    public record Scope(
            String id,
            BudgetDefinition counted,
            ScopeMatcher matcher,
            String contributorField,
            long definedAtMs,
            List<BudgetDefinition> budgets,
            Map<String, Long> definedAtMsOf) {

        /** The window of the period that a time lies in. */
        public Window windowOf(long epochMs) {
            return counted.period().windowOf(Instant.ofEpochMilli(epochMs));
        }
    }

    /**
     * The book at one version.
     *
     * @param budgets all, by id, also those that count nothing
     * @param definedAtMs of each budget, by id: when it was written first
     * @param scopes by id, of the budgets that count
     */
    public record Contents(
            long version,
            Map<String, BudgetDefinition> budgets,
            Map<String, Long> definedAtMs,
            Map<String, Scope> scopes) {}

    /**
     * What is in force of a budget, where the last record of its topic does not say so: a record that is not valid, or one
     * of which compaction would forget since when it counts.
     *
     * @param budget null where none is in force
     * @param definedAtMs since when it counts; where none is in force when that record was written
     * @param asOf the offset of that last record
     */
    public record Restatement(String id, Budget budget, long definedAtMs, long asOf) {}

    private record Entry(Budget record, BudgetDefinition definition, long definedAtMs) {}

    private record Misstated(long offset, long writtenAtMs) {}

    private final TreeMap<String, Entry> entries = new TreeMap<>();
    /** Budgets whose last record in the topic does not say what is in force. */
    private final Map<String, Misstated> misstated = new LinkedHashMap<>();

    private volatile Contents contents = new Contents(0, Map.of(), Map.of(), Map.of());
    private volatile long version;

    public BudgetBook() {
        super(2 * BUDGETS_MAX);
    }

    /**
     * Takes a budget in place of the one before.
     *
     * @param writtenAtMs when its record was written
     * @return what {@link BudgetRules} finds wrong with it; where that is anything, the book stays as it was
     */
    public synchronized List<FieldFault> put(Budget budget, long writtenAtMs) {
        return put(budget, writtenAtMs, false);
    }

    /** As {@link #put}, of a record that says since when the budget counts. */
    public synchronized List<FieldFault> putRestated(Budget budget, long definedAtMs) {
        return put(budget, definedAtMs, true);
    }

    private List<FieldFault> put(Budget budget, long atMs, boolean isDefinedAt) {
        List<FieldFault> faults = new ArrayList<>(BudgetRules.check(budget));
        Entry before = entries.get(budget.getId());
        if (faults.isEmpty() && before == null && entries.size() >= BUDGETS_MAX) {
            faults.add(new FieldFault("", "there are " + BUDGETS_MAX + " budgets already, the most there can be"));
        }
        boolean isSame = before != null && before.record().equals(budget);
        if (!faults.isEmpty() || (isSame && (!isDefinedAt || before.definedAtMs() == atMs))) {
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
                        goesOn && !isDefinedAt ? before.definedAtMs() : atMs));
        version++;
        return faults;
    }

    /**
     * Says whether the record of the topic that was read last says what is in force, now that the book has taken it.
     *
     * @param is whether it does, so that nobody needs to know the records before it
     */
    public synchronized void stated(String id, boolean is, long offset, long writtenAtMs) {
        if (is) {
            misstated.remove(id);
        } else {
            misstated.put(id, new Misstated(offset, writtenAtMs));
        }
    }

    /** What the topic should say, of some budgets of which it does not; the same until it does. */
    public synchronized List<Restatement> toRestate(int max) {
        return misstated.entrySet().stream()
                .limit(max)
                .map(entry -> {
                    Entry inForce = entries.get(entry.getKey());
                    return new Restatement(
                            entry.getKey(),
                            inForce == null ? null : inForce.record(),
                            inForce == null ? entry.getValue().writtenAtMs() : inForce.definedAtMs(),
                            entry.getValue().offset());
                })
                .toList();
    }

    /** Since when a budget counts; empty where there is none. */
    public synchronized OptionalLong definedAtMs(String id) {
        Entry entry = entries.get(id);
        return entry == null ? OptionalLong.empty() : OptionalLong.of(entry.definedAtMs());
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

    /** All that is in force now. */
    public Contents contents() {
        Contents now = contents;
        return now.version() == version ? now : compile();
    }

    private synchronized Contents compile() {
        Map<String, BudgetDefinition> budgets = new TreeMap<>();
        Map<String, Long> definedAtMs = new HashMap<>();
        Map<String, List<Entry>> byScope = new TreeMap<>();
        entries.forEach((id, entry) -> {
            budgets.put(id, entry.definition());
            definedAtMs.put(id, entry.definedAtMs());
            if (entry.definition().counts()) {
                byScope.computeIfAbsent(entry.definition().scopeId(), s -> new ArrayList<>())
                        .add(entry);
            }
        });
        Map<String, Scope> scopes = new TreeMap<>();
        byScope.forEach((id, sharing) -> scopes.put(id, scope(id, sharing)));
        contents = new Contents(
                version,
                Collections.unmodifiableMap(budgets),
                Collections.unmodifiableMap(definedAtMs),
                Collections.unmodifiableMap(scopes));
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
                sharing.stream().map(Entry::definition).toList(),
                sharing.stream()
                        .collect(Collectors.toMap(entry -> entry.definition().id(), Entry::definedAtMs)));
    }
}
