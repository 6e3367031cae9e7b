package io.spendstream.detect;

import java.util.Comparator;

/**
 * What detectors tell apart: all calls that have these in common.
 *
 * @param team null where calls do not say
 */
record Combination(String tenant, String feature, String team, String model) {

    static final Comparator<Combination> ORDER = Comparator.comparing(Combination::tenant)
            .thenComparing(Combination::feature)
            .thenComparing(Combination::team, Comparator.nullsFirst(Comparator.naturalOrder()))
            .thenComparing(Combination::model);
}
