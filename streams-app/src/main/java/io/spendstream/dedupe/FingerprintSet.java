package io.spendstream.dedupe;

/**
 * A set of 64-bit fingerprints: open addressing in one array of {@code long}s, at most two thirds full. Nothing can be
 * removed.
 */
final class FingerprintSet {

    private static final int CAPACITY_MIN = 64;

    private long[] slots = new long[CAPACITY_MIN];
    private int size;

    /** @return whether it was new */
    boolean add(long fingerprint) {
        long key = nonZero(fingerprint);
        int slot = slotOf(key);
        if (slots[slot] == key) {
            return false;
        }
        slots[slot] = key;
        size++;
        if (size > slots.length / 3 * 2) {
            grow();
        }
        return true;
    }

    boolean contains(long fingerprint) {
        long key = nonZero(fingerprint);
        return slots[slotOf(key)] == key;
    }

    int size() {
        return size;
    }

    long bytes() {
        return (long) slots.length * Long.BYTES;
    }

    private int slotOf(long key) {
        int mask = slots.length - 1;
        int slot = (int) key & mask;
        while (slots[slot] != 0 && slots[slot] != key) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private void grow() {
        if (slots.length >= 1 << 29) {
            throw new IllegalStateException("more than " + size + " ids in one time bucket of one partition;"
                    + " use more partitions or a shorter dedupe.bucket");
        }
        long[] old = slots;
        slots = new long[old.length * 2];
        for (long key : old) {
            if (key != 0) {
                slots[slotOf(key)] = key;
            }
        }
    }

    /** 0 marks a free slot. */
    private static long nonZero(long fingerprint) {
        return fingerprint == 0 ? 1 : fingerprint;
    }
}
