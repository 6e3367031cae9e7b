package io.spendstream.connect.table;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.math.BigDecimal;
import java.util.Date;
import java.util.Locale;
import java.util.function.Function;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;

/**
 * A column of a table: its name, its type as Connect and the JDBC sink know it, and how it is read of a record.
 *
 * @param source the record's field that it is made of
 */
record Column(String name, String source, Schema type, Function<Struct, Object> value) {

    static final int NANO_DIGITS = 9;
    static final int PPM_DIGITS = 6;

    private static final ObjectMapper JSON =
            new ObjectMapper().configure(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN, true);

    /** The sink's name for {@code timestamptz}: an RFC 3339 text. */
    private static final Schema TIME = SchemaBuilder.string()
            .name("io.debezium.time.ZonedTimestamp")
            .version(1)
            .optional()
            .build();

    /** The sink's name for {@code jsonb}: its text. */
    private static final Schema JSON_TEXT = SchemaBuilder.string()
            .name("io.debezium.data.Json")
            .version(1)
            .optional()
            .build();

    private static final Schema USD = Decimal.builder(NANO_DIGITS).optional().build();
    private static final Schema FRACTION =
            Decimal.builder(PPM_DIGITS).optional().build();

    Column from(String field) {
        return new Column(name, field, type, value);
    }

    static Column text(String name) {
        return text(name, name);
    }

    static Column text(String name, String field) {
        return new Column(name, field, Schema.OPTIONAL_STRING_SCHEMA, record -> get(record, field));
    }

    /** An enum's symbol in lower case, as REST has it. */
    static Column word(String name) {
        return new Column(name, name, Schema.OPTIONAL_STRING_SCHEMA, record -> {
            Object symbol = get(record, name);
            return symbol == null ? null : symbol.toString().toLowerCase(Locale.ROOT);
        });
    }

    static Column count(String name) {
        return new Column(name, name, Schema.OPTIONAL_INT64_SCHEMA, record -> {
            Object number = get(record, name);
            return number == null ? null : (Long) ((Number) number).longValue();
        });
    }

    static Column flag(String name) {
        return new Column(name, name, Schema.OPTIONAL_BOOLEAN_SCHEMA, record -> get(record, name));
    }

    static Column time(String name) {
        return new Column(name, name, TIME, record -> {
            Date time = (Date) get(record, name);
            return time == null ? null : time.toInstant().toString();
        });
    }

    /** Parts per million as a fraction of 1. */
    static Column fraction(String name, String field) {
        return new Column(name, field, FRACTION, record -> decimal((Long) get(record, field), PPM_DIGITS));
    }

    /** Nano-USD as USD. */
    static Column usd(String name, String field, Function<Struct, Long> nanoUsd) {
        return new Column(name, field, USD, record -> decimal(nanoUsd.apply(record), NANO_DIGITS));
    }

    /** An amount in the unit of the record's measure, with the digits of USD whatever it is. */
    static Column amount(String name, String field, Function<Struct, Integer> digits) {
        return new Column(name, field, USD, record -> {
            BigDecimal amount = decimal((Long) get(record, field), digits.apply(record));
            return amount == null ? null : amount.setScale(NANO_DIGITS);
        });
    }

    /** What Jackson writes of a value: maps, lists, texts and exact numbers. */
    static Column json(String name, String field, Function<Struct, Object> value) {
        return new Column(name, field, JSON_TEXT, record -> jsonText(value.apply(record)));
    }

    /** As it is in the record. */
    static Column json(String name, String field) {
        return json(name, field, record -> get(record, field));
    }

    /** A field's value; null where the writer's schema is of a release that did not have it yet. */
    static Object get(Struct record, String field) {
        return record.schema().field(field) == null ? null : record.get(field);
    }

    static BigDecimal decimal(Long unscaled, int digits) {
        return unscaled == null ? null : BigDecimal.valueOf(unscaled, digits);
    }

    private static String jsonText(Object value) {
        try {
            return value == null ? null : JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("no JSON can be made of " + value, e);
        }
    }
}
