package io.spendstream.rollup;

import io.spendstream.combine.Delta;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The cells in memory, by key. A hash table with open addressing that is asked with a piece of a buffer: each delta asks
 * once, mostly for another cell than the one before, so objects made and followed on the way are what it costs.
 */
final class CellSlots {

    private static final int CAPACITY_MIN = 1_024;

    /** A cell: its total, whether the store has it, and what the feed knows of it. */
    static final class Slot {
        final byte[] key;
        final Delta total;
        boolean unsettled;
        boolean usedLately;
        Object followed;
        private final int hash;

        private Slot(byte[] key, int hash, Delta total) {
            this.key = key;
            this.hash = hash;
            this.total = total;
        }

        boolean isUser() {
            return key[0] == CellKeys.USER;
        }
    }

    private Slot[] table = new Slot[CAPACITY_MIN];
    private int size;

    int size() {
        return size;
    }

    /** The cell with the key that the first bytes of a buffer are; null where it is not in memory. */
    Slot find(byte[] buffer, int length) {
        int hash = hashOf(buffer, length);
        int mask = table.length - 1;
        for (int i = hash & mask; table[i] != null; i = i + 1 & mask) {
            Slot slot = table[i];
            if (slot.hash == hash && Arrays.equals(slot.key, 0, slot.key.length, buffer, 0, length)) {
                return slot;
            }
        }
        return null;
    }

    /** @param key of a cell that is not in memory; kept */
    Slot add(byte[] key, Delta total) {
        Slot slot = new Slot(key, hashOf(key, key.length), total);
        put(slot);
        size++;
        if (size > table.length / 2) {
            rebuild(table.length * 2, each -> true);
        }
        return slot;
    }

    void forEach(Consumer<Slot> visitor) {
        for (Slot slot : table) {
            if (slot != null) {
                visitor.accept(slot);
            }
        }
    }

    void keepOnly(Predicate<Slot> kept) {
        rebuild(table.length, kept);
    }

    private void rebuild(int capacity, Predicate<Slot> kept) {
        Slot[] old = table;
        table = new Slot[capacity];
        size = 0;
        for (Slot slot : old) {
            if (slot != null && kept.test(slot)) {
                put(slot);
                size++;
            }
        }
    }

    private void put(Slot slot) {
        int mask = table.length - 1;
        int i = slot.hash & mask;
        while (table[i] != null) {
            i = i + 1 & mask;
        }
        table[i] = slot;
    }

    /** The finalizer of MurmurHash3 over a polynomial: keys differ in their last bytes only. */
    private static int hashOf(byte[] bytes, int length) {
        int hash = 1;
        for (int i = 0; i < length; i++) {
            hash = 31 * hash + bytes[i];
        }
        hash = (hash ^ hash >>> 16) * 0x85EBCA6B;
        hash = (hash ^ hash >>> 13) * 0xC2B2AE35;
        return hash ^ hash >>> 16;
    }
}
