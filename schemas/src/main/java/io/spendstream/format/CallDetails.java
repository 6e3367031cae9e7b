package io.spendstream.format;

import io.spendstream.v1.ServiceTier;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What a caller knows of a model call and the provider's response does not say: whose it was, what for, when it ended.
 * Fields are those of a usage event; one that is set here goes before what the response says. Immutable.
 */
public final class CallDetails {

    /** Nothing known. */
    public static final CallDetails NONE = builder().build();

    /** Before the name of a tag in {@link Builder#set}. */
    public static final String TAG_PREFIX = "tag.";

    private static final List<String> TEXTS = List.of(
            "id",
            "tenant",
            "feature",
            "model",
            "provider",
            "team",
            "project",
            "environment",
            "user",
            "user_tier",
            "session",
            "endpoint",
            "operation",
            "request_id",
            "escalated_from");

    private static final List<String> OTHERS =
            List.of("time", "service_tier", "attempt", "latency_ms", "quality_score", "work_units");

    private final Map<String, Object> fields;
    private final Map<String, String> tags;

    private CallDetails(Map<String, Object> fields, Map<String, String> tags) {
        this.fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
        this.tags = Collections.unmodifiableMap(new LinkedHashMap<>(tags));
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Names of all fields that {@link Builder#set} takes, besides {@code tag.<name>}. */
    public static TreeSet<String> fieldNames() {
        TreeSet<String> names = new TreeSet<>(TEXTS);
        names.addAll(OTHERS);
        return names;
    }

    static boolean isField(String name) {
        return TEXTS.contains(name) || OTHERS.contains(name) || name.startsWith(TAG_PREFIX);
    }

    /** By field of a usage event, as it is there. */
    Map<String, Object> fields() {
        return fields;
    }

    Map<String, String> tags() {
        return tags;
    }

    /** Collects details; null takes a field back. */
    public static final class Builder {

        private final Map<String, Object> fields = new LinkedHashMap<>();
        private final Map<String, String> tags = new LinkedHashMap<>();

        private Builder() {}

        /** The event's id in place of the response's own: for one response alone. */
        public Builder id(String id) {
            return put("id", id);
        }

        /** When the call ended. */
        public Builder time(Instant time) {
            return put("time", time);
        }

        public Builder tenant(String tenant) {
            return put("tenant", tenant);
        }

        public Builder feature(String feature) {
            return put("feature", feature);
        }

        public Builder model(String model) {
            return put("model", model);
        }

        public Builder provider(String provider) {
            return put("provider", provider);
        }

        public Builder team(String team) {
            return put("team", team);
        }

        public Builder project(String project) {
            return put("project", project);
        }

        public Builder environment(String environment) {
            return put("environment", environment);
        }

        public Builder user(String user) {
            return put("user", user);
        }

        public Builder userTier(String userTier) {
            return put("user_tier", userTier);
        }

        public Builder session(String session) {
            return put("session", session);
        }

        public Builder endpoint(String endpoint) {
            return put("endpoint", endpoint);
        }

        public Builder operation(String operation) {
            return put("operation", operation);
        }

        public Builder requestId(String requestId) {
            return put("request_id", requestId);
        }

        public Builder attempt(int attempt) {
            return put("attempt", attempt);
        }

        public Builder escalatedFrom(String model) {
            return put("escalated_from", model);
        }

        public Builder serviceTier(ServiceTier tier) {
            return put("service_tier", tier);
        }

        public Builder latencyMs(long latencyMs) {
            return put("latency_ms", latencyMs);
        }

        public Builder qualityScore(double score) {
            return put("quality_score", score);
        }

        public Builder workUnits(long units) {
            return put("work_units", units);
        }

        public Builder tag(String name, String value) {
            tags.put(name, value);
            return this;
        }

        /**
         * Sets a field of a usage event from text, as parameters and attributes have it.
         *
         * @param field a name of {@link #fieldNames}, or {@code tag.} and a tag's name
         * @throws IllegalArgumentException where there is no such field, or the text is not what it takes; the message
         *     says what it takes
         */
        public Builder set(String field, String text) {
            if (TEXTS.contains(field)) {
                return put(field, text);
            }
            if (field.startsWith(TAG_PREFIX) && field.length() > TAG_PREFIX.length()) {
                return tag(field.substring(TAG_PREFIX.length()), text);
            }
            return switch (field) {
                case "time" -> time(instant(text));
                case "service_tier" -> serviceTier(tier(text));
                case "attempt" -> attempt((int) whole(text, Integer.MAX_VALUE));
                case "latency_ms" -> latencyMs(whole(text, Long.MAX_VALUE));
                case "work_units" -> workUnits(whole(text, Long.MAX_VALUE));
                case "quality_score" -> qualityScore(number(text));
                default ->
                    throw new IllegalArgumentException("is not a field that can be given; these can: "
                            + String.join(", ", fieldNames()) + ", and tag.<name>");
            };
        }

        public CallDetails build() {
            return new CallDetails(fields, tags);
        }

        private Builder put(String field, Object value) {
            if (value == null) {
                fields.remove(field);
            } else {
                fields.put(field, value);
            }
            return this;
        }

        private static Instant instant(String text) {
            try {
                return Times.instant(text);
            } catch (DateTimeParseException e) {
                throw new IllegalArgumentException("'" + Texts.shortened(text)
                        + "' is not a time of RFC 3339 with its offset, such as 2026-11-21T10:15:30.123Z");
            }
        }

        private static ServiceTier tier(String text) {
            return Arrays.stream(ServiceTier.values())
                    .filter(tier -> tier.name().equalsIgnoreCase(text))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(
                            "'" + Texts.shortened(text) + "' is not one of " + Arrays.toString(ServiceTier.values())));
        }

        private static long whole(String text, long max) {
            try {
                long value = Long.parseLong(text);
                if (value >= 0 && value <= max) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // told below
            }
            throw new IllegalArgumentException("'" + Texts.shortened(text) + "' is no whole number from 0 on");
        }

        private static double number(String text) {
            try {
                return Double.parseDouble(text);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("'" + Texts.shortened(text) + "' is no number");
            }
        }
    }
}
