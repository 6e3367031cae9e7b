package io.spendstream.detect;

import io.spendstream.anomaly.Detectors;
import io.spendstream.anomaly.Figure;
import io.spendstream.anomaly.ScopeView;
import io.spendstream.combine.ByteSink;
import io.spendstream.combine.ByteSource;
import io.spendstream.combine.Delta;
import io.spendstream.combine.DeltaBlock;
import io.spendstream.rollup.CellReader;
import io.spendstream.rollup.QuarterFeed;
import io.spendstream.usage.Dimension;
import io.spendstream.usage.Measure;
import io.spendstream.usage.Resolution;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Closes the quarter-hours of one task of the cube: when every source of events has come so far that no more amounts
 * belong in one, what its cells hold of it is summed and sent. Until then nothing has to be done for a delta but one that
 * came late: it is kept aside, so that it counts in the quarter-hour it came in, in every run of the same records.
 */
public final class QuarterCloses implements QuarterFeed {

    /** The logged store of what is closed, of the sources' clocks and of late amounts that are not sent yet. */
    public static final String STORE = "quarter-closes";

    private static final byte SOURCE = 0;
    private static final byte OPEN = 1;
    private static final byte LATE = 2;
    private static final long NOT_BEGUN = Long.MIN_VALUE;
    /** Read from the cells at once, at the most. */
    private static final int QUARTERS_AT_ONCE = 24;
    /** Sent before a commit, about: a long time takes several, so that no transaction gets long. */
    static final int AMOUNTS_AT_ONCE = 20_000;

    /** Sent of what was in the cube before the first close: as much as detectors look back. */
    private static final int HISTORY = (ScopeView.DAYS_KEPT + 1) * Resolution.QUARTERS_OF_DAY;

    /** What amounts that came late are of. */
    private record Late(long cameIn, long quarterHour, Combination of) {

        private static final Comparator<Late> ORDER = Comparator.comparingLong(Late::cameIn)
                .thenComparingLong(Late::quarterHour)
                .thenComparing(Late::of, Combination.ORDER);
    }

    private record Cell(long quarterHour, Combination of) {}

    private final int partitions;
    private final int sources;
    private final Map<Integer, Long> clocks = new HashMap<>();
    private final Set<Integer> changedClocks = new HashSet<>();
    private final NavigableMap<Late, long[]> late = new TreeMap<>(Late.ORDER);
    private final Set<Late> changedLate = new HashSet<>();
    private TopUsers topUsers;
    private KeyValueStore<Bytes, byte[]> store;
    private CellReader cells;
    private CloseBlock.Writer[] writers;
    private long open;

    /**
     * @param partitions of the topic that closed quarter-hours go to
     * @param sources partitions of the events: each has a clock
     */
    public QuarterCloses(int partitions, int sources) {
        this.partitions = partitions;
        this.sources = sources;
    }

    @Override
    public void start(ProcessorContext<?, ?> context, CellReader reader) {
        cells = reader;
        store = context.getStateStore(STORE);
        topUsers = new TopUsers();
        writers = new CloseBlock.Writer[partitions];
        Arrays.setAll(writers, i -> new CloseBlock.Writer(context.taskId().partition()));
        clocks.clear();
        changedClocks.clear();
        late.clear();
        changedLate.clear();
        open = NOT_BEGUN;
        try (KeyValueIterator<Bytes, byte[]> all = store.all()) {
            all.forEachRemaining(this::restore);
        }
        if (open != NOT_BEGUN) {
            long today = Detectors.dayOf(open);
            cells.users(today, today + 2, null, (tenant, user, day, measures) -> {
                long cost = measures[Measure.COST.ordinal()];
                String name = user == null ? DeltaBlock.NO_USER : user;
                topUsers.see(tenant, name.getBytes(StandardCharsets.UTF_8), day, cost, cost);
            });
        }
    }

    private void restore(KeyValue<Bytes, byte[]> entry) {
        ByteSource key = new ByteSource(entry.key.get());
        ByteSource value = new ByteSource(entry.value);
        switch (key.readByte()) {
            case SOURCE -> clocks.put((int) key.readVarint(), value.readSigned());
            case OPEN -> open = value.readSigned();
            case LATE -> {
                long[] figures = new long[Figure.COUNT];
                value.readMeasures(figures);
                late.put(
                        new Late(
                                key.readSigned(),
                                key.readSigned(),
                                new Combination(
                                        key.readText(),
                                        key.readText(),
                                        key.readByte() == 0 ? null : key.readText(),
                                        key.readText())),
                        figures);
            }
            default ->
                throw new IllegalStateException("the store " + STORE + " holds a key of an unknown kind: a newer"
                        + " release wrote it, which must read it");
        }
    }

    @Override
    public void cell(String[] dimensions, long quarterHour, long cameIn, Delta delta) {
        // A source that was idle was moved on by the wall clock: what it brings for before is late.
        long came = cameIn == DeltaBlock.IN_TIME ? Math.max(quarterHour, open) : Math.max(cameIn, open);
        if (came > quarterHour) {
            Late key = new Late(came, quarterHour, combinationOf(dimensions));
            Figure.add(late.computeIfAbsent(key, k -> new long[Figure.COUNT]), Figure.of(delta.measures()));
            changedLate.add(key);
        }
    }

    @Override
    public void user(String tenant, byte[] user, long day, Delta added, Delta total) {
        topUsers.see(tenant, user, day, added.measure(Measure.COST), total.measure(Measure.COST));
    }

    @Override
    public void clock(DeltaBlock.Clock clock) {
        if (clock.open() > clocks.getOrDefault(clock.source(), NOT_BEGUN)) {
            clocks.put(clock.source(), clock.open());
            changedClocks.add(clock.source());
        }
    }

    @Override
    public void drain(BiConsumer<Integer, byte[]> send) {
        for (int source : changedClocks) {
            store.put(
                    Bytes.wrap(new ByteSink(8)
                            .writeByte(SOURCE)
                            .writeVarint(source)
                            .toBytes()),
                    number(clocks.get(source)));
        }
        changedClocks.clear();
        for (Late key : changedLate) {
            store.put(key(key), SpendSeries.encode(late.get(key)));
        }
        changedLate.clear();
        close(send);
    }

    private void close(BiConsumer<Integer, byte[]> send) {
        long to = closable();
        if (to <= open) {
            return;
        }
        if (open == NOT_BEGUN) {
            open = firstWithCells(to);
        }
        int sent = 0;
        int quarters = 1;
        while (open < to && sent < AMOUNTS_AT_ONCE) {
            long end = Math.min(to, open + quarters);
            int amounts = sendInTime(open, end) + sendLate(end);
            sent += amounts;
            open = end;
            quarters = quartersNext(quarters, amounts);
        }
        sendUsers();
        for (CloseBlock.Writer writer : writers) {
            writer.closed(open);
        }
        store.put(Bytes.wrap(new byte[] {OPEN}), number(open));
        for (int partition = 0; partition < partitions; partition++) {
            for (byte[] block : writers[partition].take()) {
                send.accept(partition, block);
            }
        }
    }

    /** More where there is little in them; only as many as fit where there is much. */
    private static int quartersNext(int quarters, int amounts) {
        int fitting = (int) ((long) AMOUNTS_AT_ONCE * quarters / Math.max(1, amounts));
        return Math.max(1, Math.min(Math.min(2 * quarters, QUARTERS_AT_ONCE), fitting));
    }

    /** Where to begin: with the first day of the history that has anything. */
    private long firstWithCells(long to) {
        long[] first = {Detectors.dayOf(to)};
        cells.cells(
                Resolution.DAY,
                Detectors.dayOf(to - HISTORY),
                first[0],
                null,
                null,
                (dimensions, day, measures, units) -> first[0] = Math.min(first[0], day));
        return Math.min(to, first[0] * Resolution.QUARTERS_OF_DAY);
    }

    /** The first quarter-hour that some source has still open. */
    private long closable() {
        if (clocks.size() < sources) {
            return NOT_BEGUN;
        }
        return clocks.values().stream().mapToLong(Long::longValue).min().orElse(NOT_BEGUN);
    }

    /** Answers how many amounts it sent. */
    private int sendInTime(long from, long to) {
        Map<Cell, long[]> sums = new HashMap<>();
        cells.cells(
                Resolution.QUARTER_HOUR,
                from,
                to,
                null,
                null,
                (dimensions, quarter, measures, units) -> Figure.add(
                        sums.computeIfAbsent(new Cell(quarter, combinationOf(dimensions)), c -> new long[Figure.COUNT]),
                        Figure.of(measures)));
        late.forEach((key, figures) -> {
            long[] sum = sums.get(new Cell(key.quarterHour(), key.of()));
            if (sum != null) {
                for (int i = 0; i < sum.length; i++) {
                    sum[i] = Math.subtractExact(sum[i], figures[i]);
                }
            }
        });
        sums.forEach((cell, figures) -> {
            if (!isZero(figures)) {
                to(cell.of().tenant()).amounts(cell.quarterHour(), cell.quarterHour(), cell.of(), figures);
            }
        });
        return sums.size();
    }

    private int sendLate(long before) {
        int sent = 0;
        while (!late.isEmpty() && late.firstKey().cameIn() < before) {
            Map.Entry<Late, long[]> first = late.pollFirstEntry();
            Late key = first.getKey();
            to(key.of().tenant()).amounts(key.cameIn(), key.quarterHour(), key.of(), first.getValue());
            store.delete(key(key));
            sent++;
        }
        return sent;
    }

    private void sendUsers() {
        topUsers.takeChanged((tenant, top) -> {
            CloseBlock.Writer writer = to(tenant);
            writer.users(tenant, top.day(), top.costOfAll());
            for (TopUsers.Spender spender : top.largestFirst()) {
                writer.user(tenant, spender.name(), spender.costNanoUsd);
            }
        });
    }

    private CloseBlock.Writer to(String tenant) {
        return writers[destination(tenant, partitions)];
    }

    /** Which partition owns a tenant's alerts. Part of the format of the stores: fixed once there is state. */
    static int destination(String tenant, int partitions) {
        int hash = tenant.hashCode() * 0x9E3779B9;
        return Math.floorMod(hash ^ hash >>> 16, partitions);
    }

    private static Combination combinationOf(String[] dimensions) {
        return new Combination(
                dimensions[Dimension.TENANT.ordinal()],
                dimensions[Dimension.FEATURE.ordinal()],
                dimensions[Dimension.TEAM.ordinal()],
                dimensions[Dimension.MODEL.ordinal()]);
    }

    private static boolean isZero(long[] figures) {
        for (long figure : figures) {
            if (figure != 0) {
                return false;
            }
        }
        return true;
    }

    private static Bytes key(Late late) {
        ByteSink key = new ByteSink(64)
                .writeByte(LATE)
                .writeSigned(late.cameIn())
                .writeSigned(late.quarterHour())
                .writeText(late.of().tenant())
                .writeText(late.of().feature());
        if (late.of().team() == null) {
            key.writeByte(0);
        } else {
            key.writeByte(1).writeText(late.of().team());
        }
        return Bytes.wrap(key.writeText(late.of().model()).toBytes());
    }

    private static byte[] number(long number) {
        return new ByteSink(10).writeSigned(number).toBytes();
    }
}
