package io.spendstream.budget;

import io.spendstream.usage.Dimension;
import io.spendstream.usage.UsageRecord;
import java.util.HashMap;
import java.util.Map;

/** What a call says about itself: the value of a field of the budget language, or null where it does not say. */
@FunctionalInterface
public interface Attributes {

    String USER = "user";
    String SESSION = "session";
    String ENDPOINT = "endpoint";
    /** Before a tag's key. */
    String TAGS = "tags.";

    /** @param field a dimension, {@code user}, {@code session}, {@code endpoint} or {@code tags.<key>} */
    String value(String field);

    /** Those of a usage event: a view of it. */
    static Attributes of(UsageRecord event) {
        return field -> {
            Dimension dimension = Fields.DIMENSIONS.get(field);
            if (dimension != null) {
                return event.dimension(dimension);
            }
            return switch (field) {
                case USER -> event.user;
                case SESSION -> event.session;
                case ENDPOINT -> event.endpoint;
                default -> field.startsWith(TAGS) ? event.tags.get(field.substring(TAGS.length())) : null;
            };
        };
    }

    /** The names of the dimensions, found by one hash look-up. */
    final class Fields {

        private static final Map<String, Dimension> DIMENSIONS = dimensions();

        private Fields() {}

        private static Map<String, Dimension> dimensions() {
            Map<String, Dimension> byField = new HashMap<>();
            for (Dimension dimension : Dimension.values()) {
                byField.put(dimension.field(), dimension);
            }
            return Map.copyOf(byField);
        }

        /** Whether the budget language knows a field. */
        static boolean isKnown(String field) {
            return DIMENSIONS.containsKey(field)
                    || field.equals(USER)
                    || field.equals(SESSION)
                    || field.equals(ENDPOINT)
                    || (field.startsWith(TAGS) && field.length() > TAGS.length());
        }
    }
}
