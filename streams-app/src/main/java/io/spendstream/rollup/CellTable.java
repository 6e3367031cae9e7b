package io.spendstream.rollup;

import io.spendstream.combine.ByteSink;
import io.spendstream.combine.ByteSource;
import io.spendstream.combine.Delta;
import io.spendstream.combine.DeltaBlock;
import io.spendstream.rollup.CellSlots.Slot;
import io.spendstream.usage.Dimension;
import io.spendstream.usage.Measure;
import io.spendstream.usage.Resolution;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
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
 * <p>A feed may keep what it is told of over a commit: the store then says from which block of the journal on, and a
 * restart tells it of these again.
 *
 * <p>One thread writes; readers come from any thread and take the lock only to copy what is in memory.
 */
final class CellTable implements CellReader {

    private final int partition;
    private final RollupSettings settings;
    private final KeyValueStore<Bytes, byte[]> cells;
    private final KeyValueStore<Bytes, byte[]> journal;
    private final DimensionValues values;
    private final int dimensionCount;

    private final Object lock = new Object();
    private final CellSlots slots = new CellSlots();
    private final NavigableMap<byte[], Slot> ordered = new TreeMap<>(Arrays::compareUnsigned);
    private final ByteSink key = new ByteSink(512);
    private final ByteSink total = new ByteSink(512);
    private long nextBlock;
    private long firstBlock;
    /** The first block that holds deltas which the feed has not sent. */
    private long firstUnsent;

    private boolean unsentStored;
    private int unsettled;
    private boolean tagsStored;

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
        tagsStored = requireSameTags(cells.get(CellKeys.tags()));
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
                apply(block.value, CellFeed.NONE, QuarterFeed.NONE);
            }
        }
        byte[] unsent = cells.get(CellKeys.unsent());
        unsentStored = unsent != null;
        firstUnsent = unsentStored ? ByteBuffer.wrap(unsent).getLong() : nextBlock;
    }

    /** Tells a feed of the deltas that it had not sent. */
    void replayUnsent(CellFeed feed) {
        for (long number = firstUnsent; number < nextBlock; number++) {
            follow(journal.get(journalKey(number)), feed);
        }
    }

    private void follow(byte[] block, CellFeed feed) {
        DeltaBlock.read(block, new DeltaBlock.Reader() {
            @Override
            public void cell(String[] dimensions, long quarterHour, long cameIn, Delta delta) {
                String[] known = sized(dimensions);
                values.limit(known);
                feed.cell(null, known, quarterHour, delta);
            }

            @Override
            public void user(String tenant, byte[] user, long day, Delta delta) {}
        });
    }

    /** Notes that the feed has sent all that it was told of. */
    void sentAll() {
        firstUnsent = nextBlock;
        if (unsentStored) {
            cells.delete(CellKeys.unsent());
            unsentStored = false;
        }
    }

    /** Notes that the feed keeps what it was told of since it had sent all. */
    void keptUnsent() {
        if (!unsentStored) {
            cells.put(
                    CellKeys.unsent(),
                    ByteBuffer.allocate(Long.BYTES).putLong(firstUnsent).array());
            unsentStored = true;
        }
    }

    /** Cells hold values in the order of the tags: names may be appended, and nothing else. */
    private boolean requireSameTags(byte[] stored) {
        if (stored == null) {
            return false;
        }
        List<String> then = List.of(new String(stored, StandardCharsets.UTF_8).split("\n"));
        List<String> known = then.equals(List.of("")) ? List.of() : then;
        List<String> now = settings.tagDimensions();
        if (now.size() < known.size() || !now.subList(0, known.size()).equals(known)) {
            throw new IllegalStateException("the spend so far has the tags " + known + " as dimensions, and"
                    + " tag.dimensions is " + now + ": names can only be appended. Set it back");
        }
        return now.size() == known.size();
    }

    /** Adds a block of deltas, of each of which the feeds are told. */
    void add(byte[] block, CellFeed feed, QuarterFeed quarters) {
        journal.put(journalKey(nextBlock++), block);
        apply(block, feed, quarters);
    }

    private void apply(byte[] block, CellFeed feed, QuarterFeed quarters) {
        boolean followed = feed.isFollowing();
        synchronized (lock) {
            DeltaBlock.read(block, new DeltaBlock.Reader() {
                @Override
                public void cell(String[] dimensions, long quarterHour, long cameIn, Delta delta) {
                    String[] known = sized(dimensions);
                    values.limit(known);
                    long day = Resolution.DAY.bucketOf(Resolution.QUARTER_HOUR.startMs(quarterHour));
                    CellKeys.writeCell(key.clear(), Resolution.QUARTER_HOUR, known, quarterHour);
                    Slot slot = addTo(key, delta);
                    CellKeys.writeCell(key.clear(), Resolution.DAY, known, day);
                    addTo(key, delta);
                    if (followed) {
                        slot.followed = feed.cell(slot.followed, known, quarterHour, delta);
                    }
                    quarters.cell(known, quarterHour, cameIn, delta);
                }

                @Override
                public void user(String tenant, byte[] user, long day, Delta delta) {
                    values.know(tenant);
                    CellKeys.writeUser(key.clear(), tenant, day, user);
                    quarters.user(tenant, user, day, delta, addTo(key, delta).total);
                }

                @Override
                public void clock(DeltaBlock.Clock clock) {
                    quarters.clock(clock);
                }
            });
        }
    }

    /** A block of an instance with other tag dimensions, during a rolling change of configuration. */
    private String[] sized(String[] dimensions) {
        return dimensions.length == dimensionCount ? dimensions : Arrays.copyOf(dimensions, dimensionCount);
    }

    private Slot addTo(ByteSink key, Delta delta) {
        Slot slot = slots.find(key.buffer(), key.size());
        if (slot == null) {
            byte[] kept = key.toBytes();
            slot = slots.add(kept, stored(cells.get(Bytes.wrap(kept))));
            ordered.put(kept, slot);
        }
        slot.total.add(delta);
        slot.usedLately = true;
        if (!slot.unsettled) {
            slot.unsettled = true;
            unsettled++;
        }
        return slot;
    }

    private static Delta stored(byte[] value) {
        Delta total = new Delta();
        if (value != null) {
            total.read(new ByteSource(value));
        }
        return total;
    }

    /** Whether more has gathered in memory than should wait for the next settling. */
    boolean isFull() {
        return unsettled > settings.cellsInMemory();
    }

    /**
     * Writes the totals of all changed cells to the store and empties the journal. To be called when the feed has sent
     * all.
     *
     * @param changed is told of each quarter-hour that changed, with its running total
     */
    void settle(BiConsumer<Bytes, Delta> changed) {
        if (unsettled > 0) {
            if (!tagsStored) {
                cells.put(
                        CellKeys.tags(),
                        String.join("\n", settings.tagDimensions()).getBytes(StandardCharsets.UTF_8));
                tagsStored = true;
            }
            byte quarterHour = CellKeys.kind(Resolution.QUARTER_HOUR);
            slots.forEach(slot -> {
                if (slot.unsettled) {
                    slot.unsettled = false;
                    Bytes cell = Bytes.wrap(slot.key);
                    cells.put(cell, encode(slot.total));
                    if (slot.key[0] == quarterHour) {
                        changed.accept(cell, slot.total);
                    }
                }
            });
            unsettled = 0;
        }
        for (; firstBlock < nextBlock; firstBlock++) {
            journal.delete(journalKey(firstBlock));
        }
        letGo();
    }

    private byte[] encode(Delta sum) {
        return sum.write(total.clear()).toBytes();
    }

    /** Lets cells go where there are more than should be in memory: first those not used since the last time. */
    private void letGo() {
        synchronized (lock) {
            if (slots.size() > settings.cellsInMemory()) {
                int[] kept = {0};
                slots.keepOnly(slot -> slot.usedLately && kept[0]++ < settings.cellsInMemory());
                ordered.clear();
                slots.forEach(slot -> ordered.put(slot.key, slot));
            }
            slots.forEach(slot -> {
                // What the feed knew of them may be of definitions that are gone.
                slot.followed = slot.usedLately ? slot.followed : null;
                slot.usedLately = false;
            });
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
            Map<byte[], Slot> old = ordered.subMap(from.get(), to.get());
            if (!old.isEmpty()) {
                Set<Slot> gone = new HashSet<>(old.values());
                old.clear();
                slots.keepOnly(slot -> !gone.contains(slot));
            }
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
                CellKeys.LastTexts last = new CellKeys.LastTexts(dimensionCount);
                scan(from, to, (parts, measures, otherUnits) -> {
                    parts.kind();
                    parts.skipText();
                    parts.skipText();
                    long bucket = parts.bucket();
                    visitor.cell(parts.dimensions(tenant, feature, last), bucket, measures, otherUnits);
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
                        parts.skipText();
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
     * Every cell from one key up to another, in the order of keys. Memory is copied before the store is read: a cell
     * leaves memory only after it was stored, so one that is not in the copy is in the store.
     */
    private void scan(Bytes from, Bytes to, Scanned visitor) {
        if (from.compareTo(to) >= 0) {
            return;
        }
        List<Copy> inMemory = copyOfMemory(from, to);
        int next = 0;
        long[] measures = new long[Measure.COUNT];
        try (KeyValueIterator<Bytes, byte[]> stored = cells.range(from, to)) {
            while (stored.hasNext()) {
                KeyValue<Bytes, byte[]> cell = stored.next();
                byte[] key = cell.key.get();
                int order = -1;
                while (next < inMemory.size() && (order = Arrays.compareUnsigned(inMemory.get(next).key, key)) <= 0) {
                    inMemory.get(next++).show(visitor);
                    if (order == 0) {
                        break;
                    }
                }
                boolean shown = order == 0;
                if (!shown && cell.key.compareTo(to) < 0) {
                    visitor.entry(
                            new CellKeys.Parts(cell.key), measures, new ByteSource(cell.value).readMeasures(measures));
                }
            }
        }
        inMemory.subList(next, inMemory.size()).forEach(copy -> copy.show(visitor));
    }

    /** A cell as it was in memory. */
    private record Copy(byte[] key, long[] measures, Map<String, long[]> otherUnits) {

        static Copy of(Slot slot) {
            Map<String, long[]> units = slot.total.otherUnits();
            if (!units.isEmpty()) {
                Map<String, long[]> copies = new HashMap<>();
                units.forEach((name, sum) -> copies.put(name, sum.clone()));
                units = copies;
            }
            return new Copy(slot.key, slot.total.measures(), units);
        }

        void show(Scanned visitor) {
            visitor.entry(new CellKeys.Parts(Bytes.wrap(key)), measures, otherUnits);
        }
    }

    private List<Copy> copyOfMemory(Bytes from, Bytes to) {
        List<Copy> copies = new ArrayList<>();
        synchronized (lock) {
            ordered.subMap(from.get(), to.get()).values().forEach(slot -> copies.add(Copy.of(slot)));
        }
        return copies;
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
