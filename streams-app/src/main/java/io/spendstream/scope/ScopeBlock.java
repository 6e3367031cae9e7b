package io.spendstream.scope;

import io.spendstream.combine.ByteSink;
import io.spendstream.combine.ByteSource;
import io.spendstream.combine.TextTable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.apache.kafka.common.utils.Utils;

/**
 * Deltas of scopes from one source for one destination, in one record. A source is a task that feeds the counters.
 *
 * <p>A source <em>opens</em> a scope: what it added before is void, and what follows begins with all that it knows of.
 * It <em>closes</em> one that is no longer defined: what it added is void. Both are in the order of the source's own
 * deltas, so counters need no word from anybody else to be right.
 *
 * <p>Format 1: a byte 1; the source; the count of texts and the texts; then entries until the end. An entry is a byte:
 * 0 open (scope, exact from, known from), 1 close (scope), 2 window (scope, start, end, quiet) for the amounts after it,
 * 3 amount (count of group values, each a text number + 1 or 0 for null, the contributor likewise, quarter-hour or -1 for
 * none, amount), 4 past (scope, count of group values and each of them, first quarter-hour, count of quarter-hours,
 * amount).
 */
public final class ScopeBlock {

    /** The quarter-hour of an amount that is the sum of many. */
    public static final long NO_BUCKET = -1;
    /** The end of a window that never ends. */
    public static final long NO_END = Long.MAX_VALUE;

    /** 1 and 2 were of before the first release; nothing has them. */
    private static final int FORMAT = 3;

    private static final int OPEN = 0;
    private static final int CLOSE = 1;
    private static final int WINDOW = 2;
    private static final int AMOUNT = 3;
    private static final int PAST = 4;

    static final int SOURCES_PER_PARTITION = 2;
    static final int OF_USAGE = 0;
    static final int OF_CUBE = 1;

    private ScopeBlock() {}

    /** Takes the entries of a block, in their order. */
    public interface Reader {

        /**
         * What the source added to a scope is void.
         *
         * @param exactFromMs what follows is exact in windows that begin from then on, and in those before that begin
         *     with a UTC day
         * @param knownFromMs nothing before is in what follows
         */
        void open(int source, String scope, long exactFromMs, long knownFromMs);

        /** What the source added to a scope is void, and nothing follows. */
        void close(int source, String scope);

        /**
         * @param group values of the scope's groups; a new array for each call
         * @param contributor who of the group, as far as the scope tells them apart; null where calls do not say
         * @param quarterHour epoch milliseconds / 900,000, or {@link #NO_BUCKET}
         */
        void amount(int source, WindowKey window, String[] group, String contributor, long quarterHour, long amount);

        /**
         * What a group spent before the source opened the scope, for its pace only: in which period it counts other
         * entries say.
         *
         * @param quarterHour the first one
         * @param quarterHours how many, spent evenly as far as is known
         */
        void past(int source, String scope, String[] group, long quarterHour, int quarterHours, long amount);
    }

    /** Whether a source begins with what was spent before: one that reads the cube. */
    public static boolean knowsThePast(int source) {
        return source % SOURCES_PER_PARTITION == OF_CUBE;
    }

    /**
     * One period of a scope.
     *
     * @param endMs exclusive, or {@link #NO_END}
     * @param quiet whether it was over when the scope was defined, so that nobody is told of what it amounts to
     */
    public record WindowKey(String scope, long startMs, long endMs, boolean quiet) {}

    /** @throws IllegalStateException where the bytes are not a block of a known format */
    public static void read(byte[] block, Reader reader) {
        ByteSource in = new ByteSource(block);
        int format = in.readByte();
        if (format != FORMAT) {
            throw new IllegalStateException("a block of scope deltas has format " + format + ", this release reads "
                    + FORMAT + ": it was written by a newer release, which must read it");
        }
        int source = (int) in.readVarint();
        TextTable.Read texts = TextTable.Read.from(in);
        WindowKey window = null;
        while (in.hasMore()) {
            switch (in.readByte()) {
                case OPEN -> reader.open(source, texts.text(in.readCount()), in.readSigned(), in.readSigned());
                case CLOSE -> reader.close(source, texts.text(in.readCount()));
                case WINDOW ->
                    window = new WindowKey(
                            texts.text(in.readCount()), in.readSigned(), in.readSigned(), in.readByte() != 0);
                case AMOUNT -> {
                    String[] group = group(in, texts);
                    String contributor = texts.textOrNull(in.readCount());
                    reader.amount(source, window, group, contributor, in.readSigned(), in.readSigned());
                }
                case PAST ->
                    reader.past(
                            source,
                            texts.text(in.readCount()),
                            group(in, texts),
                            in.readSigned(),
                            in.readCount(),
                            in.readSigned());
                default ->
                    throw new IllegalStateException("a block of scope deltas holds an entry of an unknown kind: "
                            + "its bytes are damaged, or a newer release wrote it");
            }
        }
    }

    private static String[] group(ByteSource in, TextTable.Read texts) {
        String[] group = new String[in.readCount()];
        for (int i = 0; i < group.length; i++) {
            group[i] = texts.textOrNull(in.readCount());
        }
        return group;
    }

    /** Gathers entries for one destination and cuts them into blocks that exceed a size by one entry at the most. */
    static final class Writer {

        private final int source;
        private final int bytesMax;
        private final TextTable texts = new TextTable();
        private final ByteSink entries = new ByteSink(2048);
        private final List<byte[]> full = new ArrayList<>();
        private WindowKey window;

        Writer(int source, int bytesMax) {
            this.source = source;
            this.bytesMax = bytesMax;
        }

        void open(String scope, long exactFromMs, long knownFromMs) {
            entries.writeByte(OPEN)
                    .writeVarint(texts.number(scope))
                    .writeSigned(exactFromMs)
                    .writeSigned(knownFromMs);
            end();
        }

        void close(String scope) {
            entries.writeByte(CLOSE).writeVarint(texts.number(scope));
            end();
        }

        void amount(WindowKey of, String[] group, String contributor, long quarterHour, long amount) {
            if (of != window && !of.equals(window)) {
                entries.writeByte(WINDOW)
                        .writeVarint(texts.number(of.scope()))
                        .writeSigned(of.startMs())
                        .writeSigned(of.endMs())
                        .writeByte(of.quiet() ? 1 : 0);
                window = of;
            }
            entries.writeByte(AMOUNT);
            writeGroup(group);
            entries.writeVarint(texts.numberOrNone(contributor))
                    .writeSigned(quarterHour)
                    .writeSigned(amount);
            end();
        }

        void past(String scope, String[] group, long quarterHour, int quarterHours, long amount) {
            entries.writeByte(PAST).writeVarint(texts.number(scope));
            writeGroup(group);
            entries.writeSigned(quarterHour).writeVarint(quarterHours).writeSigned(amount);
            end();
        }

        private void writeGroup(String[] group) {
            entries.writeVarint(group.length);
            for (String value : group) {
                entries.writeVarint(texts.numberOrNone(value));
            }
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

        private void end() {
            if (entries.size() + texts.bytes() >= bytesMax) {
                cut();
            }
        }

        private void cut() {
            ByteSink block = new ByteSink(texts.bytes() + entries.size() + 16)
                    .writeByte(FORMAT)
                    .writeVarint(source);
            full.add(texts.writeTo(block).writeBytes(entries.toBytes()).toBytes());
            texts.clear();
            entries.clear();
            window = null;
        }
    }

    /** The destinations of one source: a scope's deltas all go to one, which owns its counters. */
    static final class Outbox {

        private static final int BLOCK_BYTES_MAX = 400_000;

        private final Writer[] writers;
        private final int source;

        Outbox(int partitions, int source) {
            this.writers = new Writer[partitions];
            this.source = source;
        }

        Writer to(String scope) {
            int partition = destination(scope, writers.length);
            if (writers[partition] == null) {
                writers[partition] = new Writer(source, BLOCK_BYTES_MAX);
            }
            return writers[partition];
        }

        /** Hands out all that was written, each block with the partition it is for. */
        void send(BiConsumer<Integer, byte[]> send) {
            for (int partition = 0; partition < writers.length; partition++) {
                if (writers[partition] != null) {
                    for (byte[] block : writers[partition].take()) {
                        send.accept(partition, block);
                    }
                }
            }
        }
    }

    /** Which partition owns the counters of a scope. Part of the format of the stores: fixed once there is state. */
    static int destination(String scope, int partitions) {
        return Utils.toPositive(Utils.murmur2(scope.getBytes(StandardCharsets.UTF_8))) % partitions;
    }
}
