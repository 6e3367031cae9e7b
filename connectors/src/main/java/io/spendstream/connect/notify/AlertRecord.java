package io.spendstream.connect.notify;

import io.spendstream.connect.AlertUnits;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.sink.SinkRecord;

/**
 * A change of an alert, as it is on the topics of alerts.
 *
 * @param source the partition that it came from, which all changes of the alert do
 * @param tell whether people are to be told of this change: the record's {@code notify}
 * @param fields by the names, in the order and in the units of {@code GET /v1/alerts}: money as exact decimals of USD,
 *     times as RFC 3339 texts; without {@code acknowledged}, which is not in the record
 */
record AlertRecord(
        TopicPartition source,
        String id,
        String kind,
        State state,
        Severity severity,
        boolean tell,
        String tenant,
        Instant openedAt,
        Instant changedAt,
        String summary,
        Map<String, String> scope,
        Map<String, String> labels,
        Map<String, Object> fields) {

    static final String SCHEMA = "io.spendstream.v1.Alert";

    /** Of the key of a transition, in hexadecimal digits. */
    private static final int KEY_DIGITS = 32;

    enum State {
        OPEN,
        ESCALATED,
        RESOLVED
    }

    /** From the least urgent to the most. */
    enum Severity {
        INFO,
        WARNING,
        CRITICAL;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Reads a record, the value of which is an alert.
     *
     * @throws DataException where it is no alert, or has a state or severity that is not known
     */
    static AlertRecord of(SinkRecord kafkaRecord) {
        String topic = kafkaRecord.topic();
        if (!(kafkaRecord.value() instanceof Struct alert)
                || !SCHEMA.equals(alert.schema().name())) {
            throw new DataException("A record of " + topic + " is no " + SCHEMA
                    + ": topics must name those of alerts, and value.converter io.spendstream.connect.AvroConverter");
        }
        State state = constant(State.class, alert, "state");
        Severity severity = constant(Severity.class, alert, "severity");
        Instant openedAt = ((Date) required(alert, "opened_at")).toInstant();
        Instant changedAt = ((Date) required(alert, "changed_at")).toInstant();
        return new AlertRecord(
                new TopicPartition(topic, kafkaRecord.kafkaPartition()),
                (String) required(alert, "id"),
                (String) required(alert, "kind"),
                state,
                severity,
                (Boolean) required(alert, "notify"),
                (String) get(alert, "tenant"),
                openedAt,
                changedAt,
                (String) required(alert, "summary"),
                texts(alert, "scope"),
                texts(alert, "labels"),
                fields(alert));
    }

    /** One for each transition: the same for every delivery of it, and for what a replay of history says again. */
    String transitionKey() {
        String transition = String.join(
                "\n",
                id,
                state.name(),
                severity.name(),
                Long.toString(openedAt.toEpochMilli()),
                Long.toString(changedAt.toEpochMilli()));
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(transition.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, KEY_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    private static Map<String, Object> fields(Struct alert) {
        String measure = (String) required(alert, "measure");
        int digits = AlertUnits.digits(measure);
        Map<String, String> labels = texts(alert, "labels");
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", get(alert, "id"));
        fields.put("kind", get(alert, "kind"));
        fields.put("state", get(alert, "state"));
        fields.put("severity", constant(Severity.class, alert, "severity").word());
        fields.put("notify", get(alert, "notify"));
        fields.put("silenced", labels.get("silenced"));
        fields.put("tenant", get(alert, "tenant"));
        fields.put("scope", texts(alert, "scope"));
        fields.put("budget", get(alert, "budget"));
        fields.put("threshold", decimal(get(alert, "threshold"), AlertUnits.PPM_DIGITS));
        fields.put("action", get(alert, "action"));
        fields.put("measure", measure);
        fields.put("limit", decimal(get(alert, "limit"), digits));
        fields.put("value", decimal(get(alert, "value"), digits));
        fields.put("fraction", fraction(alert));
        fields.put("baseline", decimal(get(alert, "baseline"), digits));
        fields.put("period_start", time(alert, "period_start"));
        fields.put("period_end", time(alert, "period_end"));
        fields.put("zone", get(alert, "zone"));
        fields.put("opened_at", time(alert, "opened_at"));
        fields.put("changed_at", time(alert, "changed_at"));
        fields.put("summary", get(alert, "summary"));
        fields.put("contributors", contributors(alert, AlertUnits.contributorDigits(measure)));
        fields.put("labels", labels);
        return fields;
    }

    private static List<Map<String, Object>> contributors(Struct alert, int digits) {
        List<Map<String, Object>> contributors = new ArrayList<>();
        if (get(alert, "contributors") instanceof List<?> items) {
            for (Object item : items) {
                Struct contributor = (Struct) item;
                Map<String, Object> fields = new LinkedHashMap<>();
                fields.put("field", get(contributor, "field"));
                fields.put("value", get(contributor, "value"));
                fields.put("amount", decimal(get(contributor, "amount"), digits));
                fields.put("share", decimal(get(contributor, "share_ppm"), AlertUnits.PPM_DIGITS));
                contributors.add(fields);
            }
        }
        return contributors;
    }

    /** What is spent of a budget's limit, to a millionth, rounded down; null of what is no budget's. */
    private static BigDecimal fraction(Struct alert) {
        if (get(alert, "budget") == null || get(alert, "limit") == null) {
            return null;
        }
        BigDecimal limit = decimal(get(alert, "limit"), 0);
        if (limit.signum() == 0) {
            return BigDecimal.ZERO;
        }
        BigDecimal ppm = decimal(get(alert, "value"), -AlertUnits.PPM_DIGITS).divide(limit, 0, RoundingMode.FLOOR);
        return decimal(ppm, AlertUnits.PPM_DIGITS);
    }

    /** Exact, without zeros at the end. */
    private static BigDecimal decimal(Object units, int digits) {
        if (units == null) {
            return null;
        }
        BigDecimal decimal =
                BigDecimal.valueOf(((Number) units).longValue(), digits).stripTrailingZeros();
        return decimal.scale() < 0 ? decimal.setScale(0) : decimal;
    }

    private static String time(Struct record, String field) {
        Date time = (Date) get(record, field);
        return time == null ? null : time.toInstant().toString();
    }

    private static Map<String, String> texts(Struct record, String field) {
        Map<String, String> texts = new TreeMap<>();
        if (get(record, field) instanceof Map<?, ?> map) {
            map.forEach((name, value) -> texts.put((String) name, (String) value));
        }
        return texts;
    }

    private static <E extends Enum<E>> E constant(Class<E> type, Struct record, String field) {
        String name = (String) required(record, field);
        try {
            return Enum.valueOf(type, name);
        } catch (IllegalArgumentException e) {
            throw new DataException(
                    "An alert's " + field + " is " + name + ", which this release does not know: bring the connectors"
                            + " to the application's release",
                    e);
        }
    }

    private static Object required(Struct record, String field) {
        Object value = get(record, field);
        if (value == null) {
            throw new DataException("An alert has no " + field);
        }
        return value;
    }

    /** Null where the writer's schema is of a release that did not have the field yet. */
    private static Object get(Struct record, String field) {
        return record.schema().field(field) == null ? null : record.get(field);
    }
}
