package io.spendstream.anomaly;

import io.spendstream.combine.ByteSink;
import io.spendstream.combine.ByteSource;

/**
 * One UTC day of one scope: every {@link Figure} of each of its 24 hours. Figures that are zero all day take no room.
 *
 * <p>Encoded: a version, a bit for each figure that is present, and for each of these a bit for each hour that is not
 * zero and these hours as varints of their zigzag form. A busy day is about 900 bytes, an idle one 2.
 */
public final class DayFigures {

    public static final int HOURS = 24;

    private static final int VERSION = 1;

    private final long[][] figures = new long[Figure.COUNT][];

    /** Adds what came in an hour, by {@link Figure#ordinal()}. */
    public DayFigures add(int hour, long[] more) {
        for (int i = 0; i < Figure.COUNT; i++) {
            if (more[i] != 0) {
                if (figures[i] == null) {
                    figures[i] = new long[HOURS];
                }
                figures[i][hour] = Math.addExact(figures[i][hour], more[i]);
            }
        }
        return this;
    }

    /** Notes what the user who spent most of a tenant's day has spent so far, so that it is known what is usual. */
    public DayFigures topUser(long cost) {
        long[] only = new long[Figure.COUNT];
        only[Figure.TOP_USER_COST.ordinal()] = cost - total(Figure.TOP_USER_COST);
        return add(0, only);
    }

    /** @param hour 0 to 23 */
    public long hour(int hour, Figure figure) {
        long[] hours = figures[figure.ordinal()];
        return hours == null ? 0 : hours[hour];
    }

    public long total(Figure figure) {
        long[] hours = figures[figure.ordinal()];
        long sum = 0;
        if (hours != null) {
            for (long hour : hours) {
                sum = Math.addExact(sum, hour);
            }
        }
        return sum;
    }

    public boolean isEmpty() {
        for (long[] hours : figures) {
            if (hours != null) {
                return false;
            }
        }
        return true;
    }

    public byte[] encode() {
        ByteSink to = new ByteSink(128).writeByte(VERSION);
        long present = 0;
        for (int i = 0; i < Figure.COUNT; i++) {
            present |= figures[i] == null ? 0 : 1L << i;
        }
        to.writeVarint(present);
        for (long[] hours : figures) {
            if (hours != null) {
                writeHours(to, hours);
            }
        }
        return to.toBytes();
    }

    private static void writeHours(ByteSink to, long[] hours) {
        long present = 0;
        for (int h = 0; h < HOURS; h++) {
            present |= hours[h] == 0 ? 0 : 1L << h;
        }
        to.writeVarint(present);
        for (long hour : hours) {
            if (hour != 0) {
                to.writeSigned(hour);
            }
        }
    }

    /** @throws IllegalStateException where {@link #encode()} did not write the bytes, or that of a newer release did */
    public static DayFigures decode(byte[] bytes) {
        ByteSource from = new ByteSource(bytes);
        int version = from.readByte();
        long present = from.readVarint();
        if (version != VERSION || present >>> Figure.COUNT != 0) {
            throw new IllegalStateException("a day of version " + version + " with the figures "
                    + Long.toBinaryString(present) + "; this release reads version " + VERSION + " with "
                    + Figure.COUNT + " figures: a newer release wrote it, which must read it");
        }
        DayFigures day = new DayFigures();
        for (long rest = present; rest != 0; rest &= rest - 1) {
            day.figures[Long.numberOfTrailingZeros(rest)] = readHours(from);
        }
        if (from.hasMore()) {
            throw new IllegalStateException("a day is followed by more bytes than it has");
        }
        return day;
    }

    private static long[] readHours(ByteSource from) {
        long[] hours = new long[HOURS];
        long present = from.readVarint();
        if (present >>> HOURS != 0) {
            throw new IllegalStateException("a day with more than " + HOURS + " hours");
        }
        for (long rest = present; rest != 0; rest &= rest - 1) {
            hours[Long.numberOfTrailingZeros(rest)] = from.readSigned();
        }
        return hours;
    }
}
