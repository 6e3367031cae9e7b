package io.spendstream.rest;

import io.spendstream.access.Caller;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * How much may be under way at once: bytes of events, or queries. Takes no more than that, and never waits. Of it the
 * callers of the same tenants have half at most, so that one tenant cannot keep all others out; one thing at a time they
 * always have, however large. Callers for all tenants work for everybody and may have all of it.
 */
final class InFlight {

    private final long max;
    private final long shareMax;
    private long taken;
    private final Map<Set<String>, Long> byTenants = new HashMap<>();

    InFlight(long max) {
        this.max = max;
        this.shareMax = max / 2;
    }

    /** Whether there was room; if so, {@link #release} must follow with the same. */
    synchronized boolean tryTake(Caller caller, long amount) {
        if (taken + amount > max) {
            return false;
        }
        if (!caller.isForAllTenants()) {
            long own = byTenants.getOrDefault(caller.tenants(), 0L);
            if (own > 0 && own + amount > shareMax) {
                return false;
            }
            byTenants.put(caller.tenants(), own + amount);
        }
        taken += amount;
        return true;
    }

    synchronized void release(Caller caller, long amount) {
        taken -= amount;
        if (!caller.isForAllTenants()) {
            byTenants.computeIfPresent(caller.tenants(), (tenants, own) -> own > amount ? own - amount : null);
        }
    }
}
