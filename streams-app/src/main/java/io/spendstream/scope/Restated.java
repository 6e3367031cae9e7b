package io.spendstream.scope;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * The headers of a record of {@code budgets} that changes nothing, but says again what is in force.
 *
 * @param asOf the offset of the last record that its writer had read: a later change holds against it
 * @param definedAtMs since when the budget counts
 */
record Restated(long asOf, long definedAtMs) {

    static final String AS_OF = "spendstream.as_of";
    static final String DEFINED_AT = "spendstream.defined_at";

    /** What the headers say; null where they are not those of such a record. */
    static Restated of(Headers headers) {
        Long asOf = number(headers.lastHeader(AS_OF));
        Long definedAtMs = number(headers.lastHeader(DEFINED_AT));
        return asOf == null || definedAtMs == null ? null : new Restated(asOf, definedAtMs);
    }

    Headers headers() {
        return new RecordHeaders().add(AS_OF, bytes(asOf)).add(DEFINED_AT, bytes(definedAtMs));
    }

    private static Long number(Header header) {
        if (header == null || header.value() == null) {
            return null;
        }
        try {
            return Long.valueOf(new String(header.value(), StandardCharsets.UTF_8));
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static byte[] bytes(long number) {
        return Long.toString(number).getBytes(StandardCharsets.UTF_8);
    }
}
