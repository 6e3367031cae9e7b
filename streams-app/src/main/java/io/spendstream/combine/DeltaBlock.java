package io.spendstream.combine;

import java.util.ArrayList;
import java.util.List;

/**
 * All deltas of one commit for one destination, in one record. Texts stand once, in a table at its head; entries refer
 * to them by number.
 *
 * <p>Format 1: a byte 1; the count of texts and the texts; the count of dimensions; then entries until the end. An
 * entry is a byte (0 cell, 1 user, 2 late cell, 3 clock). Cells and users have a key and measures. A cell's key is the
 * quarter-hour and a text number + 1 for each dimension, 0 for none; before it, a late cell has the quarter-hour it came
 * in. A user's key is the tenant's text number, the user as text (it stands once anyway) and the epoch day. Where no user
 * is given, the text is {@link #NO_USER}. A clock is the source, the first quarter-hour that is open and whether the
 * source is idle.
 */
public final class DeltaBlock {

    /** Stands for a user that is not given; no valid event contains it. */
    public static final String NO_USER = "\u0001";

    /** What a cell's amounts came in that did not come late. */
    public static final long IN_TIME = Long.MIN_VALUE;

    private static final int FORMAT = 1;
    private static final int DIMENSIONS_MAX = 1_000;
    private static final int CELL = 0;
    private static final int USER = 1;
    private static final int LATE_CELL = 2;
    private static final int CLOCK = 3;

    private DeltaBlock() {}

    /**
     * How far a source has come. Nothing for quarter-hours before {@code open} comes from it any more that is not late.
     *
     * @param source partition of the events
     * @param open number of a quarter-hour
     * @param idle whether it is so by the wall clock, because there are no events
     */
    public record Clock(int source, long open, boolean idle) {}

    /** Takes the entries of a block. */
    public interface Reader {
        /**
         * @param dimensions a new array for each call
         * @param cameIn the quarter-hour that was open at the source when they came late, or {@link #IN_TIME}
         * @param delta the next call's too: to be added or copied, not kept
         */
        void cell(String[] dimensions, long quarterHour, long cameIn, Delta delta);

        /**
         * @param user UTF-8; {@link #NO_USER} where none is given
         * @param delta the next call's too: to be added or copied, not kept
         */
        void user(String tenant, byte[] user, long day, Delta delta);

        /** All that the source sent before has been read. */
        default void clock(Clock clock) {}
    }

    /** @throws IllegalStateException where the bytes are not a block of a known format */
    public static void read(byte[] block, Reader reader) {
        ByteSource in = new ByteSource(block);
        int format = in.readByte();
        if (format != FORMAT) {
            throw new IllegalStateException("a block of deltas has format " + format + ", this release reads " + FORMAT
                    + ": it was written by a newer release, which must read it");
        }
        TextTable.Read texts = TextTable.Read.from(in);
        int dimensionCount = readDimensionCount(in);
        Delta delta = new Delta();
        while (in.hasMore()) {
            int kind = in.readByte();
            if (kind == CELL || kind == LATE_CELL) {
                long cameIn = kind == LATE_CELL ? in.readSigned() : IN_TIME;
                long quarterHour = in.readSigned();
                String[] dimensions = new String[dimensionCount];
                for (int i = 0; i < dimensionCount; i++) {
                    dimensions[i] = texts.textOrNull(in.readCount());
                }
                delta.read(in);
                reader.cell(dimensions, quarterHour, cameIn, delta);
            } else if (kind == USER) {
                String tenant = texts.text(in.readCount());
                byte[] user = in.readBytes(in.readCount());
                long day = in.readSigned();
                delta.read(in);
                reader.user(tenant, user, day, delta);
            } else if (kind == CLOCK) {
                reader.clock(new Clock((int) in.readVarint(), in.readSigned(), in.readByte() != 0));
            } else {
                throw new IllegalStateException("a block of deltas holds an entry of kind " + kind
                        + "; this release knows those from " + CELL + " to " + CLOCK
                        + ": its bytes are damaged, or a newer release wrote it");
            }
        }
    }

    /** Dimensions may be more than a block has bytes: one with a clock alone is short. */
    private static int readDimensionCount(ByteSource in) {
        long count = in.readVarint();
        if (count < 0 || count > DIMENSIONS_MAX) {
            throw new IllegalStateException("a block of deltas has " + count + " dimensions: its bytes are damaged");
        }
        return (int) count;
    }

    /** Gathers entries and cuts them into blocks that do not exceed a size by more than one entry. */
    static final class Writer {

        private final int dimensionCount;
        private final int bytesMax;
        private final TextTable texts = new TextTable();
        private final ByteSink entries = new ByteSink(4096);
        private final List<byte[]> full = new ArrayList<>();

        Writer(int dimensionCount, int bytesMax) {
            this.dimensionCount = dimensionCount;
            this.bytesMax = bytesMax;
        }

        void cell(String[] dimensions, long quarterHour, long cameIn, Delta delta) {
            if (cameIn == IN_TIME) {
                entries.writeByte(CELL);
            } else {
                entries.writeByte(LATE_CELL).writeSigned(cameIn);
            }
            entries.writeSigned(quarterHour);
            for (String value : dimensions) {
                entries.writeVarint(texts.numberOrNone(value));
            }
            end(delta);
        }

        void user(String tenant, String user, long day, Delta delta) {
            entries.writeByte(USER)
                    .writeVarint(texts.number(tenant))
                    .writeText(user == null ? NO_USER : user)
                    .writeSigned(day);
            end(delta);
        }

        void clock(Clock clock) {
            entries.writeByte(CLOCK)
                    .writeVarint(clock.source())
                    .writeSigned(clock.open())
                    .writeByte(clock.idle() ? 1 : 0);
        }

        /** The blocks written so far; the writer is empty again. */
        List<byte[]> take() {
            if (entries.size() > 0) {
                cut();
            }
            List<byte[]> blocks = List.copyOf(full);
            full.clear();
            return blocks;
        }

        private void end(Delta delta) {
            delta.write(entries);
            if (entries.size() + texts.bytes() >= bytesMax) {
                cut();
            }
        }

        private void cut() {
            ByteSink block = new ByteSink(texts.bytes() + entries.size() + 16).writeByte(FORMAT);
            full.add(texts.writeTo(block)
                    .writeVarint(dimensionCount)
                    .writeAll(entries)
                    .toBytes());
            texts.clear();
            entries.clear();
        }
    }
}
