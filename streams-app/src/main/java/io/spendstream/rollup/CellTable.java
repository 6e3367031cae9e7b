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
import java.util.Collections;
import java.util.Comparator;
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

    /** Totals that go to the store in one call, which costs less than one each. */
    private static final int SETTLED_AT_ONCE = 1_000;

    private final int partition;
    private final RollupSettings settings;
    private final KeyValueStore<Bytes, byte[]> cells;
    private final KeyValueStore<Bytes, byte[]> journal;
    private final DimensionValues values;
    private final int dimensionCount;

    private final Object lock = new Object();
    private final CellSlots slots = new CellSlots();
    /** Those in memory but users, which are many, mostly come once and are hardly asked for: who asks sorts them. */
    private final NavigableMap<byte[], Slot> ordered = new TreeMap<>(Arrays::compareUnsigned);

    private final List<KeyValue<Bytes, byte[]>> settled = new ArrayList<>();
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
            order(slot);
        }
        slot.total.add(delta);
        slot.usedLately = true;
        if (!slot.unsettled) {
            slot.unsettled = true;
            unsettled++;
        }
        return slot;
    }

    private void order(Slot slot) {
        if (!slot.isUser()) {
            ordered.put(slot.key, slot);
        }
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
                    settled.add(KeyValue.pair(cell, encode(slot.total)));
                    if (settled.size() == SETTLED_AT_ONCE) {
                        putSettled();
                    }
                    if (slot.key[0] == quarterHour) {
                        changed.accept(cell, slot.total);
                    }
                }
            });
            putSettled();
            unsettled = 0;
        }
        for (; firstBlock < nextBlock; firstBlock++) {
            journal.delete(journalKey(firstBlock));
        }
        letGo();
    }

    private void putSettled() {
        cells.putAll(settled);
        settled.clear();
    }

    private byte[] encode(Delta sum) {
        return sum.write(total.clear()).toBytes();
    }

    /**
     * Lets cells go where there are more than should be in memory: of those not used since the last time so many that
     * there is room for a while, since one that is used again has to be read.
     */
    private void letGo() {
        synchronized (lock) {
            if (slots.size() > settings.cellsInMemory()) {
                int[] count = {0};
                slots.forEach(slot -> count[0] += slot.usedLately ? 1 : 0);
                Sample used = new Sample(settings.cellsInMemory(), count[0]);
                Sample others = new Sample(settings.cellsInMemory() / 4 * 3 - count[0], slots.size() - count[0]);
                slots.keepOnly(slot -> (slot.usedLately ? used : others).takesNext());
                ordered.clear();
                slots.forEach(this::order);
            }
            slots.forEach(slot -> {
                // What the feed knew of them may be of definitions that are gone.
                slot.followed = slot.usedLately ? slot.followed : null;
                slot.usedLately = false;
            });
        }
    }

    /** Some of many, evenly: the first ones would crowd one end of the hash table. */
    static final class Sample {
        private final long size;
        private final long of;
        private long seen;

        Sample(int size, int of) {
            this.size = Math.max(0, size);
            this.of = of;
        }

        boolean takesNext() {
            seen++;
            return seen * size / of > (seen - 1) * size / of;
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
            deleteStored(CellKeys.usersFrom(tenant, Integer.MIN_VALUE), CellKeys.usersFrom(tenant, day));
        }
        synchronized (lock) {
            slots.keepOnly(slot -> !slot.isUser() || CellKeys.dayOfUser(slot.key) >= day);
        }
    }

    private void deleteStored(Bytes from, Bytes to) {
        try (KeyValueIterator<Bytes, byte[]> old = cells.range(from, to)) {
            old.forEachRemaining(entry -> cells.delete(entry.key));
        }
    }

    private void deleteBefore(Bytes from, Bytes to) {
        deleteStored(from, to);
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
                scan(from, to, copyOfMemory(from, to), (parts, measures, otherUnits) -> {
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
        NavigableMap<Bytes, String> asked = new TreeMap<>();
        chosen(values.tenants(), tenants).forEach(tenant -> asked.put(CellKeys.usersFrom(tenant, fromDay), tenant));
        if (asked.isEmpty()) {
            return;
        }
        List<Copy> inMemory = copyOfUsers(
                asked.firstKey(), CellKeys.usersFrom(asked.lastEntry().getValue(), toDay));
        asked.forEach((from, tenant) -> {
            Bytes to = CellKeys.usersFrom(tenant, toDay);
            scan(from, to, between(inMemory, from, to), (parts, measures, otherUnits) -> {
                parts.kind();
                parts.skipText();
                long day = parts.bucket();
                visitor.user(tenant, parts.text(), day, measures);
            });
        });
    }

    @FunctionalInterface
    private interface Scanned {
        void entry(CellKeys.Parts key, long[] measures, Map<String, long[]> otherUnits);
    }

    /**
     * Every cell from one key up to another, in the order of keys. Memory is copied before the store is read: a cell
     * leaves memory only after it was stored, so one that is not in the copy is in the store.
     *
     * @param inMemory those of them that are, in order
     */
    private void scan(Bytes from, Bytes to, List<Copy> inMemory, Scanned visitor) {
        if (from.compareTo(to) >= 0) {
            return;
        }
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

        static final Comparator<Copy> BY_KEY = (a, b) -> Arrays.compareUnsigned(a.key, b.key);

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
        if (from.compareTo(to) < 0) {
            synchronized (lock) {
                ordered.subMap(from.get(), to.get()).values().forEach(slot -> copies.add(Copy.of(slot)));
            }
        }
        return copies;
    }

    private List<Copy> copyOfUsers(Bytes from, Bytes to) {
        List<Copy> copies = new ArrayList<>();
        synchronized (lock) {
            slots.forEach(slot -> {
                if (slot.isUser()
                        && Arrays.compareUnsigned(slot.key, from.get()) >= 0
                        && Arrays.compareUnsigned(slot.key, to.get()) < 0) {
                    copies.add(Copy.of(slot));
                }
            });
        }
        copies.sort(Copy.BY_KEY);
        return copies;
    }

    private static List<Copy> between(List<Copy> sorted, Bytes from, Bytes to) {
        int first = firstFrom(sorted, from);
        return sorted.subList(first, Math.max(first, firstFrom(sorted, to)));
    }

    private static int firstFrom(List<Copy> sorted, Bytes key) {
        int found = Collections.binarySearch(sorted, new Copy(key.get(), null, null), Copy.BY_KEY);
        return found < 0 ? -found - 1 : found;
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
