package io.spendstream.rest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamWriteFeature;
import io.spendstream.money.Money;
import io.spendstream.query.Freshness;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Writes JSON to bytes. Money is a number with up to nine decimals, exact and never in scientific notation. */
final class Json {

    static final String MEDIA_TYPE = "application/json";

    /** Texts and nesting far beyond what any request needs are refused before they cost memory. */
    static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(64)
                    .maxStringLength(1_000_000)
                    .maxNameLength(10_000)
                    .build())
            .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
            .build();

    /** Writes one value. */
    @FunctionalInterface
    interface Writer {
        void write(JsonGenerator generator) throws IOException;
    }

    private Json() {}

    static byte[] write(Writer writer) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1_024);
        try (JsonGenerator generator = FACTORY.createGenerator(bytes)) {
            writer.write(generator);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    static void writeUsd(JsonGenerator g, String field, long nanoUsd) throws IOException {
        g.writeFieldName(field);
        g.writeNumber(Money.usd(nanoUsd));
    }

    static void writeFreshness(JsonGenerator g, Freshness freshness) throws IOException {
        g.writeObjectFieldStart("freshness");
        g.writeBooleanField("complete", freshness.complete());
        g.writeStringField("as_of", freshness.asOf().toString());
        g.writeNumberField("lag_records", freshness.lagRecords());
        g.writeNumberField("lag_ms", freshness.lagMs());
        g.writeEndObject();
    }
}
