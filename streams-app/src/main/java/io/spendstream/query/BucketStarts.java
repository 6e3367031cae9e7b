package io.spendstream.query;

import io.spendstream.query.QueryFault.Reason;
import io.spendstream.usage.Resolution;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.Arrays;

/**
 * Where the buckets of an answer start: every hour, day, week or month of a zone that an interval touches. The buckets
 * lie side by side without gaps; days have 23 or 25 hours where the zone says so. An hour that a clock change cuts (by
 * 30 minutes on Lord Howe Island) becomes two buckets, as its parts are different hours by the clock.
 */
final class BucketStarts {

    /** Most buckets of one answer. */
    static final int BUCKETS_MAX = 100_000;

    private final ZoneId zone;
    private final ZoneRules rules;
    private final Granularity granularity;
    private long[] starts = new long[64];
    private int count;

    private BucketStarts(ZoneId zone, Granularity granularity) {
        this.zone = zone;
        this.rules = zone.getRules();
        this.granularity = granularity;
    }

    /**
     * @param fromMs on a quarter-hour, epoch milliseconds
     * @param toMs later than {@code fromMs}
     * @return starts in order; the first is at or before {@code fromMs}, the others are inside
     */
    static long[] of(long fromMs, long toMs, ZoneId zone, Granularity granularity) {
        BucketStarts buckets = new BucketStarts(zone, granularity);
        switch (granularity) {
            case TOTAL -> buckets.add(fromMs);
            case QUARTER_HOUR -> buckets.addQuarterHours(fromMs, toMs);
            case HOUR -> buckets.addHours(fromMs, toMs);
            case DAY, WEEK, MONTH -> buckets.addDates(fromMs, toMs);
        }
        return Arrays.copyOf(buckets.starts, buckets.count);
    }

    private void addQuarterHours(long fromMs, long toMs) {
        for (long start = fromMs; start < toMs; start += Resolution.QUARTER_HOUR.sizeMs()) {
            add(start);
        }
    }

    private void addHours(long fromMs, long toMs) {
        Instant from = Instant.ofEpochMilli(fromMs);
        long start = fromMs - msIntoHour(from);
        ZoneOffsetTransition last = rules.previousTransition(from.plusMillis(1));
        add(last == null ? start : Math.max(start, firstQuarterHourOf(last)));
        ZoneOffsetTransition change = rules.nextTransition(from);
        long at = fromMs;
        while (at < toMs) {
            long next = at + 3_600_000L - msIntoHour(Instant.ofEpochMilli(at));
            if (change != null && firstQuarterHourOf(change) <= next) {
                next = firstQuarterHourOf(change);
                change = rules.nextTransition(change.getInstant());
            }
            if (next > at && next < toMs) {
                add(next);
            }
            at = next;
        }
    }

    private void addDates(long fromMs, long toMs) {
        LocalDate date = firstDate(Instant.ofEpochMilli(fromMs).atZone(zone).toLocalDate());
        long start = startOf(date);
        while (start < toMs) {
            // A date that a zone skipped starts when the next one does, and holds nothing.
            if (start <= fromMs) {
                count = 0;
            }
            if (count == 0 || start > starts[count - 1]) {
                add(start);
            }
            date = nextDate(date);
            start = startOf(date);
        }
    }

    private LocalDate firstDate(LocalDate date) {
        return switch (granularity) {
            case WEEK -> date.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
            case MONTH -> date.withDayOfMonth(1);
            default -> date;
        };
    }

    private LocalDate nextDate(LocalDate date) {
        return switch (granularity) {
            case WEEK -> date.plusWeeks(1);
            case MONTH -> date.plusMonths(1);
            default -> date.plusDays(1);
        };
    }

    private long startOf(LocalDate date) {
        return date.atStartOfDay(zone).toInstant().toEpochMilli();
    }

    private long msIntoHour(Instant instant) {
        long localSeconds = instant.getEpochSecond() + rules.getOffset(instant).getTotalSeconds();
        return Math.floorMod(localSeconds, 3_600L) * 1_000;
    }

    /** A clock change at 00:01, as in Newfoundland until 2011, takes effect with the next quarter-hour. */
    private static long firstQuarterHourOf(ZoneOffsetTransition change) {
        long size = Resolution.QUARTER_HOUR.sizeMs();
        return Math.floorDiv(change.getInstant().toEpochMilli() + size - 1, size) * size;
    }

    private void add(long start) {
        if (count == BUCKETS_MAX) {
            throw new QueryRefused(
                    "granularity",
                    Reason.TOO_LARGE,
                    "'" + granularity.field() + "' makes more than " + BUCKETS_MAX
                            + " buckets between from and to; ask for a coarser one or a shorter time");
        }
        if (start % Resolution.QUARTER_HOUR.sizeMs() != 0) {
            throw new QueryRefused(
                    "zone",
                    Reason.BAD_VALUE,
                    "'" + zone.getId() + "' is not whole quarter-hours from UTC; spend is kept by the quarter-hour");
        }
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, count * 2);
        }
        starts[count++] = start;
    }
}
