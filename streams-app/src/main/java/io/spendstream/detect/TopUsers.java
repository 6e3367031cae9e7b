package io.spendstream.detect;

import io.spendstream.combine.DeltaBlock;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/** The users of each tenant who spent most on the latest day, as far as one task of the cube knows them. */
final class TopUsers {

    /** Kept of each tenant. */
    static final int USERS_MAX = 10;

    /** One of them. */
    static final class Spender {
        final byte[] user;
        long costNanoUsd;

        Spender(byte[] user, long costNanoUsd) {
            this.user = user;
            this.costNanoUsd = costNanoUsd;
        }

        String name() {
            return new String(user, StandardCharsets.UTF_8);
        }
    }

    private static final byte[] NO_USER = DeltaBlock.NO_USER.getBytes(StandardCharsets.UTF_8);

    /** Those of one tenant's latest day. */
    static final class Top {
        private final Spender[] spenders = new Spender[USERS_MAX];
        private long day = Long.MIN_VALUE;
        private long costOfAll;
        private int count;
        private boolean changed;

        long day() {
            return day;
        }

        /** Of all users of the day, also those without a name. Nano-USD. */
        long costOfAll() {
            return costOfAll;
        }

        List<Spender> largestFirst() {
            Spender[] sorted = Arrays.copyOf(spenders, count);
            Arrays.sort(
                    sorted,
                    Comparator.comparingLong((Spender spender) -> -spender.costNanoUsd)
                            .thenComparing(Spender::name));
            return List.of(sorted);
        }

        /** Who spends less is not among them, once there are enough. */
        private long floor() {
            if (count < USERS_MAX) {
                return 0;
            }
            long least = Long.MAX_VALUE;
            for (Spender spender : spenders) {
                least = Math.min(least, spender.costNanoUsd);
            }
            return least;
        }

        private void put(byte[] user, long cost) {
            int place = count;
            for (int i = 0; i < count; i++) {
                if (Arrays.equals(spenders[i].user, user)) {
                    spenders[i].costNanoUsd = cost;
                    return;
                }
            }
            if (count == USERS_MAX) {
                place = 0;
                for (int i = 1; i < count; i++) {
                    if (spenders[i].costNanoUsd < spenders[place].costNanoUsd) {
                        place = i;
                    }
                }
            } else {
                count++;
            }
            spenders[place] = new Spender(user.clone(), cost);
        }
    }

    private final Map<String, Top> tops = new HashMap<>();

    /** Takes notice of what a user's day has come to. */
    void see(String tenant, byte[] user, long day, long added, long costNanoUsd) {
        Top top = tops.get(tenant);
        if (top == null) {
            top = new Top();
            tops.put(tenant, top);
        }
        if (day < top.day) {
            return;
        }
        if (day > top.day) {
            top.day = day;
            top.count = 0;
            top.costOfAll = 0;
        }
        top.costOfAll = Math.addExact(top.costOfAll, added);
        top.changed = true;
        if (costNanoUsd > top.floor() && !Arrays.equals(user, NO_USER)) {
            top.put(user, costNanoUsd);
        }
    }

    /** Hands out those that have changed since the last time, by tenant. */
    void takeChanged(BiConsumer<String, Top> visitor) {
        new TreeMap<>(tops).forEach((tenant, top) -> {
            if (top.changed) {
                top.changed = false;
                visitor.accept(tenant, top);
            }
        });
    }
}
