package io.spendstream.acceptance.bench;

import io.spendstream.v1.ServiceTier;
import io.spendstream.v1.Status;
import io.spendstream.v1.UsageEvent;
import java.util.Map;
import java.util.SplittableRandom;

/** What the sources of events start from. */
final class Blank {

    private Blank() {}

    /** An event with the schema's defaults, and without those fields that have none. */
    static UsageEvent event() {
        UsageEvent event = new UsageEvent();
        event.setTenant("acme");
        event.setOperation("chat");
        event.setServiceTier(ServiceTier.STANDARD);
        event.setStatus(Status.SUCCESS);
        event.setAttempt(1);
        event.setOtherUnits(Map.of());
        event.setPromptTokens(Map.of());
        event.setTags(Map.of());
        return event;
    }

    /** Chance for one index: neighbouring indices get unrelated throws. */
    static SplittableRandom dice(long seed, long index) {
        return new SplittableRandom(mixed(seed ^ mixed(index)));
    }

    /** The finalizer of SplitMix64. No two inputs have the same output. */
    static long mixed(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
