package io.spendstream.combine;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Sums per user and UTC day. A hash table with open addressing rather than a map: most users come once between two
 * commits, so what an entry costs is what an event costs.
 */
final class UserDays {

    private static final int CAPACITY_MIN = 256;

    /** What a user's events of one day come to. */
    static final class Sum {
        final String tenant;
        final String user;
        final long day;
        final Delta delta;
        private final int hash;

        private Sum(String tenant, String user, long day, int hash, long[] measures) {
            this.tenant = tenant;
            this.user = user;
            this.day = day;
            this.hash = hash;
            this.delta = new Delta(measures);
        }

        private boolean isOf(String tenant, String user, long day, int hash) {
            return this.hash == hash && this.day == day && this.user.equals(user) && this.tenant.equals(tenant);
        }
    }

    private Sum[] table = new Sum[CAPACITY_MIN];
    private int size;

    /** @param measures taken over where they are the user's first, and must not be used again */
    void add(String tenant, String user, long day, long[] measures) {
        int hash = hashOf(tenant, user, day);
        int slot = slotOf(tenant, user, day, hash);
        if (table[slot] != null) {
            table[slot].delta.add(measures, Map.of());
            return;
        }
        table[slot] = new Sum(tenant, user, day, hash, measures);
        size++;
        if (size > table.length / 2) {
            grow();
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

    private int slotOf(String tenant, String user, long day, int hash) {
        int mask = table.length - 1;
        int slot = hash & mask;
        while (table[slot] != null && !table[slot].isOf(tenant, user, day, hash)) {
            slot = slot + 1 & mask;
        }
        return slot;
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

    /** Neighbouring hash codes, as those of numbered users, must not make runs in the table. */
    private static int hashOf(String tenant, String user, long day) {
        int hash = 31 * (31 * tenant.hashCode() + user.hashCode()) + Long.hashCode(day);
        hash *= 0x9E3779B9;
        return hash ^ hash >>> 16;
    }
}
