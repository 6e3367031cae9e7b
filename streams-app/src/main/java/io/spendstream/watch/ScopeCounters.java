package io.spendstream.watch;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The groups of one scope, and where their amounts come from. */
final class ScopeCounters {

    /** Each value of the group that is shared by those past the limit. */
    static final String OTHER = "__other__";

    private static final long DAY_MS = 86_400_000;

    /**
     * What a source could sum when it opened the scope.
     *
     * @param exactFromMs windows that begin from then on are exact, and those before that begin with a UTC day
     * @param knownFromMs nothing before is counted
     */
    record Source(long exactFromMs, long knownFromMs) {}

    /**
     * A day of the scope's zone.
     *
     * @param beforeMs start of the day before it
     * @param endMs exclusive
     */
    record Day(long beforeMs, long startMs, long endMs) {

        static Day of(long epochMs, ZoneId zone) {
            LocalDate date = Instant.ofEpochMilli(epochMs).atZone(zone).toLocalDate();
            return new Day(startOf(date.minusDays(1), zone), startOf(date, zone), startOf(date.plusDays(1), zone));
        }

        private static long startOf(LocalDate date, ZoneId zone) {
            return date.atStartOfDay(zone).toInstant().toEpochMilli();
        }
    }

    final String id;
    final Map<List<String>, Group> groups = new HashMap<>();
    final Map<Integer, Source> sources = new TreeMap<>();
    /** Budgets whose status was published, until they are gone and that was published too. */
    final Set<String> published = new TreeSet<>();
    /** How many counters each period has, by start; of those that were asked for. */
    final Map<Long, Integer> counterCounts = new HashMap<>();

    /** Whether the store may have alerts of it: where nothing was ever told, none are looked for. */
    boolean hasAlerts;

    /** The start of the day, in the scope's zone, as of which statuses were published last. */
    long shownOnDayMs = Long.MIN_VALUE;

    /** The day that was asked for last. */
    private Day day = new Day(0, 0, 0);

    ScopeCounters(String id) {
        this.id = id;
    }

    static boolean isOverflow(List<String> values) {
        return !values.isEmpty() && values.stream().allMatch(OTHER::equals);
    }

    static List<String> overflow(int size) {
        return Collections.nCopies(size, OTHER);
    }

    /** The day that a time is in, which is the one that was asked for last nearly always. */
    Day dayOf(long epochMs, ZoneId zone) {
        if (epochMs < day.startMs() || epochMs >= day.endMs()) {
            day = Day.of(epochMs, zone);
        }
        return day;
    }

    /** From when on the spend of a period is counted; its start where all of it is. */
    long measuredFromMs(long startMs) {
        long from = startMs;
        for (Source source : sources.values()) {
            if (startMs < source.exactFromMs()) {
                from = Math.max(from, -Math.floorDiv(-startMs, DAY_MS) * DAY_MS);
            }
            from = Math.max(from, source.knownFromMs());
        }
        return from;
    }
}
