package io.spendstream;

import io.spendstream.usage.Dimension;
import io.spendstream.usage.Measure;
import io.spendstream.usage.MeteredUsage;
import io.spendstream.usage.UsageRecord;
import java.util.Map;

/** Events and what they add, in few words, for tests. */
public final class Usages {

    /** A quarter-hour, and a day, begin here. */
    public static final long MIDNIGHT_MS = 1_795_219_200_000L; // 2026-11-21T00:00:00Z

    private Usages() {}

    /** A valid event of the tenant {@code default}. */
    public static UsageRecord event(String feature, String model, String user, long timeMs) {
        UsageRecord event = new UsageRecord();
        event.id = "e";
        event.timeMs = timeMs;
        event.dimension(Dimension.TENANT, "default");
        event.dimension(Dimension.FEATURE, feature);
        event.dimension(Dimension.MODEL, model);
        event.dimension(Dimension.OPERATION, "chat");
        event.dimension(Dimension.SERVICE_TIER, "STANDARD");
        event.user = user;
        return event;
    }

    /** One request of a cost. */
    public static MeteredUsage costing(UsageRecord event, long nanoUsd) {
        long[] measures = new long[Measure.COUNT];
        measures[Measure.REQUESTS.ordinal()] = 1;
        measures[Measure.COST.ordinal()] = nanoUsd;
        return new MeteredUsage(event, measures, Map.of());
    }
}
