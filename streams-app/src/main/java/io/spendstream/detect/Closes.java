package io.spendstream.detect;

import io.spendstream.anomaly.Figure;
import io.spendstream.anomaly.ScopeView;
import io.spendstream.combine.ByteSink;
import io.spendstream.combine.ByteSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Keeps what the tasks of the cube sent of quarter-hours until all of them have closed these, and hands it out then, one
 * quarter-hour after the other.
 */
final class Closes implements CloseBlock.Reader {

    private static final long NOT_BEGUN = Long.MIN_VALUE;

    /** Takes what was spent. */
    @FunctionalInterface
    interface Amounts {
        void add(long cameIn, long quarterHour, Combination of, long[] figures);
    }

    private record Users(long day, long costOfAll, List<ScopeView.UserSpend> spenders) {}

    private final KeyValueStore<Bytes, byte[]> store;
    private final int sources;
    private final Map<Integer, Long> closedBySource = new HashMap<>();
    /** By tenant, then by source. */
    private final Map<String, Map<Integer, Users>> users = new HashMap<>();

    private long open = NOT_BEGUN;

    Closes(KeyValueStore<Bytes, byte[]> store, int sources) {
        this.store = store;
        this.sources = sources;
        byte[] stored = store.get(SeriesKeys.open());
        if (stored != null) {
            open = new ByteSource(stored).readSigned();
        }
        forEach(
                SeriesKeys.sourcesFrom(),
                entry -> closedBySource.put(
                        (int) new SeriesKeys.Parts(entry.key).number(), new ByteSource(entry.value).readSigned()));
        forEach(SeriesKeys.usersFrom(), entry -> {
            SeriesKeys.Parts key = new SeriesKeys.Parts(entry.key);
            restoreUsers(key.text(), (int) key.number(), new ByteSource(entry.value));
        });
    }

    private void forEach(Bytes from, Consumer<KeyValue<Bytes, byte[]>> visitor) {
        try (KeyValueIterator<Bytes, byte[]> stored = store.range(from, SeriesKeys.after(from))) {
            stored.forEachRemaining(visitor);
        }
    }

    private void restoreUsers(String tenant, int source, ByteSource value) {
        long day = value.readSigned();
        long costOfAll = value.readSigned();
        List<ScopeView.UserSpend> spenders = new ArrayList<>();
        while (value.hasMore()) {
            spenders.add(new ScopeView.UserSpend(value.readText(), value.readSigned()));
        }
        users.computeIfAbsent(tenant, t -> new HashMap<>()).put(source, new Users(day, costOfAll, spenders));
    }

    /** The first quarter-hour that is not closed. */
    long open() {
        return open;
    }

    @Override
    public void amounts(int source, long cameIn, long quarterHour, Combination of, long[] figures) {
        Bytes key = SeriesKeys.pending(cameIn, quarterHour, of);
        long[] sum = SpendSeries.figures(store.get(key));
        Figure.add(sum, figures);
        store.put(key, SpendSeries.encode(sum));
    }

    @Override
    public void users(int source, String tenant, long day, long costOfAll) {
        keep(source, tenant, new Users(day, costOfAll, List.of()));
    }

    @Override
    public void user(int source, String tenant, String user, long cost) {
        Users before = users.get(tenant).get(source);
        List<ScopeView.UserSpend> spenders = new ArrayList<>(before.spenders());
        spenders.add(new ScopeView.UserSpend(user, cost));
        keep(source, tenant, new Users(before.day(), before.costOfAll(), List.copyOf(spenders)));
    }

    private void keep(int source, String tenant, Users now) {
        users.computeIfAbsent(tenant, t -> new HashMap<>()).put(source, now);
        ByteSink value = new ByteSink(128).writeSigned(now.day()).writeSigned(now.costOfAll());
        now.spenders().forEach(spender -> value.writeText(spender.user()).writeSigned(spender.cost()));
        store.put(SeriesKeys.users(tenant, source), value.toBytes());
    }

    @Override
    public void outlier(long cameIn, Combination of, Outlier outlier) {
        Bytes key = SeriesKeys.outlier(open == NOT_BEGUN ? cameIn : Math.max(cameIn, open), of);
        byte[] before = store.get(key);
        ByteSink value = new ByteSink(128);
        (before == null ? outlier : outlier.and(Outlier.readFrom(new ByteSource(before)))).writeTo(value);
        store.put(key, value.toBytes());
    }

    /** Hands out the requests that stood out in a quarter-hour, by tenant and feature and model. */
    Map<String, Map<Combination, Outlier>> takeOutliers(long quarterHour) {
        Map<String, Map<Combination, Outlier>> taken = new HashMap<>();
        List<Bytes> keys = new ArrayList<>();
        forEach(SeriesKeys.outliersFrom(quarterHour), entry -> {
            SeriesKeys.Parts key = new SeriesKeys.Parts(entry.key);
            key.number();
            Combination of = new Combination(key.text(), key.text(), null, key.text());
            taken.computeIfAbsent(of.tenant(), t -> new TreeMap<>(Combination.ORDER))
                    .put(of, Outlier.readFrom(new ByteSource(entry.value)));
            keys.add(entry.key);
        });
        keys.forEach(store::delete);
        return taken;
    }

    @Override
    public void closed(int source, long before) {
        closedBySource.put(source, before);
        store.put(
                SeriesKeys.source(source), new ByteSink(10).writeSigned(before).toBytes());
    }

    /**
     * Hands out what is closed by all: the amounts that came in a quarter-hour, then the quarter-hour.
     *
     * @param work how much at the most, as the callbacks count it; it may be more by a quarter-hour
     */
    void forEachClosed(long work, Amounts amounts, LongUnaryOperator closed) {
        long to = closable();
        if (to <= open) {
            return;
        }
        if (open == NOT_BEGUN) {
            open = Math.min(to, firstPending(to));
        }
        for (long done = 0; open < to && done < work; open++) {
            for (KeyValue<Bytes, byte[]> entry : pending(open, open + 1)) {
                SeriesKeys.Parts key = new SeriesKeys.Parts(entry.key);
                amounts.add(
                        key.number(),
                        key.number(),
                        new Combination(key.text(), key.text(), key.textOrNull(), key.text()),
                        SpendSeries.figures(entry.value));
                store.delete(entry.key);
            }
            done += closed.applyAsLong(open);
        }
        store.put(SeriesKeys.open(), new ByteSink(10).writeSigned(open).toBytes());
    }

    /** Whether quarter-hours that all have closed are not handed out yet. */
    boolean isBehind() {
        return closable() > open;
    }

    /** The first quarter-hour that some source has still open. */
    private long closable() {
        if (closedBySource.size() < sources) {
            return NOT_BEGUN;
        }
        return closedBySource.values().stream().mapToLong(Long::longValue).min().orElse(NOT_BEGUN);
    }

    private long firstPending(long to) {
        try (KeyValueIterator<Bytes, byte[]> stored =
                store.range(SeriesKeys.pendingFrom(Long.MIN_VALUE), SeriesKeys.pendingFrom(to))) {
            return stored.hasNext() ? new SeriesKeys.Parts(stored.peekNextKey()).number() : to;
        }
    }

    private List<KeyValue<Bytes, byte[]>> pending(long from, long to) {
        List<KeyValue<Bytes, byte[]>> pending = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> stored =
                store.range(SeriesKeys.pendingFrom(from), SeriesKeys.pendingFrom(to))) {
            stored.forEachRemaining(pending::add);
        }
        return pending;
    }

    private static final Comparator<ScopeView.UserSpend> LARGEST_FIRST =
            Comparator.comparingLong(ScopeView.UserSpend::cost).reversed().thenComparing(ScopeView.UserSpend::user);

    /**
     * Who of a tenant spent most on a day, the largest first. What a source says of its users is as of when it was said,
     * a little after what is closed: their parts of it are taken of what is closed.
     *
     * @param closedCost of the tenant's day as far as it is closed
     */
    List<ScopeView.UserSpend> topUsers(String tenant, long day, long closedCost) {
        List<Users> ofDay = users.getOrDefault(tenant, Map.of()).values().stream()
                .filter(of -> of.day() == day)
                .toList();
        long costOfAll = ofDay.stream().mapToLong(Users::costOfAll).sum();
        if (costOfAll <= 0) {
            return List.of();
        }
        double closedPart = Math.min(1, (double) closedCost / costOfAll);
        return ofDay.stream()
                .flatMap(of -> of.spenders().stream())
                .map(spender -> new ScopeView.UserSpend(spender.user(), Math.round(spender.cost() * closedPart)))
                .sorted(LARGEST_FIRST)
                .limit(TopUsers.USERS_MAX)
                .toList();
    }
}
