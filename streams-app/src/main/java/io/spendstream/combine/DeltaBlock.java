package io.spendstream.combine;

import io.spendstream.usage.Measure;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * All deltas of one commit for one destination, in one record. Texts stand once, in a table at its head; entries refer
 * to them by number.
 *
 * <p>Format 1: a byte 1; the count of texts and the texts; the count of dimensions; then entries until the end. An
 * entry is a byte (0 cell, 1 user), its key, and its measures. A cell's key is the quarter-hour and a text number + 1
 * for each dimension, 0 for none; a user's key is the tenant's text number, the user as text (it stands once anyway) and
 * the epoch day. Where no user is given, the text is {@link #NO_USER}.
 */
public final class DeltaBlock {

    /** Stands for a user that is not given; no valid event contains it. */
    public static final String NO_USER = "\u0001";

    private static final int FORMAT = 1;
    private static final int CELL = 0;
    private static final int USER = 1;

    private DeltaBlock() {}

    /** Takes the entries of a block. */
    public interface Reader {
        /**
         * @param dimensions a new array for each call
         * @param delta the next call's too: to be added or copied, not kept
         */
        void cell(String[] dimensions, long quarterHour, Delta delta);

        /**
         * @param user UTF-8; {@link #NO_USER} where none is given
         * @param delta the next call's too: to be added or copied, not kept
         */
        void user(String tenant, byte[] user, long day, Delta delta);
    }

    /** @throws IllegalStateException where the bytes are not a block of a known format */
    public static void read(byte[] block, Reader reader) {
        ByteSource in = new ByteSource(block);
        int format = in.readByte();
        if (format != FORMAT) {
            throw new IllegalStateException("a block of deltas has format " + format + ", this release reads " + FORMAT
                    + ": it was written by a newer release, which must read it");
        }
        String[] texts = new String[in.readCount()];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = in.readText();
        }
        int dimensionCount = in.readCount();
        Delta delta = new Delta(new long[Measure.COUNT]);
        while (in.hasMore()) {
            int kind = in.readByte();
            if (kind == CELL) {
                long quarterHour = in.readSigned();
                String[] dimensions = new String[dimensionCount];
                for (int i = 0; i < dimensionCount; i++) {
                    int number = in.readCount();
                    dimensions[i] = number == 0 ? null : text(texts, number - 1);
                }
                delta.read(in);
                reader.cell(dimensions, quarterHour, delta);
            } else if (kind == USER) {
                String tenant = text(texts, in.readCount());
                byte[] user = in.readBytes(in.readCount());
                long day = in.readSigned();
                delta.read(in);
                reader.user(tenant, user, day, delta);
            } else {
                throw new IllegalStateException("a block of deltas holds an entry of kind " + kind
                        + "; this release knows " + CELL + " (cell) and " + USER + " (user)");
            }
        }
    }

    private static String text(String[] texts, int number) {
        if (number >= texts.length) {
            throw new IllegalStateException(
                    "a block of deltas refers to text " + number + " of " + texts.length + ": its bytes are damaged");
        }
        return texts[number];
    }

    /** Gathers entries and cuts them into blocks that do not exceed a size by more than one entry. */
    static final class Writer {

        private final int dimensionCount;
        private final int bytesMax;
        private final Map<String, Integer> numbers = new HashMap<>();
        private final ByteSink texts = new ByteSink(1024);
        private final ByteSink entries = new ByteSink(4096);
        private final List<byte[]> full = new ArrayList<>();
        private String lastText;
        private int lastNumber;

        Writer(int dimensionCount, int bytesMax) {
            this.dimensionCount = dimensionCount;
            this.bytesMax = bytesMax;
        }

        void cell(String[] dimensions, long quarterHour, Delta delta) {
            entries.writeByte(CELL).writeSigned(quarterHour);
            for (String value : dimensions) {
                entries.writeVarint(value == null ? 0 : number(value) + 1);
            }
            end(delta);
        }

        void user(String tenant, String user, long day, Delta delta) {
            entries.writeByte(USER)
                    .writeVarint(number(tenant))
                    .writeText(user == null ? NO_USER : user)
                    .writeSigned(day);
            end(delta);
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
            entries.writeMeasures(delta.measures(), delta.otherUnits());
            if (entries.size() + texts.size() >= bytesMax) {
                cut();
            }
        }

        private int number(String text) {
            // One user after the other is of the same tenant.
            if (text.equals(lastText)) {
                return lastNumber;
            }
            Integer number = numbers.get(text);
            if (number == null) {
                number = numbers.size();
                numbers.put(text, number);
                texts.writeText(text);
            }
            lastText = text;
            lastNumber = number;
            return number;
        }

        private void cut() {
            ByteSink block = new ByteSink(texts.size() + entries.size() + 16);
            block.writeByte(FORMAT).writeVarint(numbers.size()).writeAll(texts).writeVarint(dimensionCount);
            full.add(block.writeAll(entries).toBytes());
            numbers.clear();
            lastText = null;
            texts.clear();
            entries.clear();
        }
    }
}
