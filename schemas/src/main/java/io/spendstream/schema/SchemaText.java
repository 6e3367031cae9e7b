package io.spendstream.schema;

import org.apache.avro.Schema;

/** The text of a schema as it is registered and released. */
public final class SchemaText {

    private SchemaText() {}

    /**
     * A generated class's schema without the {@code avro.java.string} properties that the Java generator adds: they mean
     * nothing to other languages, and with them the text would differ from that of the schema files.
     */
    public static String plain(Schema schema) {
        // Quotes inside a doc are escaped in the text, so neither pattern can match there.
        return schema.toString()
                .replace("{\"type\":\"string\",\"avro.java.string\":\"String\"}", "\"string\"")
                .replace(",\"avro.java.string\":\"String\"", "");
    }
}
