package io.spendstream.watch;

import java.time.Duration;

/**
 * How counters are kept.
 *
 * @param publishEvery how often the status of counters that changed is published
 * @param groupsMax counters of one scope in one period; more share one
 * @param kept how long a counter is kept after its period: at least as long as events may be late
 */
public record WatchSettings(Duration publishEvery, int groupsMax, Duration kept) {

    public static final WatchSettings DEFAULT = new WatchSettings(Duration.ofSeconds(1), 10_000, Duration.ofDays(40));

    public WatchSettings {
        if (publishEvery.toMillis() < 10 || groupsMax < 1 || kept.isNegative()) {
            throw new IllegalArgumentException("counters need 10 ms between statuses, 1 group and 0 days or more, not "
                    + publishEvery + ", " + groupsMax + ", " + kept);
        }
    }
}
