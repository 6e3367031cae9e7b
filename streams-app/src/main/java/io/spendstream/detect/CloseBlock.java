package io.spendstream.detect;

import io.spendstream.anomaly.Figure;
import io.spendstream.combine.ByteSink;
import io.spendstream.combine.ByteSource;
import io.spendstream.combine.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What one task of the cube, or of the events, knows of quarter-hours that it has closed, for one destination.
 *
 * <p>Format 1: a byte 1; the source; the count of texts and the texts; then entries until the end. An entry is a byte:
 * 0 amounts (the quarter-hour in which they came, that which they are of, tenant, feature, team and model as text numbers,
 * the team's + 1 or 0 for none, figures), 1 users (tenant, epoch day, cost of all), 2 user (tenant, user, cost) for each
 * of the list that begins there, 3 outlier (the quarter-hour it came in, tenant, feature and model as text numbers, an
 * {@link Outlier}), 4 closed (the first quarter-hour that is open). Tasks of the cube send all but outliers; those of
 * events send outliers, and what they have closed.
 */
final class CloseBlock {

    private static final int FORMAT = 1;
    private static final int AMOUNTS = 0;
    private static final int USERS = 1;
    private static final int USER = 2;
    private static final int OUTLIER = 3;
    private static final int CLOSED = 4;
    private static final int BYTES_MAX = 400_000;

    private CloseBlock() {}

    /** Takes the entries of a block, in their order. */
    interface Reader {

        /**
         * @param cameIn the quarter-hour in which they came: that which they are of, or a later one where they came late
         * @param figures at {@link Figure#ordinal()}; a new array for each call
         */
        void amounts(int source, long cameIn, long quarterHour, Combination of, long[] figures);

        /**
         * The source's list of a tenant's users begins anew.
         *
         * @param costOfAll of the users of the source on the day, also those without a name. Nano-USD
         */
        void users(int source, String tenant, long day, long costOfAll);

        /** @param cost of the user's day so far, in nano-USD */
        void user(int source, String tenant, String user, long cost);

        /** Requests that stand out; the combination has no team. */
        void outlier(long cameIn, Combination of, Outlier outlier);

        /** All that the source will say of the quarter-hours before {@code open} has been read. */
        void closed(int source, long open);
    }

    /** @throws IllegalStateException where the bytes are not a block of a known format */
    static void read(byte[] block, Reader reader) {
        ByteSource in = new ByteSource(block);
        int format = in.readByte();
        if (format != FORMAT) {
            throw new IllegalStateException("a block of closed quarter-hours has format " + format
                    + ", this release reads " + FORMAT + ": it was written by a newer release, which must read it");
        }
        int source = (int) in.readVarint();
        TextTable.Read texts = TextTable.Read.from(in);
        while (in.hasMore()) {
            int kind = in.readByte();
            switch (kind) {
                case AMOUNTS -> {
                    long cameIn = in.readSigned();
                    long quarterHour = in.readSigned();
                    Combination of = new Combination(
                            texts.text(in.readCount()),
                            texts.text(in.readCount()),
                            texts.textOrNull(in.readCount()),
                            texts.text(in.readCount()));
                    long[] figures = new long[Figure.COUNT];
                    in.readMeasures(figures);
                    reader.amounts(source, cameIn, quarterHour, of, figures);
                }
                case USERS -> reader.users(source, texts.text(in.readCount()), in.readSigned(), in.readSigned());
                case USER -> reader.user(source, texts.text(in.readCount()), in.readText(), in.readSigned());
                case OUTLIER ->
                    reader.outlier(
                            in.readSigned(),
                            new Combination(
                                    texts.text(in.readCount()),
                                    texts.text(in.readCount()),
                                    null,
                                    texts.text(in.readCount())),
                            Outlier.readFrom(in));
                case CLOSED -> reader.closed(source, in.readSigned());
                default ->
                    throw new IllegalStateException("a block of closed quarter-hours holds an entry of kind " + kind
                            + ": its bytes are damaged, or a newer release wrote it");
            }
        }
    }

    /** Gathers entries for one destination. */
    static final class Writer {

        private final int source;
        private final TextTable texts = new TextTable();
        private final ByteSink entries = new ByteSink(1024);
        private final List<byte[]> full = new ArrayList<>();

        Writer(int source) {
            this.source = source;
        }

        void amounts(long cameIn, long quarterHour, Combination of, long[] figures) {
            entries.writeByte(AMOUNTS)
                    .writeSigned(cameIn)
                    .writeSigned(quarterHour)
                    .writeVarint(texts.number(of.tenant()))
                    .writeVarint(texts.number(of.feature()))
                    .writeVarint(texts.numberOrNone(of.team()))
                    .writeVarint(texts.number(of.model()))
                    .writeMeasures(figures, Map.of());
            cutWhereFull();
        }

        void users(String tenant, long day, long costOfAll) {
            entries.writeByte(USERS)
                    .writeVarint(texts.number(tenant))
                    .writeSigned(day)
                    .writeSigned(costOfAll);
            cutWhereFull();
        }

        void user(String tenant, String user, long cost) {
            entries.writeByte(USER)
                    .writeVarint(texts.number(tenant))
                    .writeText(user)
                    .writeSigned(cost);
            cutWhereFull();
        }

        void outlier(long cameIn, Combination of, Outlier outlier) {
            entries.writeByte(OUTLIER)
                    .writeSigned(cameIn)
                    .writeVarint(texts.number(of.tenant()))
                    .writeVarint(texts.number(of.feature()))
                    .writeVarint(texts.number(of.model()));
            outlier.writeTo(entries);
            cutWhereFull();
        }

        void closed(long open) {
            entries.writeByte(CLOSED).writeSigned(open);
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

        private void cutWhereFull() {
            if (entries.size() + texts.bytes() >= BYTES_MAX) {
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
        }
    }
}
