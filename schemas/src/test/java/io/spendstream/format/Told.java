package io.spendstream.format;

import io.spendstream.v1.UsageEvent;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.avro.Schema;

/** Events and faults as one line each, for tables: only what differs from an event of which nothing is known. */
final class Told {

    private static final UsageEvent PLAIN = UsageEvent.newBuilder()
            .setId("")
            .setTime(java.time.Instant.EPOCH)
            .setFeature("")
            .setModel("")
            .build();

    private Told() {}

    static List<String> events(Reading reading) {
        return reading.events().stream().map(Told::event).toList();
    }

    /** {@code index field reason} each. */
    static List<String> faults(Reading reading) {
        return reading.faults().stream()
                .map(fault -> fault.index() + " " + fault.field() + " "
                        + fault.reason().code())
                .toList();
    }

    private static String event(UsageEvent event) {
        return UsageEvent.getClassSchema().getFields().stream()
                .filter(field -> !Objects.equals(event.get(field.pos()), PLAIN.get(field.pos())))
                .map(field -> field.name() + "=" + value(field, event))
                .collect(Collectors.joining(" "));
    }

    private static Object value(Schema.Field field, UsageEvent event) {
        Object value = event.get(field.pos());
        return value instanceof Map<?, ?> map ? new TreeMap<>(map) : value;
    }
}
