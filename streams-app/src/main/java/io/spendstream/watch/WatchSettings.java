package io.spendstream.watch;

import java.time.Duration;

/**
 * How counters are kept.
 *
 * @param settleEvery how often counters in memory are written down and their status is published
 * @param groupsMax counters of one scope in one period; more share one
 * @param kept how long a counter is kept after its period: at least as long as events may be late
 */
public record WatchSettings(Duration settleEvery, int groupsMax, Duration kept) {

    public static final WatchSettings DEFAULT = new WatchSettings(Duration.ofSeconds(1), 10_000, Duration.ofDays(40));

    public WatchSettings {
        if (settleEvery.toMillis() < 10 || groupsMax < 1 || kept.isNegative()) {
            throw new IllegalArgumentException("counters need 10 ms between settlings, 1 group and 0 days or more, not "
                    + settleEvery + ", " + groupsMax + ", " + kept);
        }
    }
}
