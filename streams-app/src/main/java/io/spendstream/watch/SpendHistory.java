package io.spendstream.watch;

import io.spendstream.combine.ByteSink;
import io.spendstream.combine.ByteSource;

/**
 * What one group has spent lately, by when: 73 bins of five minutes and 193 of an hour, 2,128 bytes in memory. A window
 * that begins inside of a bin gets its share of it, as if spent evenly.
 */
final class SpendHistory {

    private static final int FINE = 73;
    private static final int COARSE = 193;

    private final Bins fine = new Bins(300_000, FINE);
    private final Bins coarse = new Bins(3_600_000, COARSE);

    /** Adds what was spent at a time; what is older than all bins is forgotten. */
    void add(long atMs, long amount) {
        fine.add(atMs, amount);
        coarse.add(atMs, amount);
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

        Bins(long sizeMs, int count) {
            this.sizeMs = sizeMs;
            this.sums = new long[count];
        }

        void add(long atMs, long amount) {
            long bin = Math.floorDiv(atMs, sizeMs);
            if (latest == Long.MIN_VALUE) {
                latest = bin;
            }
            if (bin <= latest - sums.length) {
                return;
            }
            advance(bin);
            sums[place(bin)] = Math.addExact(sums[place(bin)], amount);
        }

        private void advance(long bin) {
            for (long empty = Math.max(latest + 1, bin - sums.length + 1); empty <= bin; empty++) {
                sums[place(empty)] = 0;
            }
            latest = Math.max(latest, bin);
        }

        private int place(long bin) {
            return (int) Math.floorMod(bin, (long) sums.length);
        }

        boolean reaches(long fromMs) {
            return Math.floorDiv(fromMs, sizeMs) > latest - sums.length;
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

        /** The latest bin's number, then the bins that are not zero: age and sum. */
        void write(ByteSink to) {
            to.writeSigned(latest);
            int used = 0;
            for (long sum : sums) {
                used += sum == 0 ? 0 : 1;
            }
            to.writeVarint(used);
            for (int age = 0; age < sums.length && used > 0; age++) {
                long sum = sums[place(latest - age)];
                if (sum != 0) {
                    to.writeVarint(age).writeSigned(sum);
                }
            }
        }

        void read(ByteSource from) {
            latest = from.readSigned();
            for (long left = from.readVarint(); left > 0; left--) {
                long bin = latest - from.readVarint();
                sums[place(bin)] = from.readSigned();
            }
        }
    }
}
