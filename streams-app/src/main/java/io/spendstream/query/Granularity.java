package io.spendstream.query;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** How long the buckets of an answer are. Hours, days, weeks (from Monday) and months are those of the query's zone. */
public enum Granularity {
    TOTAL("total"),
    QUARTER_HOUR("15m"),
    HOUR("hour"),
    DAY("day"),
    WEEK("week"),
    MONTH("month");

    private final String field;

    Granularity(String field) {
        this.field = field;
    }

    /** The name in queries and answers. */
    public String field() {
        return field;
    }

    public static Optional<Granularity> ofField(String field) {
        return Arrays.stream(values()).filter(g -> g.field.equals(field)).findFirst();
    }

    /** All names, from coarse to fine where that makes sense. */
    public static List<String> fields() {
        return Arrays.stream(values()).map(Granularity::field).toList();
    }
}
