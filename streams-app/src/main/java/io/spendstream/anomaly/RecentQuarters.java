package io.spendstream.anomaly;

import io.spendstream.combine.ByteSink;
import io.spendstream.combine.ByteSource;

/**
 * The last {@link #KEPT} quarter-hours of one scope, so that the hour just past can be judged at every close. Each place
 * knows the quarter-hour that it holds: a scope that was idle needs nothing done.
 *
 * <p>Encoded: a version, and for each place that holds something its quarter-hour and its figures, as varints. At most
 * about 400 bytes.
 */
public final class RecentQuarters {

    public static final int KEPT = 4;

    private static final int VERSION = 1;

    private final long[] quarterHours = new long[KEPT];
    private final long[][] figures = new long[KEPT][];

    /** Adds to a quarter-hour (of the epoch), unless it is older than those kept. */
    public RecentQuarters add(long quarterHour, long[] more) {
        int place = (int) Math.floorMod(quarterHour, (long) KEPT);
        if (figures[place] == null || quarterHours[place] < quarterHour) {
            quarterHours[place] = quarterHour;
            figures[place] = new long[Figure.COUNT];
        }
        if (quarterHours[place] == quarterHour) {
            Figure.add(figures[place], more);
        }
        return this;
    }

    /** 0 for a quarter-hour in which nothing was, and for one that is no longer kept. */
    public long get(long quarterHour, Figure figure) {
        int place = (int) Math.floorMod(quarterHour, (long) KEPT);
        boolean held = figures[place] != null && quarterHours[place] == quarterHour;
        return held ? figures[place][figure.ordinal()] : 0;
    }

    public byte[] encode() {
        ByteSink to = new ByteSink(128).writeByte(VERSION);
        for (int place = 0; place < KEPT; place++) {
            if (figures[place] != null) {
                to.writeSigned(quarterHours[place]);
                writeFigures(to, figures[place]);
            }
        }
        return to.toBytes();
    }

    private static void writeFigures(ByteSink to, long[] figures) {
        long present = 0;
        for (int i = 0; i < Figure.COUNT; i++) {
            present |= figures[i] == 0 ? 0 : 1L << i;
        }
        to.writeVarint(present);
        for (long figure : figures) {
            if (figure != 0) {
                to.writeSigned(figure);
            }
        }
    }

    /** @throws IllegalStateException where {@link #encode()} did not write the bytes, or that of a newer release did */
    public static RecentQuarters decode(byte[] bytes) {
        ByteSource from = new ByteSource(bytes);
        int version = from.readByte();
        if (version != VERSION) {
            throw new IllegalStateException("quarter-hours of version " + version + "; this release reads " + VERSION);
        }
        RecentQuarters recent = new RecentQuarters();
        while (from.hasMore()) {
            long quarterHour = from.readSigned();
            long[] figures = new long[Figure.COUNT];
            long present = from.readVarint();
            if (present >>> Figure.COUNT != 0) {
                throw new IllegalStateException("a quarter-hour with figures that this release does not know");
            }
            for (long rest = present; rest != 0; rest &= rest - 1) {
                figures[Long.numberOfTrailingZeros(rest)] = from.readSigned();
            }
            recent.add(quarterHour, figures);
        }
        return recent;
    }
}
