package io.spendstream.anomaly;

/**
 * Whose spend is judged: a tenant's, or that of one of its features, teams or models.
 *
 * @param value the feature, team or model; empty for the tenant itself
 */
public record Scope(String tenant, Kind kind, String value) {

    /** The order is part of the format on disk: append only. */
    public enum Kind {
        TENANT("tenant"),
        FEATURE("feature"),
        TEAM("team"),
        MODEL("model");

        private final String field;

        Kind(String field) {
            this.field = field;
        }

        /** Its name among the dimensions. */
        public String field() {
            return field;
        }
    }

    public Scope {
        if (kind == Kind.TENANT && !value.isEmpty()) {
            throw new IllegalArgumentException("the scope of a whole tenant has no value, not " + value);
        }
    }

    public static Scope tenant(String tenant) {
        return new Scope(tenant, Kind.TENANT, "");
    }

    /** Such as {@code feature chat of tenant acme}. */
    @Override
    public String toString() {
        return kind == Kind.TENANT ? "tenant " + tenant : kind.field() + " " + value + " of tenant " + tenant;
    }
}
