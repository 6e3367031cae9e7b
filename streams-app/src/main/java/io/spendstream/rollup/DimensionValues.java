package io.spendstream.rollup;

import io.spendstream.usage.Dimension;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.kafka.common.utils.Bytes;

/**
 * The values that each dimension has had for each tenant in one partition: a bound on the cube's size, and the list of
 * what there is to scan. Past the limit a value becomes {@link #OTHER}, for good, so that a cell's later corrections
 * find it again. Written by one thread, read by many.
 */
final class DimensionValues {

    static final String OTHER = "__other__";

    private final int valuesMax;
    private final Consumer<Bytes> remember;
    private final Runnable overflow;
    private final List<Map<String, Set<String>>> byDimension = new ArrayList<>();

    /**
     * @param remember stores the key of a new value
     * @param overflow is told of each value that was not taken
     */
    DimensionValues(int dimensionCount, int valuesMax, Consumer<Bytes> remember, Runnable overflow) {
        this.valuesMax = valuesMax;
        this.remember = remember;
        this.overflow = overflow;
        for (int i = 0; i < dimensionCount; i++) {
            byDimension.add(new ConcurrentHashMap<>());
        }
    }

    /** Takes a value back that was stored before. */
    void restore(Bytes key) {
        CellKeys.Parts parts = new CellKeys.Parts(key);
        parts.kind();
        int dimension = parts.kind();
        String tenant = parts.text();
        if (dimension < byDimension.size()) {
            values(dimension, tenant).add(parts.text());
        }
    }

    /**
     * Replaces the values that are past the limit. Not the tenant, which says whose money it is, nor the service tier,
     * which has four values.
     */
    void limit(String[] dimensions) {
        String tenant = dimensions[Dimension.TENANT.ordinal()];
        know(tenant);
        for (int i = Dimension.FEATURE.ordinal(); i < dimensions.length; i++) {
            String value = dimensions[i];
            if (value != null && i != Dimension.SERVICE_TIER.ordinal() && !admit(i, tenant, value)) {
                dimensions[i] = OTHER;
                overflow.run();
            }
        }
    }

    /** Notes that a tenant has something in this partition. */
    void know(String tenant) {
        admit(Dimension.TENANT.ordinal(), tenant, tenant);
    }

    Set<String> tenants() {
        return byDimension.get(Dimension.TENANT.ordinal()).keySet();
    }

    Set<String> features(String tenant) {
        return byDimension.get(Dimension.FEATURE.ordinal()).getOrDefault(tenant, Set.of());
    }

    private boolean admit(int dimension, String tenant, String value) {
        Set<String> known = values(dimension, tenant);
        if (known.contains(value)) {
            return true;
        }
        boolean other = value.equals(OTHER);
        if (known.size() >= valuesMax && !other) {
            admit(dimension, tenant, OTHER);
            return false;
        }
        known.add(value);
        remember.accept(CellKeys.value(dimension, tenant, value));
        return true;
    }

    private Set<String> values(int dimension, String tenant) {
        return byDimension.get(dimension).computeIfAbsent(tenant, t -> ConcurrentHashMap.newKeySet());
    }

    /** For tests and metrics: how many values are known. */
    Map<String, Integer> sizes(Dimension dimension) {
        Map<String, Integer> sizes = new HashMap<>();
        byDimension.get(dimension.ordinal()).forEach((tenant, values) -> sizes.put(tenant, values.size()));
        return sizes;
    }
}
