package io.spendstream.dedupe;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import net.jpountz.xxhash.XXHash64;
import net.jpountz.xxhash.XXHashFactory;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The ids that one partition has seen, as 64-bit fingerprints (XXH64 of the id's UTF-8) in buckets of event time. The
 * recent buckets are sets in memory; every commit writes its new fingerprints to the store as one block per bucket, and
 * a bucket that is not in memory is read back from its blocks when an event asks for it.
 *
 * <p>Two different ids are taken for one only when their fingerprints are equal and they lie in the same bucket (or
 * within the tolerance of its edge) of the same partition. With {@code n} ids there, the chance that an event is taken
 * for a repeat by mistake is {@code n / 2^64}: with 10 million ids, 5.4 in 10^13.
 *
 * <p>A block's key is the bucket's number (8 bytes, big-endian) and the block's number in it (4 bytes), its value the
 * fingerprints (8 bytes each). Small blocks are merged so that a bucket can be read back quickly.
 */
final class SeenIds {

    /** Blocks of a bucket that may stand unmerged; each is one commit's. */
    private static final int LOOSE_BLOCKS_MAX = 256;
    /** Small blocks of a bucket that is read back, beyond which they are merged with what comes. */
    private static final int LOOSE_BLOCKS_READ_MAX = 16;
    /** Fingerprints in a merged block: 256 KiB, well below the size a record may have. */
    private static final int BLOCK_FINGERPRINTS_MAX = 32_768;

    private static final int KEY_BYTES = Long.BYTES + Integer.BYTES;

    /** Buckets looked up without the map, and never let go: the current ones and their neighbours. */
    private static final int RECENT = 4;

    private static final class Bucket {
        final long number;
        final FingerprintSet seen = new FingerprintSet();
        /** Those of the loose blocks, then, from {@code written} on, those not yet in a block. */
        long[] loose = new long[64];

        int looseCount;
        int written;
        /** The number of the first loose block, and of the next to be written. */
        int firstLoose;

        int next;

        Bucket(long number) {
            this.number = number;
        }

        void append(long fingerprint) {
            if (looseCount == loose.length) {
                loose = Arrays.copyOf(loose, looseCount * 2);
            }
            loose[looseCount++] = fingerprint;
        }

        int looseBlocks() {
            return next - firstLoose;
        }

        long bytes() {
            return seen.bytes() + (long) loose.length * Long.BYTES;
        }
    }

    /** After all blocks: the length of a bucket, which their numbers count. */
    private static final Bytes BUCKET_MS = Bytes.wrap(new byte[] {(byte) 0xff});

    private final XXHash64 hash = XXHashFactory.fastestJavaInstance().hash64();
    private final KeyValueStore<Bytes, byte[]> blocks;
    private final long bucketMs;
    private final long toleranceMs;
    private final long memoryBytes;
    private boolean bucketStored;
    /** In order of last use, so that the first are the ones to let go. */
    private final LinkedHashMap<Long, Bucket> buckets = new LinkedHashMap<>(64, 0.75f, true);

    private final Bucket[] recent = new Bucket[RECENT];
    private final List<Bucket> changed = new ArrayList<>();

    /** @throws IllegalStateException where the store was written with another length of a bucket */
    SeenIds(DedupeSettings settings, KeyValueStore<Bytes, byte[]> blocks) {
        this.blocks = blocks;
        this.bucketMs = settings.bucket().toMillis();
        this.toleranceMs = settings.tolerance().toMillis();
        this.memoryBytes = settings.memoryBytes();
        byte[] stored = blocks.get(BUCKET_MS);
        this.bucketStored = stored != null;
        if (bucketStored && ByteBuffer.wrap(stored).getLong() != bucketMs) {
            throw new IllegalStateException("the ids seen so far are kept in buckets of "
                    + ByteBuffer.wrap(stored).getLong() / 1_000 + " s, and dedupe.bucket.seconds is " + bucketMs / 1_000
                    + ": repeats would be counted again. Set it back");
        }
    }

    /**
     * Whether an id is seen for the first time; if so, it is remembered.
     *
     * @param timeMs the event's own time, epoch milliseconds
     */
    boolean isFirst(String id, long timeMs) {
        byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
        long fingerprint = hash.hash(bytes, 0, bytes.length, 0);
        long number = Math.floorDiv(timeMs, bucketMs);
        if (isInNeighbour(fingerprint, timeMs, number)) {
            return false;
        }
        Bucket bucket = bucket(number);
        if (!bucket.seen.add(fingerprint)) {
            return false;
        }
        if (bucket.looseCount == bucket.written) {
            changed.add(bucket);
        }
        bucket.append(fingerprint);
        return true;
    }

    /** A repeat with a slightly other time may lie across the edge of the bucket. */
    private boolean isInNeighbour(long fingerprint, long timeMs, long number) {
        long offset = timeMs - number * bucketMs;
        return (offset < toleranceMs && bucket(number - 1).seen.contains(fingerprint))
                || (offset >= bucketMs - toleranceMs && bucket(number + 1).seen.contains(fingerprint));
    }

    /** Writes what is new to the store. To be called once per commit, before it. */
    void write() {
        if (!bucketStored && !changed.isEmpty()) {
            blocks.put(
                    BUCKET_MS, ByteBuffer.allocate(Long.BYTES).putLong(bucketMs).array());
            bucketStored = true;
        }
        for (Bucket bucket : changed) {
            for (int from = bucket.written; from < bucket.looseCount; from += BLOCK_FINGERPRINTS_MAX) {
                int to = Math.min(from + BLOCK_FINGERPRINTS_MAX, bucket.looseCount);
                blocks.put(key(bucket.number, bucket.next++), encode(bucket.loose, from, to));
            }
            bucket.written = bucket.looseCount;
            mergeWhereLoose(bucket);
        }
        changed.clear();
        letGo();
    }

    private void mergeWhereLoose(Bucket bucket) {
        if (bucket.looseBlocks() >= LOOSE_BLOCKS_MAX || bucket.looseCount >= BLOCK_FINGERPRINTS_MAX) {
            merge(bucket);
        }
    }

    /** Brings the loose blocks of a bucket, all of which is written, together in as few as possible. */
    private void merge(Bucket bucket) {
        int merged = bucket.firstLoose;
        for (int from = 0; from < bucket.looseCount; from += BLOCK_FINGERPRINTS_MAX) {
            int to = Math.min(from + BLOCK_FINGERPRINTS_MAX, bucket.looseCount);
            blocks.put(key(bucket.number, merged++), encode(bucket.loose, from, to));
        }
        for (int i = merged; i < bucket.next; i++) {
            blocks.delete(key(bucket.number, i));
        }
        bucket.next = merged;
        bucket.firstLoose = merged;
        bucket.looseCount = 0;
        bucket.written = 0;
        bucket.loose = new long[64];
    }

    /** Lets the least recently used buckets go while they take more memory than allowed. All of them are written. */
    private void letGo() {
        long bytes = memory();
        if (bytes <= memoryBytes) {
            return;
        }
        for (Bucket bucket : recent) {
            if (bucket != null) {
                buckets.get(bucket.number); // a use, for the order
            }
        }
        Iterator<Bucket> oldest = buckets.values().iterator();
        for (int rest = buckets.size() - RECENT; rest > 0 && bytes > memoryBytes; rest--) {
            Bucket bucket = oldest.next();
            bytes -= bucket.bytes();
            mergeWhereMany(bucket);
            oldest.remove();
        }
    }

    /** A bucket that is over should not stay in the store as a block for each commit. */
    private void mergeWhereMany(Bucket bucket) {
        if (bucket.looseBlocks() > 1) {
            merge(bucket);
        }
    }

    /** Forgets the buckets that ended before a time, and tidies those that are over. To be called after {@link #write}. */
    void forgetBefore(long timeMs) {
        long first = Math.floorDiv(timeMs, bucketMs);
        try (KeyValueIterator<Bytes, byte[]> old = blocks.range(null, key(first, 0))) {
            while (old.hasNext()) {
                Bytes key = old.next().key;
                if (numberOf(key) < first) {
                    blocks.delete(key);
                }
            }
        }
        buckets.keySet().removeIf(number -> number < first);
        List<Bucket> current = Arrays.asList(recent);
        buckets.values().stream().filter(bucket -> !current.contains(bucket)).forEach(this::mergeWhereMany);
        Arrays.fill(recent, null);
    }

    /** Bytes of the sets in memory. */
    long memory() {
        return buckets.values().stream().mapToLong(Bucket::bytes).sum();
    }

    private Bucket bucket(long number) {
        int slot = (int) number & RECENT - 1;
        Bucket bucket = recent[slot];
        if (bucket == null || bucket.number != number) {
            bucket = buckets.computeIfAbsent(number, this::read);
            recent[slot] = bucket;
        }
        return bucket;
    }

    private Bucket read(long number) {
        Bucket bucket = new Bucket(number);
        try (KeyValueIterator<Bytes, byte[]> stored = blocks.range(key(number, 0), key(number, Integer.MAX_VALUE))) {
            while (stored.hasNext()) {
                KeyValue<Bytes, byte[]> block = stored.next();
                bucket.next = blockOf(block.key) + 1;
                add(bucket, block.value);
            }
        }
        if (bucket.looseBlocks() <= LOOSE_BLOCKS_READ_MAX) {
            // A few small blocks stay as they are: whatever comes is merged among itself.
            bucket.firstLoose = bucket.next;
            bucket.looseCount = 0;
            bucket.loose = new long[64];
        }
        bucket.written = bucket.looseCount;
        return bucket;
    }

    /** Small blocks after the last full one are loose. */
    private static void add(Bucket bucket, byte[] block) {
        boolean full = block.length >= BLOCK_FINGERPRINTS_MAX * Long.BYTES;
        if (full) {
            bucket.looseCount = 0;
            bucket.firstLoose = bucket.next;
        }
        ByteBuffer fingerprints = ByteBuffer.wrap(block);
        while (fingerprints.hasRemaining()) {
            long fingerprint = fingerprints.getLong();
            bucket.seen.add(fingerprint);
            if (!full) {
                bucket.append(fingerprint);
            }
        }
    }

    /** Times before 1970 have negative numbers; the flipped sign bit keeps the byte order that of the numbers. */
    private static Bytes key(long number, int block) {
        return Bytes.wrap(ByteBuffer.allocate(KEY_BYTES)
                .putLong(number ^ Long.MIN_VALUE)
                .putInt(block)
                .array());
    }

    private static long numberOf(Bytes key) {
        return ByteBuffer.wrap(key.get()).getLong() ^ Long.MIN_VALUE;
    }

    private static int blockOf(Bytes key) {
        return ByteBuffer.wrap(key.get()).getInt(Long.BYTES);
    }

    private static byte[] encode(long[] fingerprints, int from, int to) {
        ByteBuffer bytes = ByteBuffer.allocate((to - from) * Long.BYTES);
        for (int i = from; i < to; i++) {
            bytes.putLong(fingerprints[i]);
        }
        return bytes.array();
    }
}
