package io.spendstream.query;

import io.spendstream.query.QueryFault.Reason;
import io.spendstream.usage.Resolution;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How buckets of the cube add up to the answer of a query: whole UTC days where all of a day falls into one row,
 * quarter-hours elsewhere, every moment exactly once. Immutable.
 */
public final class BucketPlan {

    /**
     * A run of buckets to read, {@code fromBucket <= bucket < toBucket}.
     *
     * @param rows index of the row that each bucket adds to
     */
    public record Scan(Resolution resolution, long fromBucket, long toBucket, int[] rows) {

        /** The row that a bucket of this scan adds to. */
        public int row(long bucket) {
            return rows[(int) (bucket - fromBucket)];
        }

        private Instant start() {
            return Instant.ofEpochMilli(resolution.startMs(fromBucket));
        }
    }

    private final SpendQuery query;
    private final long fromMs;
    private final long toMs;
    private final long[] starts;
    private final List<Scan> scans;

    private BucketPlan(SpendQuery query, long fromMs, long toMs) {
        this.query = query;
        this.fromMs = fromMs;
        this.toMs = toMs;
        this.starts = BucketStarts.of(fromMs, toMs, query.zone(), query.granularity());
        this.scans = List.copyOf(scan());
    }

    /** @throws QueryRefused where there would be too many buckets, or the zone is not whole quarter-hours from UTC */
    public static BucketPlan of(SpendQuery query) {
        Resolution unit = query.isAboutUsers() ? Resolution.DAY : Resolution.QUARTER_HOUR;
        long from = unit.startMs(unit.bucketOf(query.from().toEpochMilli()));
        // A millisecond before the next one: to is exclusive, and instants may be finer than milliseconds.
        long lastMs = query.to().minusNanos(1).toEpochMilli();
        return new BucketPlan(query, from, unit.startMs(unit.bucketOf(lastMs) + 1));
    }

    /** Start of what is summed, inclusive. */
    public Instant from() {
        return Instant.ofEpochMilli(fromMs);
    }

    /** End of what is summed, exclusive. */
    public Instant to() {
        return Instant.ofEpochMilli(toMs);
    }

    /** Number of buckets in the answer. */
    public int rows() {
        return starts.length;
    }

    /**
     * Start of a row's bucket, epoch milliseconds. The first hour, day, week or month may have started before
     * {@link #from()}; its row holds only what lies inside.
     */
    public long startMs(int row) {
        return starts[row];
    }

    /** What to read, in order of time, side by side. */
    public List<Scan> scans() {
        return scans;
    }

    /** @throws QueryRefused where a bucket that is needed may be gone; says what would work */
    public void requireKept(Retention retention, Instant now) {
        requireKept(Resolution.DAY, now.minus(retention.days()), retention.days());
        requireKept(Resolution.QUARTER_HOUR, now.minus(retention.quarterHours()), retention.quarterHours());
    }

    private void requireKept(Resolution resolution, Instant since, Duration kept) {
        for (Scan scan : scans) {
            if (scan.resolution() == resolution && scan.start().isBefore(since)) {
                throw new QueryRefused("from", Reason.NOT_KEPT, notKept(scan, since, kept));
            }
        }
    }

    private String notKept(Scan scan, Instant since, Duration kept) {
        String keptSince = "are kept for " + kept.toDays() + " days, since " + since;
        if (scan.resolution() == Resolution.DAY) {
            return "days " + keptSince + "; ask from then on";
        }
        Resolution day = Resolution.DAY;
        return "this needs quarter-hours at " + scan.start() + ", which " + keptSince
                + ". What works: a from after that, or whole UTC days (zone=UTC, granularity total, day, week or month,"
                + " from=" + Instant.ofEpochMilli(day.startMs(day.bucketOf(fromMs))) + " and to="
                + Instant.ofEpochMilli(day.startMs(day.bucketOf(toMs - 1) + 1)) + ")";
    }

    private List<Scan> scan() {
        List<Scan> found = new ArrayList<>();
        Resolution day = Resolution.DAY;
        long at = fromMs;
        while (at < toMs) {
            boolean whole = isWholeDay(at);
            long end = at;
            while (end < toMs && isWholeDay(end) == whole) {
                end = whole ? end + day.sizeMs() : Math.min(toMs, day.startMs(day.bucketOf(end) + 1));
            }
            found.add(scan(whole ? day : Resolution.QUARTER_HOUR, at, end));
            at = end;
        }
        return found;
    }

    /** Whether a UTC day starts here, ends inside, and falls into one row. */
    private boolean isWholeDay(long startMs) {
        long endMs = startMs + Resolution.DAY.sizeMs();
        return startMs % Resolution.DAY.sizeMs() == 0
                && endMs <= toMs
                && rowAt(startMs) == rowAt(endMs - Resolution.QUARTER_HOUR.sizeMs());
    }

    private Scan scan(Resolution resolution, long startMs, long endMs) {
        long from = resolution.bucketOf(startMs);
        long to = resolution.bucketOf(endMs);
        int[] rows = new int[(int) (to - from)];
        int row = rowAt(startMs);
        for (int i = 0; i < rows.length; i++) {
            long bucketStartMs = resolution.startMs(from + i);
            while (row + 1 < starts.length && starts[row + 1] <= bucketStartMs) {
                row++;
            }
            rows[i] = row;
        }
        return new Scan(resolution, from, to, rows);
    }

    private int rowAt(long ms) {
        int found = Arrays.binarySearch(starts, ms);
        return found >= 0 ? found : -found - 2;
    }

    @Override
    public String toString() {
        return query + " in " + scans.size() + " scans";
    }
}
