package io.spendstream.rollup;

import io.spendstream.combine.ByteSink;
import io.spendstream.combine.ByteSource;
import io.spendstream.combine.Delta;
import io.spendstream.combine.DeltaBlock;
import io.spendstream.usage.Dimension;
import io.spendstream.usage.Measure;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * One partition's share of the cube: the cells in a store, and in memory those that changed lately.
 *
 * <p>A busy cell changes at every commit, so it is not written at every commit: the blocks of deltas are, as they came,
 * into a journal. Every few seconds the cells are <em>settled</em>: their totals are written to the store, and the
 * journal's blocks deleted, in one transaction. A restart reads the journal and is where it was. Memory always holds
 * totals, so a reader that finds a cell there ignores the stored one.
 *
 * <p>One thread writes; readers come from any thread and take the lock only to copy what is in memory.
 */
final class CellTable implements CellReader {

    /** A cell in memory: its total, and whether the store has it. */
    private static final class Slot {
        final Delta total;
        boolean unsettled;
        boolean usedLately;

        Slot(Delta total) {
            this.total = total;
        }
    }

    private final int partition;
    private final RollupSettings settings;
    private final KeyValueStore<Bytes, byte[]> cells;
    private final KeyValueStore<Bytes, byte[]> journal;
    private final DimensionValues values;
    private final int dimensionCount;

    private final Object lock = new Object();
    private final Map<Bytes, Slot> slots = new HashMap<>();
    private final NavigableMap<Bytes, Slot> ordered = new TreeMap<>();
    private final ByteSink sink = new ByteSink(512);
    private long nextBlock;
    private long firstBlock;
    private int unsettled;

    /**
     * @param cells totals by {@link CellKeys}
     * @param journal blocks of deltas not yet settled, by number
     * @param overflow is told of each value that became {@code __other__}
     */
    CellTable(
            int partition,
            RollupSettings settings,
            KeyValueStore<Bytes, byte[]> cells,
            KeyValueStore<Bytes, byte[]> journal,
            Runnable overflow) {
        this.partition = partition;
        this.settings = settings;
        this.cells = cells;
        this.journal = journal;
        this.dimensionCount = Dimension.COUNT + settings.tagDimensions().size();
        this.values =
                new DimensionValues(dimensionCount, settings.valuesMax(), key -> cells.put(key, new byte[0]), overflow);
        restore();
    }

    private void restore() {
        try (KeyValueIterator<Bytes, byte[]> known = cells.range(CellKeys.valuesFrom(), CellKeys.valuesTo())) {
            known.forEachRemaining(entry -> values.restore(entry.key));
        }
        try (KeyValueIterator<Bytes, byte[]> blocks = journal.all()) {
            boolean first = true;
            while (blocks.hasNext()) {
                KeyValue<Bytes, byte[]> block = blocks.next();
                nextBlock = numberOf(block.key) + 1;
                firstBlock = first ? nextBlock - 1 : firstBlock;
                first = false;
                apply(block.value, CellFeed.NONE);
            }
        }
    }

    /** Adds a block of deltas, of each of which the feed is told. */
    void add(byte[] block, CellFeed feed) {
        journal.put(journalKey(nextBlock++), block);
        apply(block, feed);
    }

    private void apply(byte[] block, CellFeed feed) {
        boolean followed = feed.isFollowing();
        synchronized (lock) {
            DeltaBlock.read(block, new DeltaBlock.Reader() {
                @Override
                public void cell(String[] dimensions, long quarterHour, Delta delta) {
                    String[] known = sized(dimensions);
                    values.limit(known);
                    long day = Resolution.DAY.bucketOf(Resolution.QUARTER_HOUR.startMs(quarterHour));
                    addTo(CellKeys.cell(Resolution.QUARTER_HOUR, known, quarterHour), delta);
                    addTo(CellKeys.cell(Resolution.DAY, known, day), delta);
                    if (followed) {
                        feed.cell(known, quarterHour, delta);
                    }
                }

                @Override
                public void user(String tenant, String user, long day, Delta delta) {
                    values.know(tenant);
                    addTo(CellKeys.user(tenant, day, user), delta);
                }
            });
        }
    }

    /** A block of an instance with other tag dimensions, during a rolling change of configuration. */
    private String[] sized(String[] dimensions) {
        return dimensions.length == dimensionCount ? dimensions : Arrays.copyOf(dimensions, dimensionCount);
    }

    private void addTo(Bytes key, Delta delta) {
        Slot slot = slots.get(key);
        if (slot == null) {
            slot = new Slot(stored(cells.get(key)));
            slots.put(key, slot);
            ordered.put(key, slot);
        }
        slot.total.add(delta.measures(), delta.otherUnits());
        slot.usedLately = true;
        if (!slot.unsettled) {
            slot.unsettled = true;
            unsettled++;
        }
    }

    private static Delta stored(byte[] value) {
        Delta total = new Delta(new long[Measure.COUNT]);
        if (value != null) {
            long[] measures = new long[Measure.COUNT];
            total.add(measures, new ByteSource(value).readMeasures(measures));
        }
        return total;
    }

    /** Whether more has gathered in memory than should wait for the next settling. */
    boolean isFull() {
        return unsettled > settings.cellsInMemory();
    }

    /**
     * Writes the totals of all changed cells to the store and empties the journal.
     *
     * @param changed is told of each quarter-hour that changed, with its running total
     */
    void settle(BiConsumer<Bytes, Delta> changed) {
        if (unsettled > 0) {
            byte quarterHour = CellKeys.kind(Resolution.QUARTER_HOUR);
            for (Map.Entry<Bytes, Slot> entry : slots.entrySet()) {
                Slot slot = entry.getValue();
                if (slot.unsettled) {
                    slot.unsettled = false;
                    cells.put(entry.getKey(), encode(slot.total));
                    if (entry.getKey().get()[0] == quarterHour) {
                        changed.accept(entry.getKey(), slot.total);
                    }
                }
            }
            unsettled = 0;
        }
        for (; firstBlock < nextBlock; firstBlock++) {
            journal.delete(journalKey(firstBlock));
        }
        letGo();
    }

    private byte[] encode(Delta total) {
        return sink.clear().writeMeasures(total.measures(), total.otherUnits()).toBytes();
    }

    /** Lets cells go that were not used since the last time, where there are more than should be in memory. */
    private void letGo() {
        synchronized (lock) {
            boolean tooMany = slots.size() > settings.cellsInMemory();
            if (tooMany) {
                slots.entrySet().removeIf(entry -> !entry.getValue().usedLately);
                if (slots.size() > settings.cellsInMemory()) {
                    slots.clear();
                }
                ordered.keySet().retainAll(slots.keySet());
            }
            slots.values().forEach(slot -> slot.usedLately = false);
        }
    }

    /** Deletes what is older than is kept. To be called when all is settled. */
    void expire(long nowMs) {
        long quarterHour = Resolution.QUARTER_HOUR.bucketOf(
                nowMs - settings.quarterHoursKept().toMillis());
        long day = Resolution.DAY.bucketOf(nowMs - settings.daysKept().toMillis());
        for (String tenant : values.tenants()) {
            for (String feature : values.features(tenant)) {
                deleteBefore(
                        CellKeys.cellsFrom(Resolution.QUARTER_HOUR, tenant, feature, Integer.MIN_VALUE),
                        CellKeys.cellsFrom(Resolution.QUARTER_HOUR, tenant, feature, quarterHour));
                deleteBefore(
                        CellKeys.cellsFrom(Resolution.DAY, tenant, feature, Integer.MIN_VALUE),
                        CellKeys.cellsFrom(Resolution.DAY, tenant, feature, day));
            }
            deleteBefore(CellKeys.usersFrom(tenant, Integer.MIN_VALUE), CellKeys.usersFrom(tenant, day));
        }
    }

    private void deleteBefore(Bytes from, Bytes to) {
        try (KeyValueIterator<Bytes, byte[]> old = cells.range(from, to)) {
            old.forEachRemaining(entry -> cells.delete(entry.key));
        }
        synchronized (lock) {
            ordered.subMap(from, to).keySet().forEach(slots::remove);
            ordered.subMap(from, to).clear();
        }
    }

    @Override
    public int partition() {
        return partition;
    }

    @Override
    public void cells(
            Resolution resolution,
            long fromBucket,
            long toBucket,
            Set<String> tenants,
            Set<String> features,
            CellVisitor visitor) {
        for (String tenant : chosen(values.tenants(), tenants)) {
            for (String feature : chosen(values.features(tenant), features)) {
                Bytes from = CellKeys.cellsFrom(resolution, tenant, feature, fromBucket);
                Bytes to = CellKeys.cellsFrom(resolution, tenant, feature, toBucket);
                scan(from, to, (parts, measures, otherUnits) -> {
                    parts.kind();
                    parts.text();
                    parts.text();
                    long bucket = parts.bucket();
                    visitor.cell(parts.dimensions(tenant, feature, dimensionCount), bucket, measures, otherUnits);
                });
            }
        }
    }

    @Override
    public void users(long fromDay, long toDay, Set<String> tenants, UserVisitor visitor) {
        for (String tenant : chosen(values.tenants(), tenants)) {
            scan(
                    CellKeys.usersFrom(tenant, fromDay),
                    CellKeys.usersFrom(tenant, toDay),
                    (parts, measures, otherUnits) -> {
                        parts.kind();
                        parts.text();
                        long day = parts.bucket();
                        visitor.user(tenant, parts.text(), day, measures);
                    });
        }
    }

    @FunctionalInterface
    private interface Scanned {
        void entry(CellKeys.Parts key, long[] measures, Map<String, long[]> otherUnits);
    }

    /**
     * Every cell from one key up to another, those in memory first. The order matters: a cell leaves memory only after
     * it was stored, so one that is not in the copy is in the store.
     */
    private void scan(Bytes from, Bytes to, Scanned visitor) {
        if (from.compareTo(to) >= 0) {
            return;
        }
        Map<Bytes, byte[]> inMemory = copyOfMemory(from, to);
        long[] measures = new long[Measure.COUNT];
        inMemory.forEach((key, value) ->
                visitor.entry(new CellKeys.Parts(key), measures, new ByteSource(value).readMeasures(measures)));
        try (KeyValueIterator<Bytes, byte[]> stored = cells.range(from, to)) {
            while (stored.hasNext()) {
                KeyValue<Bytes, byte[]> cell = stored.next();
                if (!inMemory.containsKey(cell.key) && cell.key.compareTo(to) < 0) {
                    visitor.entry(
                            new CellKeys.Parts(cell.key), measures, new ByteSource(cell.value).readMeasures(measures));
                }
            }
        }
    }

    private Map<Bytes, byte[]> copyOfMemory(Bytes from, Bytes to) {
        Map<Bytes, byte[]> copy = new HashMap<>();
        ByteSink encoder = new ByteSink(256);
        synchronized (lock) {
            ordered.subMap(from, to)
                    .forEach((key, slot) -> copy.put(
                            key,
                            encoder.clear()
                                    .writeMeasures(slot.total.measures(), slot.total.otherUnits())
                                    .toBytes()));
        }
        return copy;
    }

    private static Set<String> chosen(Set<String> known, Set<String> asked) {
        if (asked == null) {
            return known;
        }
        Set<String> both = new HashSet<>(asked);
        both.retainAll(known);
        return both;
    }

    private static Bytes journalKey(long number) {
        return Bytes.wrap(ByteBuffer.allocate(Long.BYTES).putLong(number).array());
    }

    private static long numberOf(Bytes key) {
        return ByteBuffer.wrap(key.get()).getLong();
    }
}
