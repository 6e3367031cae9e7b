package io.spendstream.usage;

import io.spendstream.v1.ServiceTier;
import io.spendstream.v1.Status;
import java.util.Map;

/**
 * A usage event on its way through the pipeline: the fields of {@code UsageEvent} in the form the stages work on.
 * A plain carrier, filled by whoever decodes the event and read by one thread; nothing here validates.
 */
public final class UsageRecord {

    /** No latency was given. */
    public static final long NO_LATENCY = -1;

    public String id;
    /** When the call ended, epoch milliseconds. */
    public long timeMs;
    /** Indexed by {@link Dimension#ordinal()}; null where the event does not say. */
    public final String[] dimensions = new String[Dimension.COUNT];
    /** Indexed by {@link Meter#ordinal()}. */
    public final long[] meters = new long[Meter.COUNT];

    public ServiceTier serviceTier = ServiceTier.STANDARD;
    public Status status = Status.SUCCESS;
    public String user;
    public String session;
    public String endpoint;
    public String requestId;
    public String escalatedFrom;
    public int attempt = 1;
    public boolean responseCached;
    public long latencyMs = NO_LATENCY;
    /** {@code null} where none was given. */
    public Double qualityScore;

    public long workUnits;
    /** Priced units besides tokens, by name. */
    public Map<String, Long> otherUnits = Map.of();

    public Map<String, Long> promptTokens = Map.of();
    public Map<String, String> tags = Map.of();

    public String dimension(Dimension dimension) {
        return dimensions[dimension.ordinal()];
    }

    public void dimension(Dimension dimension, String value) {
        dimensions[dimension.ordinal()] = value;
    }

    public long quantity(Meter meter) {
        return meters[meter.ordinal()];
    }

    public String tenant() {
        return dimensions[Dimension.TENANT.ordinal()];
    }

    public String model() {
        return dimensions[Dimension.MODEL.ordinal()];
    }
}
