package io.spendstream.usage;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The low-cardinality attributes that a cell of the spend cube is made of. The order is part of the format of deltas
 * and cells on disk: append only. Tags that are configured as dimensions come after these, in configured order.
 *
 * <p>{@code user} is not one of them: it has too many values to combine with the rest and has totals of its own, per
 * tenant, user and UTC day.
 */
public enum Dimension {
    TENANT("tenant"),
    FEATURE("feature"),
    MODEL("model"),
    PROVIDER("provider"),
    TEAM("team"),
    PROJECT("project"),
    ENVIRONMENT("environment"),
    USER_TIER("user_tier"),
    SERVICE_TIER("service_tier"),
    OPERATION("operation");

    private static final Dimension[] VALUES = values();
    public static final int COUNT = VALUES.length;

    private final String field;

    Dimension(String field) {
        this.field = field;
    }

    /** The name in events, queries and answers. */
    public String field() {
        return field;
    }

    public static Dimension at(int index) {
        return VALUES[index];
    }

    public static Optional<Dimension> ofField(String field) {
        return Arrays.stream(VALUES).filter(d -> d.field.equals(field)).findFirst();
    }

    /** All names, in order. */
    public static List<String> fields() {
        return Arrays.stream(VALUES).map(Dimension::field).toList();
    }
}
