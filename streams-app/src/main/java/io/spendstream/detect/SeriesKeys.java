package io.spendstream.detect;

import io.spendstream.anomaly.Scope;
import io.spendstream.combine.ByteSink;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.common.utils.Bytes;

/**
 * Keys of the store of series, in the order in which they are read.
 *
 * <ul>
 *   <li>how far the task has come: {@code 0}; a source of it: {@code 1}, source
 *   <li>amounts of a quarter-hour that is not closed yet: {@code 2}, came in, quarter-hour, combination
 *   <li>a scope, with its recent quarter-hours: {@code 3}, tenant, kind, value
 *   <li>a scope's day: {@code 4}, tenant, kind, value, day
 *   <li>a day of a combination: {@code 5}, tenant, day, feature, team, model
 *   <li>users of a tenant's day: {@code 6}, tenant, source
 *   <li>an alert: {@code 7}, tenant, detector, kind, value, subject
 *   <li>requests that stand out in a quarter-hour that is not closed yet: {@code 8}, quarter-hour, tenant, feature, model
 *   <li>in a store of their own, what requests are like: {@code 9}, tenant, feature, model
 *   <li>there too, later forms of several of these as a block: {@code 10}, number of the block
 * </ul>
 *
 * Texts are UTF-8 and end in a zero byte, which no valid event contains; no team is the byte 1. Numbers are eight bytes
 * with the sign bit flipped, so that bytes sort like numbers.
 */
final class SeriesKeys {

    private static final byte OPEN = 0;
    private static final byte SOURCE = 1;
    private static final byte PENDING = 2;
    private static final byte SCOPE = 3;
    private static final byte DAY = 4;
    private static final byte COMBINATION = 5;
    private static final byte USERS = 6;
    private static final byte ALERT = 7;
    private static final byte OUTLIER = 8;
    private static final byte SKETCH = 9;
    private static final byte SKETCHES = 10;
    private static final byte ABSENT = 1;

    private SeriesKeys() {}

    static Bytes open() {
        return Bytes.wrap(new byte[] {OPEN});
    }

    static Bytes source(int source) {
        return new Key(SOURCE).number(source).end();
    }

    static Bytes sourcesFrom() {
        return Bytes.wrap(new byte[] {SOURCE});
    }

    static Bytes pending(long cameIn, long quarterHour, Combination of) {
        return new Key(PENDING)
                .number(cameIn)
                .number(quarterHour)
                .text(of.tenant())
                .text(of.feature())
                .textOrAbsent(of.team())
                .text(of.model())
                .end();
    }

    static Bytes pendingFrom(long cameIn) {
        return new Key(PENDING).number(cameIn).end();
    }

    static Bytes scope(Scope scope) {
        return new Key(SCOPE).scope(scope).end();
    }

    static Bytes scopesFrom() {
        return Bytes.wrap(new byte[] {SCOPE});
    }

    static Bytes day(Scope scope, long day) {
        return new Key(DAY).scope(scope).number(day).end();
    }

    static Bytes combination(Combination of, long day) {
        return new Key(COMBINATION)
                .text(of.tenant())
                .number(day)
                .text(of.feature())
                .textOrAbsent(of.team())
                .text(of.model())
                .end();
    }

    static Bytes combinationsFrom(String tenant, long day) {
        return new Key(COMBINATION).text(tenant).number(day).end();
    }

    static Bytes users(String tenant, int source) {
        return new Key(USERS).text(tenant).number(source).end();
    }

    static Bytes usersFrom() {
        return Bytes.wrap(new byte[] {USERS});
    }

    static Bytes alert(AlertKey alert) {
        return new Key(ALERT)
                .text(alert.scope().tenant())
                .text(alert.detector())
                .number(alert.scope().kind().ordinal())
                .text(alert.scope().value())
                .text(alert.subject())
                .end();
    }

    static Bytes alertsFrom() {
        return Bytes.wrap(new byte[] {ALERT});
    }

    static Bytes outlier(long cameIn, Combination of) {
        return new Key(OUTLIER)
                .number(cameIn)
                .text(of.tenant())
                .text(of.feature())
                .text(of.model())
                .end();
    }

    static Bytes outliersFrom(long cameIn) {
        return new Key(OUTLIER).number(cameIn).end();
    }

    static Bytes sketch(String tenant, String feature, String model) {
        return new Key(SKETCH).text(tenant).text(feature).text(model).end();
    }

    /** Whether what a key is of is one of the sketches, and not a block of them. */
    static boolean isSketch(Bytes key) {
        return key.get()[0] == SKETCH;
    }

    static Bytes sketches(long block) {
        return new Key(SKETCHES).number(block).end();
    }

    /** The first key after all those that begin like this one. */
    static Bytes after(Bytes prefix) {
        byte[] next = prefix.get().clone();
        for (int i = next.length - 1; i >= 0; i--) {
            if (next[i] != (byte) 0xff) {
                next[i]++;
                return Bytes.wrap(Arrays.copyOf(next, i + 1));
            }
        }
        throw new IllegalArgumentException("nothing is after " + prefix);
    }

    private static final class Key {
        private final ByteSink bytes = new ByteSink(96);

        Key(byte kind) {
            bytes.writeByte(kind);
        }

        Key number(long number) {
            bytes.writeBytes(ByteBuffer.allocate(Long.BYTES)
                    .putLong(number ^ Long.MIN_VALUE)
                    .array());
            return this;
        }

        Key text(String text) {
            bytes.writeUtf8(text).writeByte(0);
            return this;
        }

        Key textOrAbsent(String text) {
            if (text == null) {
                bytes.writeByte(ABSENT).writeByte(0);
                return this;
            }
            return text(text);
        }

        Key scope(Scope scope) {
            return text(scope.tenant()).number(scope.kind().ordinal()).text(scope.value());
        }

        Bytes end() {
            return Bytes.wrap(bytes.toBytes());
        }
    }

    /** Reads a key's parts in their order, behind its kind. */
    static final class Parts {
        private final byte[] key;
        private int at = 1;

        Parts(Bytes key) {
            this.key = key.get();
        }

        long number() {
            long number = ByteBuffer.wrap(key, at, Long.BYTES).getLong() ^ Long.MIN_VALUE;
            at += Long.BYTES;
            return number;
        }

        String text() {
            int from = at;
            while (key[at] != 0) {
                at++;
            }
            return new String(key, from, at++ - from, StandardCharsets.UTF_8);
        }

        String textOrNull() {
            if (key[at] == ABSENT && key[at + 1] == 0) {
                at += 2;
                return null;
            }
            return text();
        }

        Scope scope() {
            return new Scope(text(), Scope.Kind.values()[(int) number()], text());
        }
    }
}
