package io.spendstream.watch;

import io.spendstream.combine.ByteSink;
import io.spendstream.combine.ByteSource;
import io.spendstream.scope.ScopeBlock;
import java.util.Arrays;

/**
 * What one group has spent lately, by when: 73 bins of five minutes and 193 of an hour, 2,128 bytes in memory. A window
 * that begins inside of a bin gets its share of it, as if spent evenly.
 *
 * <p>Like a counter it is the sum of the shares of its sources, and a share can be void. Where there are several that
 * know the past, each has bins of its own beside the sum. Those that do not know it share one, which all of them void:
 * they begin at the same time.
 */
final class SpendHistory {

    private static final long FINE_MS = 300_000;
    private static final long COARSE_MS = 3_600_000;
    private static final int FINE = 73;
    private static final int COARSE = 193;
    /** The source of all that do not know the past. */
    private static final int SHARED = -1;

    private final Bins fine = new Bins(FINE_MS, FINE);
    private final Bins coarse = new Bins(COARSE_MS, COARSE);

    /** Adds what was spent at a time; what is older than all bins is forgotten. */
    void add(int source, long atMs, long amount) {
        fine.add(ownerOf(source), atMs, amount);
        coarse.add(ownerOf(source), atMs, amount);
    }

    /** Adds what was spent in a time, evenly over the five minutes in it; what is left over of that in the last. */
    void add(int source, long fromMs, long toMs, long amount) {
        long first = Math.floorDiv(fromMs, FINE_MS);
        long count = Math.floorDiv(Math.max(toMs, fromMs + 1) - 1, FINE_MS) - first + 1;
        for (long i = 0; i < count; i++) {
            long part = i < count - 1 ? amount / count : amount - amount / count * (count - 1);
            add(source, (first + i) * FINE_MS, part);
        }
    }

    /** Voids the share of a source; answers whether it had one. */
    boolean withdraw(int source) {
        boolean had = fine.withdraw(ownerOf(source));
        return coarse.withdraw(ownerOf(source)) || had;
    }

    private static int ownerOf(int source) {
        return ScopeBlock.knowsThePast(source) ? source : SHARED;
    }

    /** Whether nothing is in it. */
    boolean isEmpty() {
        return coarse.owners.length == 0;
    }

    /** Whether all of it is too old for any pace. */
    boolean isOver(long nowMs) {
        return !coarse.reaches(nowMs, COARSE);
    }

    /** What was spent from a time until another. */
    long between(long fromMs, long toMs) {
        return fine.reaches(fromMs) ? fine.between(fromMs, toMs) : coarse.between(fromMs, toMs);
    }

    void write(ByteSink to) {
        fine.write(to);
        coarse.write(to);
    }

    static SpendHistory read(ByteSource from) {
        SpendHistory history = new SpendHistory();
        history.fine.read(from);
        history.coarse.read(from);
        return history;
    }

    /** A ring of sums. */
    private static final class Bins {

        private final long sizeMs;
        private final long[] sums;
        /** Number of the latest bin; the others are the ones before it. */
        private long latest = Long.MIN_VALUE;
        /** Whose shares the sums are of. */
        private int[] owners = new int[0];
        /** As {@link #owners}; none where there is one only. */
        private long[][] shares = new long[0][];

        Bins(long sizeMs, int count) {
            this.sizeMs = sizeMs;
            this.sums = new long[count];
        }

        void add(int owner, long atMs, long amount) {
            long bin = Math.floorDiv(atMs, sizeMs);
            if (latest == Long.MIN_VALUE) {
                latest = bin;
            }
            if (bin <= latest - sums.length) {
                return;
            }
            advance(bin);
            int of = placeOf(owner);
            int place = place(bin);
            sums[place] = Math.addExact(sums[place], amount);
            if (shares.length > 0) {
                shares[of][place] = Math.addExact(shares[of][place], amount);
            }
        }

        private int placeOf(int owner) {
            for (int i = 0; i < owners.length; i++) {
                if (owners[i] == owner) {
                    return i;
                }
            }
            owners = Arrays.copyOf(owners, owners.length + 1);
            owners[owners.length - 1] = owner;
            if (owners.length == 2) {
                shares = new long[][] {sums.clone(), new long[sums.length]};
            } else if (owners.length > 2) {
                shares = Arrays.copyOf(shares, owners.length);
                shares[owners.length - 1] = new long[sums.length];
            }
            return owners.length - 1;
        }

        boolean withdraw(int owner) {
            for (int i = 0; i < owners.length; i++) {
                if (owners[i] == owner) {
                    withdrawAt(i);
                    return true;
                }
            }
            return false;
        }

        private void withdrawAt(int index) {
            for (int bin = 0; bin < sums.length; bin++) {
                sums[bin] -= shares.length == 0 ? sums[bin] : shares[index][bin];
            }
            int last = owners.length - 1;
            owners[index] = owners[last];
            owners = Arrays.copyOf(owners, last);
            if (shares.length > 0) {
                shares[index] = shares[last];
                shares = last < 2 ? new long[0][] : Arrays.copyOf(shares, last);
            }
        }

        private void advance(long bin) {
            for (long empty = Math.max(latest + 1, bin - sums.length + 1); empty <= bin; empty++) {
                sums[place(empty)] = 0;
                for (long[] share : shares) {
                    share[place(empty)] = 0;
                }
            }
            latest = Math.max(latest, bin);
        }

        private int place(long bin) {
            return (int) Math.floorMod(bin, (long) sums.length);
        }

        boolean reaches(long fromMs) {
            return Math.floorDiv(fromMs, sizeMs) > latest - sums.length;
        }

        /** Whether the latest is one of the bins before a time. */
        boolean reaches(long toMs, int bins) {
            return latest != Long.MIN_VALUE && latest > Math.floorDiv(toMs, sizeMs) - bins;
        }

        long between(long fromMs, long toMs) {
            if (latest == Long.MIN_VALUE || toMs <= fromMs) {
                return 0;
            }
            long sum = 0;
            long first = Math.max(Math.floorDiv(fromMs, sizeMs), latest - sums.length + 1);
            long last = Math.min(Math.floorDiv(toMs - 1, sizeMs), latest);
            for (long bin = first; bin <= last; bin++) {
                sum = Math.addExact(sum, share(bin, fromMs, toMs));
            }
            return sum;
        }

        /** The latest bin is not over: all of it was spent before now. */
        private long share(long bin, long fromMs, long toMs) {
            long start = bin * sizeMs;
            long end = bin == latest ? Math.min(toMs, start + sizeMs) : start + sizeMs;
            long length = end - start;
            long overlap = Math.min(end, toMs) - Math.max(start, fromMs);
            long amount = sums[place(bin)];
            if (overlap == length) {
                return amount;
            }
            return amount / length * overlap + amount % length * overlap / length;
        }

        /** The latest bin's number, then for each owner its bins that are not zero: age and sum. */
        void write(ByteSink to) {
            to.writeSigned(latest).writeVarint(owners.length);
            for (int i = 0; i < owners.length; i++) {
                to.writeSigned(owners[i]);
                write(to, shares.length == 0 ? sums : shares[i]);
            }
        }

        private void write(ByteSink to, long[] bins) {
            to.writeVarint(Arrays.stream(bins).filter(sum -> sum != 0).count());
            for (int age = 0; age < bins.length; age++) {
                long sum = bins[place(latest - age)];
                if (sum != 0) {
                    to.writeVarint(age).writeSigned(sum);
                }
            }
        }

        void read(ByteSource from) {
            latest = from.readSigned();
            int count = from.readCount();
            owners = new int[count];
            shares = count < 2 ? new long[0][] : new long[count][sums.length];
            for (int i = 0; i < count; i++) {
                owners[i] = (int) from.readSigned();
                for (long left = from.readVarint(); left > 0; left--) {
                    int place = place(latest - from.readVarint());
                    long sum = from.readSigned();
                    sums[place] += sum;
                    if (count > 1) {
                        shares[i][place] = sum;
                    }
                }
            }
        }
    }
}
