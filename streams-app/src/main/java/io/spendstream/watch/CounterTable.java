package io.spendstream.watch;

import io.spendstream.combine.ByteSink;
import io.spendstream.combine.ByteSource;
import io.spendstream.scope.ScopeBlock;
import io.spendstream.v1.Alert;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * One partition's counters: in a store, and in memory those of periods under way and those that changed lately.
 *
 * <p>As in the cube, blocks of deltas are written into a journal as they come, and the counters are <em>settled</em>
 * every now and then: written to the store, and the journal emptied, in one transaction. A restart reads the journal and
 * is where it was. Alerts are not settled but written when they open: they are few, and nobody may be told twice.
 */
final class CounterTable {

    private static final long QUARTER_HOUR_MS = 900_000;

    private final WatchSettings settings;
    private final KeyValueStore<Bytes, byte[]> store;
    private final KeyValueStore<Bytes, byte[]> journal;
    private final Map<String, ScopeCounters> scopes = new HashMap<>();
    private final Set<Counter> touched = new LinkedHashSet<>();
    private final Set<Counter> unpublished = new LinkedHashSet<>();
    private final Set<Counter> unsettled = new LinkedHashSet<>();
    private final Set<Group> unsettledHistories = new LinkedHashSet<>();
    private final ByteSink sink = new ByteSink(512);
    private final Applier applier = new Applier();
    private long nowMs;
    private long settledMs;
    private long firstBlock;
    private long nextBlock;

    CounterTable(WatchSettings settings, KeyValueStore<Bytes, byte[]> store, KeyValueStore<Bytes, byte[]> journal) {
        this.settings = settings;
        this.store = store;
        this.journal = journal;
        restore();
    }

    /** The latest time at which anything was received. */
    long nowMs() {
        return nowMs;
    }

    /** What it was when counters were written down last. */
    long settledMs() {
        return settledMs;
    }

    /** All counters in memory: those of periods under way, of coming ones, and those that changed lately. */
    List<Counter> inMemory() {
        return scopes.values().stream()
                .flatMap(scope -> scope.groups.values().stream())
                .flatMap(group -> group.counters.values().stream())
                .toList();
    }

    /** The position of the budget book that was followed last. */
    long position() {
        byte[] position = store.get(CounterKeys.POSITION);
        return position == null ? 0 : ByteBuffer.wrap(position).getLong();
    }

    /** Remembers how far the budget book was followed. */
    void followed(long position) {
        store.put(CounterKeys.POSITION, longBytes(position));
    }

    Collection<ScopeCounters> scopes() {
        return scopes.values();
    }

    /** Adds a block of deltas that was received then. */
    void add(byte[] block, long receivedMs) {
        journal.put(
                journalKey(nextBlock++),
                ByteBuffer.allocate(Long.BYTES + block.length)
                        .putLong(receivedMs)
                        .put(block)
                        .array());
        apply(block, receivedMs);
    }

    private void apply(byte[] block, long receivedMs) {
        nowMs = Math.max(nowMs, receivedMs);
        applier.begin(receivedMs);
        ScopeBlock.read(block, applier);
    }

    /** The counters that changed since the last call. */
    List<Counter> takeTouched() {
        List<Counter> taken = List.copyOf(touched);
        touched.clear();
        taken.forEach(counter -> counter.touched = false);
        return taken;
    }

    /** The counters of periods under way. */
    void underWay(ScopeCounters scope, Consumer<Counter> visitor) {
        for (Group group : scope.groups.values()) {
            Map.Entry<Long, Counter> latest = group.counters.floorEntry(nowMs);
            if (latest != null && latest.getValue().contains(nowMs)) {
                visitor.accept(latest.getValue());
            }
        }
    }

    /** What a group spent in the period that begins then; null where it has no counter. */
    Counter find(Group group, long startMs) {
        Counter counter = group.counters.get(startMs);
        if (counter == null) {
            byte[] stored = store.get(CounterKeys.counter(group.scope.id, startMs, group.values));
            if (stored != null) {
                counter = Counter.decode(group, startMs, stored);
                group.counters.put(startMs, counter);
                loadAlerts(counter);
            }
        }
        return counter;
    }

    /** Remembers an open alert, or forgets one that is none any more. Written at once. */
    void hold(Counter counter, Counter.AlertKey key, Counter.Held held) {
        if (held == null) {
            counter.alerts.remove(key);
            store.delete(CounterKeys.alert(counter, key));
        } else {
            counter.alerts.put(key, held);
            counter.group.scope.hasAlerts = true;
            store.put(CounterKeys.alert(counter, key), held.toBytes());
        }
    }

    /** Remembers that a budget's status is published, or forgets it. */
    void published(ScopeCounters scope, String budget, boolean is) {
        if (is && scope.published.add(budget)) {
            store.put(CounterKeys.published(scope.id, budget), new byte[0]);
        } else if (!is && scope.published.remove(budget)) {
            store.delete(CounterKeys.published(scope.id, budget));
        }
    }

    /** All open alerts of a scope, also those of periods that are over. */
    List<KeyValue<Counter, Counter.AlertKey>> openAlerts(ScopeCounters scope) {
        List<KeyValue<Counter, Counter.AlertKey>> found = new ArrayList<>();
        each(CounterKeys.alerts(scope.id), entry -> {
            CounterKeys.Parts parts = new CounterKeys.Parts(entry.key);
            parts.text();
            long start = parts.time();
            List<String> values = parts.group();
            Counter counter = find(group(scope, values), start);
            if (counter == null) {
                // Its shares are all void; what was said of it stands until somebody takes it back.
                counter = new Counter(new Group(scope, values), start, ScopeBlock.NO_END);
                loadAlerts(counter);
            }
            found.add(KeyValue.pair(counter, alertKey(parts)));
        });
        return found;
    }

    private static Counter.AlertKey alertKey(CounterKeys.Parts parts) {
        return new Counter.AlertKey(parts.text(), parts.text(), parts.text());
    }

    /** Writes down what has changed and empties the journal. */
    void settle() {
        for (Counter counter : unsettled) {
            counter.unsettled = false;
            if (counter.hasSources()) {
                store.put(CounterKeys.counter(counter), counter.encode(sink));
            } else {
                store.delete(CounterKeys.counter(counter));
                // Others have its place.
                counter.group.scope.counterCounts.remove(counter.startMs);
            }
        }
        unsettled.clear();
        for (Group group : unsettledHistories) {
            group.historyUnsettled = false;
            if (group.history.isEmpty()) {
                store.delete(CounterKeys.history(group));
                continue;
            }
            sink.clear();
            group.history.write(sink);
            store.put(CounterKeys.history(group), sink.toBytes());
        }
        unsettledHistories.clear();
        if (firstBlock < nextBlock) {
            store.put(CounterKeys.NOW, longBytes(nowMs));
            settledMs = nowMs;
        }
        for (; firstBlock < nextBlock; firstBlock++) {
            journal.delete(journalKey(firstBlock));
        }
        scopes.values().forEach(this::letGo);
    }

    /** Lets counters of periods that are over go from memory, and groups that have no others. */
    private void letGo(ScopeCounters scope) {
        scope.groups.values().removeIf(group -> {
            group.counters.values().removeIf(counter -> counter.endMs <= nowMs || !counter.hasSources());
            return group.counters.isEmpty();
        });
    }

    /** The groups of a scope that have a counter, also those that are not in memory. */
    Set<List<String>> groupsOf(ScopeCounters scope) {
        Set<List<String>> groups = new LinkedHashSet<>(scope.groups.keySet());
        each(CounterKeys.counters(scope.id), entry -> {
            CounterKeys.Parts parts = new CounterKeys.Parts(entry.key);
            parts.text();
            parts.time();
            groups.add(parts.group());
        });
        return groups;
    }

    /**
     * Deletes what is older than is kept. To be called when all is settled.
     *
     * @param open is told of alerts that are still open then
     */
    void expire(Consumer<Alert> open) {
        long before = nowMs - settings.kept().toMillis();
        List<Bytes> old = new ArrayList<>();
        scan(CounterKeys.all(CounterKeys.COUNTER), entry -> {
            if (new ByteSource(entry.value).readSigned() < before) {
                old.add(entry.key);
            }
        });
        for (Bytes key : old) {
            CounterKeys.Parts parts = new CounterKeys.Parts(key);
            forget(scope(parts), parts.time(), parts.group(), open);
        }
        old.clear();
        scan(CounterKeys.all(CounterKeys.HISTORY), entry -> {
            if (SpendHistory.read(new ByteSource(entry.value)).isOver(nowMs)) {
                old.add(entry.key);
            }
        });
        old.forEach(store::delete);
    }

    private void forget(ScopeCounters scope, long startMs, List<String> values, Consumer<Alert> open) {
        store.delete(CounterKeys.counter(scope.id, startMs, values));
        scope.counterCounts.remove(startMs);
        Counter counter = new Counter(new Group(scope, values), startMs, startMs);
        each(CounterKeys.alerts(counter), entry -> {
            Counter.Held held = Counter.Held.of(entry.value);
            if (held.alert() != null) {
                open.accept(held.alert());
            }
            store.delete(entry.key);
        });
    }

    private void restore() {
        byte[] now = store.get(CounterKeys.NOW);
        nowMs = now == null ? 0 : ByteBuffer.wrap(now).getLong();
        settledMs = nowMs;
        each(CounterKeys.all(CounterKeys.SOURCE), entry -> {
            CounterKeys.Parts parts = new CounterKeys.Parts(entry.key);
            ByteSource in = new ByteSource(entry.value);
            scope(parts).sources.put((int) parts.time(), new ScopeCounters.Source(in.readSigned(), in.readSigned()));
        });
        each(CounterKeys.all(CounterKeys.PUBLISHED), entry -> {
            CounterKeys.Parts parts = new CounterKeys.Parts(entry.key);
            scope(parts).published.add(parts.text());
        });
        scan(CounterKeys.all(CounterKeys.ALERT), entry -> scope(new CounterKeys.Parts(entry.key)).hasAlerts = true);
        each(CounterKeys.all(CounterKeys.COUNTER), entry -> {
            CounterKeys.Parts parts = new CounterKeys.Parts(entry.key);
            ScopeCounters scope = scope(parts);
            long start = parts.time();
            if (new ByteSource(entry.value).readSigned() > nowMs) {
                find(group(scope, parts.group()), start);
            }
        });
        replay();
    }

    private void replay() {
        boolean[] first = {true};
        List<byte[]> blocks = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> all = journal.all()) {
            while (all.hasNext()) {
                KeyValue<Bytes, byte[]> block = all.next();
                nextBlock = ByteBuffer.wrap(block.key.get()).getLong() + 1;
                firstBlock = first[0] ? nextBlock - 1 : firstBlock;
                first[0] = false;
                blocks.add(block.value);
            }
        }
        for (byte[] block : blocks) {
            apply(
                    Arrays.copyOfRange(block, Long.BYTES, block.length),
                    ByteBuffer.wrap(block).getLong());
        }
        for (Counter counter : takeTouched()) {
            if (counter.group.scope.published.isEmpty()) {
                lookAgain(counter);
            } else {
                // It was looked at in the transaction in which it changed.
                counter.lookedAt();
            }
        }
    }

    private void loadAlerts(Counter counter) {
        if (!counter.group.scope.hasAlerts) {
            return;
        }
        Bytes prefix = CounterKeys.alerts(counter);
        each(prefix, entry -> {
            CounterKeys.Parts parts = new CounterKeys.Parts(entry.key);
            parts.text();
            parts.time();
            parts.group();
            counter.alerts.put(alertKey(parts), Counter.Held.of(entry.value));
        });
    }

    private ScopeCounters scope(CounterKeys.Parts parts) {
        return scopes.computeIfAbsent(parts.text(), ScopeCounters::new);
    }

    private Group group(ScopeCounters scope, List<String> values) {
        Group group = scope.groups.get(values);
        if (group == null) {
            group = new Group(scope, values);
            byte[] history = store.get(CounterKeys.history(group));
            if (history != null) {
                group.history = SpendHistory.read(new ByteSource(history));
            }
            scope.groups.put(values, group);
        }
        return group;
    }

    /** The counter of a group, or the shared one where the period has as many as it may. */
    private Counter counterFor(ScopeCounters scope, ScopeBlock.WindowKey window, List<String> values) {
        Group known = scope.groups.get(values);
        Counter counter = known == null ? stored(scope, window.startMs(), values) : find(known, window.startMs());
        if (counter != null) {
            return counter;
        }
        boolean full = !values.isEmpty()
                && !ScopeCounters.isOverflow(values)
                && counterCount(scope, window.startMs()) >= settings.groupsMax();
        if (full) {
            return counterFor(scope, window, ScopeCounters.overflow(values.size()));
        }
        if (!values.isEmpty()) {
            scope.counterCounts.put(window.startMs(), counterCount(scope, window.startMs()) + 1);
        }
        return create(group(scope, values), window.startMs(), window.endMs());
    }

    private Counter stored(ScopeCounters scope, long startMs, List<String> values) {
        return store.get(CounterKeys.counter(scope.id, startMs, values)) == null
                ? null
                : find(group(scope, values), startMs);
    }

    /** One that is not settled yet has no record, but may have alerts: these are written when they open. */
    private Counter create(Group group, long startMs, long endMs) {
        Counter counter = new Counter(group, startMs, endMs);
        group.counters.put(startMs, counter);
        loadAlerts(counter);
        return counter;
    }

    private int counterCount(ScopeCounters scope, long startMs) {
        return scope.counterCounts.computeIfAbsent(startMs, start -> {
            int[] count = {0};
            each(CounterKeys.counters(scope.id, start), entry -> count[0]++);
            return count[0];
        });
    }

    /** Visits a copy of what the store has under a prefix: the visitor may write. */
    private void each(Bytes prefix, Consumer<KeyValue<Bytes, byte[]>> visitor) {
        List<KeyValue<Bytes, byte[]>> entries = new ArrayList<>();
        scan(prefix, entries::add);
        entries.forEach(visitor);
    }

    /** Visits what the store has under a prefix, one by one: the visitor must not write. */
    private void scan(Bytes prefix, Consumer<KeyValue<Bytes, byte[]>> visitor) {
        try (KeyValueIterator<Bytes, byte[]> range = store.range(prefix, CounterKeys.after(prefix))) {
            while (range.hasNext()) {
                KeyValue<Bytes, byte[]> entry = range.next();
                if (CounterKeys.begins(entry.key, prefix)) {
                    visitor.accept(entry);
                }
            }
        }
    }

    /** Has a counter among those that changed, until somebody knows what it counts for or nothing is in it. */
    void lookAgain(Counter counter) {
        if (counter.hasSources() && !counter.touched) {
            counter.touched = true;
            touched.add(counter);
        }
    }

    private void change(Counter counter) {
        if (!counter.touched) {
            counter.touched = true;
            touched.add(counter);
        }
        if (!counter.unsettled) {
            counter.unsettled = true;
            unsettled.add(counter);
        }
        unpublished.add(counter);
    }

    /** That a counter is to be published anew, though its amount is the same. */
    void publishAgain(Counter counter) {
        unpublished.add(counter);
    }

    /** The counters whose status is to be published. */
    Set<Counter> unpublished() {
        return Collections.unmodifiableSet(unpublished);
    }

    /** The same, which are others from now on. */
    List<Counter> takeUnpublished() {
        List<Counter> taken = List.copyOf(unpublished);
        unpublished.clear();
        return taken;
    }

    private static Bytes journalKey(long number) {
        return Bytes.wrap(longBytes(number));
    }

    private static byte[] longBytes(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }

    /** Adds the entries of a block to the counters. */
    private final class Applier implements ScopeBlock.Reader {

        private long receivedMs;
        /** Of the amount before: the contributors of a group come one after the other. */
        private ScopeBlock.WindowKey lastWindow;

        private String[] lastValues;
        private Counter lastCounter;

        void begin(long receivedMs) {
            this.receivedMs = receivedMs;
            lastWindow = null;
        }

        @Override
        public void open(int source, String scope, long exactFromMs, long knownFromMs) {
            ScopeCounters counters = scopes.computeIfAbsent(scope, ScopeCounters::new);
            // A source that is new has added nothing: two ranges of the store less to look through.
            if (counters.sources.put(source, new ScopeCounters.Source(exactFromMs, knownFromMs)) != null) {
                withdraw(counters, source);
            }
            store.put(
                    CounterKeys.source(scope, source),
                    sink.clear()
                            .writeSigned(exactFromMs)
                            .writeSigned(knownFromMs)
                            .toBytes());
        }

        @Override
        public void close(int source, String scope) {
            ScopeCounters counters = scopes.get(scope);
            if (counters != null) {
                withdraw(counters, source);
                counters.sources.remove(source);
                store.delete(CounterKeys.source(scope, source));
            }
        }

        private void withdraw(ScopeCounters scope, int source) {
            each(CounterKeys.counters(scope.id), entry -> {
                CounterKeys.Parts parts = new CounterKeys.Parts(entry.key);
                parts.text();
                long start = parts.time();
                find(group(scope, parts.group()), start);
            });
            each(CounterKeys.histories(scope.id), entry -> {
                CounterKeys.Parts parts = new CounterKeys.Parts(entry.key);
                parts.text();
                group(scope, parts.group());
            });
            for (Group group : scope.groups.values()) {
                for (Counter counter : group.counters.values()) {
                    if (counter.withdraw(source)) {
                        change(counter);
                    }
                }
                if (group.history.withdraw(source)) {
                    changeHistory(group);
                }
            }
        }

        private void changeHistory(Group group) {
            if (!group.historyUnsettled) {
                group.historyUnsettled = true;
                unsettledHistories.add(group);
            }
        }

        @Override
        public void past(int source, String scope, String[] values, long quarterHour, int quarterHours, long amount) {
            Group group = groupOfPast(scopes.computeIfAbsent(scope, ScopeCounters::new), Arrays.asList(values));
            long from = quarterHour * QUARTER_HOUR_MS;
            long to = from + quarterHours * QUARTER_HOUR_MS;
            group.history.add(source, from, Math.min(to, nowMs), amount);
            changeHistory(group);
        }

        /** Its own, or the shared one where there are as many as there may be. */
        private Group groupOfPast(ScopeCounters scope, List<String> values) {
            boolean isNew = !scope.groups.containsKey(values);
            return isNew && !values.isEmpty() && scope.groups.size() >= settings.groupsMax()
                    ? group(scope, ScopeCounters.overflow(values.size()))
                    : group(scope, values);
        }

        @Override
        public void amount(
                int source,
                ScopeBlock.WindowKey window,
                String[] values,
                String contributor,
                long quarterHour,
                long amount) {
            Counter counter = counterFor(window, values);
            counter.add(source, contributor, amount);
            if (window.quiet()) {
                counter.hush();
            }
            long atMs = atMs(window, quarterHour);
            counter.updatedAtMs = Math.max(counter.updatedAtMs, atMs);
            change(counter);
            if (quarterHour != ScopeBlock.NO_BUCKET) {
                counter.group.history.add(source, atMs, amount);
                changeHistory(counter.group);
            }
        }

        private Counter counterFor(ScopeBlock.WindowKey window, String[] values) {
            if (window != lastWindow || !Arrays.equals(values, lastValues)) {
                ScopeCounters scope = scopes.computeIfAbsent(window.scope(), ScopeCounters::new);
                lastCounter = CounterTable.this.counterFor(scope, window, Arrays.asList(values));
                lastWindow = window;
                lastValues = values;
            }
            return lastCounter;
        }

        /** As near as is known: for calls of this moment when they were received, for late ones their quarter-hour. */
        private long atMs(ScopeBlock.WindowKey window, long quarterHour) {
            if (quarterHour == ScopeBlock.NO_BUCKET) {
                return Math.max(window.startMs(), Math.min(receivedMs, window.endMs() - 1));
            }
            long start = quarterHour * QUARTER_HOUR_MS;
            return Math.max(start, Math.min(receivedMs, start + QUARTER_HOUR_MS - 1));
        }
    }
}
