package io.spendstream.rest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamWriteFeature;
import io.spendstream.query.Freshness;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Writes JSON to bytes. Money is a number with up to nine decimals, exact and never in scientific notation. */
final class Json {

    static final String MEDIA_TYPE = "application/json";

    /** Decimals of an amount in nano-USD. */
    static final int NANO_DIGITS = 9;
    /** Decimals of a fraction in parts per million. */
    static final int PPM_DIGITS = 6;

    private static final long[] POWERS = {
        1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000
    };

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
        // An admission answer of three budgets has 1.4 kB.
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(2_048);
        try (JsonGenerator generator = FACTORY.createGenerator(bytes)) {
            writer.write(generator);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    static void writeUsd(JsonGenerator g, String field, long nanoUsd) throws IOException {
        g.writeFieldName(field);
        writeDecimal(g, nanoUsd, NANO_DIGITS);
    }

    /** A whole number of units of {@code 10^-digits}, exactly and without zeros at the end: what BigDecimal would write. */
    static void writeDecimal(JsonGenerator g, long units, int digits) throws IOException {
        long one = POWERS[digits];
        long rest = units % one;
        if (rest == 0) {
            g.writeNumber(units / one);
            return;
        }
        StringBuilder text = new StringBuilder(24);
        if (units < 0) {
            text.append('-');
        }
        text.append(Math.abs(units / one)).append('.');
        long left = Math.abs(rest);
        for (int digit = digits - 1; left > 0; digit--) {
            text.append((char) ('0' + left / POWERS[digit]));
            left %= POWERS[digit];
        }
        g.writeNumber(text.toString());
    }

    static void writeFreshness(JsonGenerator g, Freshness freshness) throws IOException {
        g.writeObjectFieldStart("freshness");
        g.writeBooleanField("complete", freshness.complete());
        g.writeStringField("as_of", freshness.isKnown() ? freshness.asOf().toString() : null);
        if (freshness.lagRecords() == Freshness.NOT_TOLD) {
            g.writeNullField("lag_records");
        } else {
            g.writeNumberField("lag_records", freshness.lagRecords());
        }
        if (freshness.isKnown()) {
            g.writeNumberField("lag_ms", freshness.lagMs());
        } else {
            g.writeNullField("lag_ms");
        }
        g.writeEndObject();
    }
}
