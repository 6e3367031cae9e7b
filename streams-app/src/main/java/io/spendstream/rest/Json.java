package io.spendstream.rest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamWriteFeature;
import io.spendstream.query.Freshness;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/** Writes JSON to bytes. Money is a number with up to nine decimals, exact and never in scientific notation. */
final class Json {

    static final String MEDIA_TYPE = "application/json";

    /** Decimals of an amount in nano-USD. */
    static final int NANO_DIGITS = 9;
    /** Decimals of a fraction in parts per million. */
    static final int PPM_DIGITS = 6;

    private static final int DECIMAL_LENGTH_MAX = 24;
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
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        write(bytes, writer);
        return bytes.toByteArray();
    }

    /** Sends it. */
    static Future<Void> answer(RoutingContext ctx, int status, Buffer json) {
        return ctx.response()
                .setStatusCode(status)
                .putHeader("Content-Type", MEDIA_TYPE)
                .end(json);
    }

    /** As {@link #write}, into what is sent: nothing is copied but from the generator's own memory, which is used again. */
    static Buffer buffer(Writer writer) {
        BufferStream buffer = new BufferStream();
        write(buffer, writer);
        return buffer.written;
    }

    private static void write(OutputStream to, Writer writer) {
        try (JsonGenerator generator = FACTORY.createGenerator(to)) {
            writer.write(generator);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
    }

    /** As large as the first piece: the generator hands over up to 8 kB at once, which is nearly always all. */
    private static final class BufferStream extends OutputStream {

        private Buffer written = Buffer.buffer(0);

        @Override
        public void write(byte[] bytes, int offset, int length) {
            if (written.length() == 0) {
                written = Buffer.buffer(length);
            }
            written.appendBytes(bytes, offset, length);
        }

        @Override
        public void write(int value) {
            written.appendByte((byte) value);
        }
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
        // The longest is -9223372036.854775808; written from the end, so that it needs no text of its own.
        char[] text = new char[DECIMAL_LENGTH_MAX];
        int to = text.length;
        int from = to;
        long left = Math.abs(rest);
        for (int digit = 0; digit < digits; digit++) {
            text[--from] = (char) ('0' + left % 10);
            left /= 10;
        }
        while (text[to - 1] == '0') {
            to--;
        }
        text[--from] = '.';
        long whole = Math.abs(units / one);
        do {
            text[--from] = (char) ('0' + whole % 10);
            whole /= 10;
        } while (whole > 0);
        if (units < 0) {
            text[--from] = '-';
        }
        g.writeNumber(text, from, to - from);
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
