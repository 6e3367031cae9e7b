package io.spendstream.rollup;

import io.spendstream.usage.Resolution;
import java.util.Set;

/** One partition's share of the spend cube. Safe to call from any thread. */
public interface CellReader {

    /** The partition of the cube whose cells these are. */
    int partition();

    /**
     * Visits every cell with {@code fromBucket <= bucket < toBucket}.
     *
     * @param tenants the tenants to visit, or null for all
     * @param features the features to visit, or null for all
     */
    void cells(
            Resolution resolution,
            long fromBucket,
            long toBucket,
            Set<String> tenants,
            Set<String> features,
            CellVisitor visitor);

    /**
     * Visits the totals of every (tenant, user) on the UTC days {@code fromDay <= day < toDay}.
     *
     * @param tenants the tenants to visit, or null for all
     */
    void users(long fromDay, long toDay, Set<String> tenants, UserVisitor visitor);
}
