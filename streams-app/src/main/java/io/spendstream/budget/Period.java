package io.spendstream.budget;

import io.spendstream.v1.BudgetPeriod;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.TemporalAdjusters;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;

/**
 * After which a budget's counter starts again. The windows of a period follow each other without gap or overlap, also
 * where clocks change: a day may have 23 or 25 hours, and a day that a zone skipped has no window.
 *
 * @param kind what it is
 * @param zone where its boundaries are
 * @param weekStart the first day of weeks
 * @param anchorDay the day on which months, quarters and years begin, 1 to 31; in shorter months their last day
 */
public record Period(BudgetPeriod kind, ZoneId zone, DayOfWeek weekStart, int anchorDay) {

    private static final Duration HOUR = Duration.ofHours(1);
    private static final int MONTHS_PER_QUARTER = 3;
    private static final int MONTHS_PER_YEAR = 12;

    public Period {
        if (anchorDay < 1 || anchorDay > 31) {
            throw new IllegalArgumentException("anchorDay must be between 1 and 31, not " + anchorDay);
        }
    }

    /** A period with weeks from Monday and months from their first day. */
    public static Period of(BudgetPeriod kind, ZoneId zone) {
        return new Period(kind, zone, DayOfWeek.MONDAY, 1);
    }

    /** The window that a time is in. */
    public Window windowOf(Instant time) {
        return switch (kind) {
            case HOUR -> hour(time);
            case DAY -> days(date(time), 1);
            case WEEK -> days(date(time).with(TemporalAdjusters.previousOrSame(weekStart)), 7);
            case MONTH -> months(date(time), 1);
            case QUARTER -> months(date(time), MONTHS_PER_QUARTER);
            case YEAR -> months(date(time), MONTHS_PER_YEAR);
            case LIFETIME -> Window.LIFETIME;
        };
    }

    /** The window before one of this period's; null before a lifetime. */
    public Window before(Window window) {
        return kind == BudgetPeriod.LIFETIME ? null : windowOf(window.start().minusMillis(1));
    }

    private LocalDate date(Instant time) {
        return time.atZone(zone).toLocalDate();
    }

    /** An hour of the clock; one that a change of clocks cuts off is a window of its own. */
    private Window hour(Instant time) {
        ZoneRules rules = zone.getRules();
        ZoneOffset offset = rules.getOffset(time);
        long seconds = time.getEpochSecond() + offset.getTotalSeconds();
        Instant start =
                Instant.ofEpochSecond(seconds - Math.floorMod(seconds, HOUR.toSeconds()) - offset.getTotalSeconds());
        Instant end = start.plus(HOUR);
        if (!rules.isFixedOffset()) {
            ZoneOffsetTransition before = rules.previousTransition(time.plusNanos(1));
            if (before != null && before.getInstant().isAfter(start)) {
                start = before.getInstant();
            }
            ZoneOffsetTransition after = rules.nextTransition(time);
            if (after != null && after.getInstant().isBefore(end)) {
                end = after.getInstant();
            }
        }
        return new Window(start, end);
    }

    private Window days(LocalDate first, int count) {
        return new Window(startOf(first), startOf(first.plusDays(count)));
    }

    private Window months(LocalDate date, int count) {
        YearMonth month = YearMonth.from(date);
        YearMonth first = month.minusMonths((month.getMonthValue() - 1) % count);
        if (date.isBefore(anchored(first))) {
            first = first.minusMonths(count);
        }
        return new Window(startOf(anchored(first)), startOf(anchored(first.plusMonths(count))));
    }

    private LocalDate anchored(YearMonth month) {
        return month.atDay(Math.min(anchorDay, month.lengthOfMonth()));
    }

    private Instant startOf(LocalDate date) {
        return date.atStartOfDay(zone).toInstant();
    }
}
