package io.spendstream.combine;

import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Sums by names, time bucket and when they came. A hash table with open addressing rather than a map: it is asked twice per event, and
 * most users come once between two commits, so what an entry costs is what an event costs.
 */
final class Sums {

    private static final int CAPACITY_MIN = 256;

    /** What the events of one key come to. */
    static final class Sum {
        final String[] key;
        final long bucket;
        /** As in {@link DeltaBlock}. */
        final long cameIn;

        final Delta delta;
        private final int hash;

        private Sum(String[] key, long bucket, long cameIn, int hash, Delta delta) {
            this.key = key;
            this.bucket = bucket;
            this.cameIn = cameIn;
            this.hash = hash;
            this.delta = delta;
        }

        private boolean isOf(String[] key, long bucket, long cameIn) {
            if (this.bucket != bucket || this.cameIn != cameIn) {
                return false;
            }
            for (int i = 0; i < key.length; i++) {
                // Names of one task mostly are one object each.
                if (this.key[i] != key[i] && (key[i] == null || !key[i].equals(this.key[i]))) {
                    return false;
                }
            }
            return true;
        }
    }

    private Sum[] table = new Sum[CAPACITY_MIN];
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    /**
     * @param key as many names as in all other calls, some of them null; kept
     * @param more copied
     */
    void add(String[] key, long bucket, long cameIn, Delta more) {
        int hash = hashOf(key, bucket);
        int mask = table.length - 1;
        int slot = hash & mask;
        while (table[slot] != null && !(table[slot].hash == hash && table[slot].isOf(key, bucket, cameIn))) {
            slot = slot + 1 & mask;
        }
        if (table[slot] != null) {
            table[slot].delta.add(more);
        } else {
            table[slot] = new Sum(key, bucket, cameIn, hash, more.copy());
            size++;
            if (size > table.length / 2) {
                grow();
            }
        }
    }

    void forEach(Consumer<Sum> visitor) {
        for (Sum sum : table) {
            if (sum != null) {
                visitor.accept(sum);
            }
        }
    }

    void clear() {
        Arrays.fill(table, null);
        size = 0;
    }

    private void grow() {
        Sum[] old = table;
        table = new Sum[old.length * 2];
        int mask = table.length - 1;
        for (Sum sum : old) {
            if (sum != null) {
                int slot = sum.hash & mask;
                while (table[slot] != null) {
                    slot = slot + 1 & mask;
                }
                table[slot] = sum;
            }
        }
    }

    private static int hashOf(String[] key, long bucket) {
        int hash = Long.hashCode(bucket);
        for (String name : key) {
            hash = 31 * hash + (name == null ? 0 : name.hashCode());
        }
        // Neighbouring hash codes, as those of numbered names, must not make runs in the table.
        hash *= 0x9E3779B9;
        return hash ^ hash >>> 16;
    }
}
