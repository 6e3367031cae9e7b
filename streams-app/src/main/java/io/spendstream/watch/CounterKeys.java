package io.spendstream.watch;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;

/**
 * Keys of the store of counters.
 *
 * <ul>
 *   <li>a counter: {@code C}, scope, start, group
 *   <li>a group's history: {@code H}, scope, group
 *   <li>a source: {@code S}, scope, number
 *   <li>a budget whose status was published: {@code B}, scope, budget
 *   <li>an open alert: {@code A}, scope, start, group, budget, kind, detail
 *   <li>the latest time of reception: {@code N}
 *   <li>the position of the book that was followed last: {@code P}
 * </ul>
 *
 * Texts are UTF-8 and end in a zero byte, which neither events nor budgets contain; a value that a group does not have is
 * the byte 1. Times are eight bytes with the sign bit flipped, so that bytes sort like numbers.
 */
final class CounterKeys {

    static final char COUNTER = 'C';
    static final char HISTORY = 'H';
    static final char SOURCE = 'S';
    static final char PUBLISHED = 'B';
    static final char ALERT = 'A';
    static final Bytes NOW = Bytes.wrap(new byte[] {'N'});
    static final Bytes POSITION = Bytes.wrap(new byte[] {'P'});

    private static final byte ABSENT = 1;

    private CounterKeys() {}

    static Bytes counter(Counter counter) {
        return counter(counter.group.scope.id, counter.startMs, counter.group.values);
    }

    static Bytes counter(String scope, long startMs, List<String> group) {
        return new Builder(COUNTER).text(scope).time(startMs).group(group).build();
    }

    /** Before the counters of one period. */
    static Bytes counters(String scope, long startMs) {
        return new Builder(COUNTER).text(scope).time(startMs).build();
    }

    /** Before all counters of a scope. */
    static Bytes counters(String scope) {
        return new Builder(COUNTER).text(scope).build();
    }

    static Bytes history(Group group) {
        return new Builder(HISTORY).text(group.scope.id).group(group.values).build();
    }

    /** Before the histories of all groups of a scope. */
    static Bytes histories(String scope) {
        return new Builder(HISTORY).text(scope).build();
    }

    static Bytes source(String scope, int source) {
        return new Builder(SOURCE).text(scope).time(source).build();
    }

    static Bytes published(String scope, String budget) {
        return new Builder(PUBLISHED).text(scope).text(budget).build();
    }

    static Bytes alert(Counter counter, Counter.AlertKey alert) {
        return new Builder(ALERT)
                .text(counter.group.scope.id)
                .time(counter.startMs)
                .group(counter.group.values)
                .text(alert.budget())
                .text(alert.kind())
                .text(alert.detail())
                .build();
    }

    /** Before the alerts of one counter. */
    static Bytes alerts(Counter counter) {
        return new Builder(ALERT)
                .text(counter.group.scope.id)
                .time(counter.startMs)
                .group(counter.group.values)
                .build();
    }

    /** Before the alerts of one scope. */
    static Bytes alerts(String scope) {
        return new Builder(ALERT).text(scope).build();
    }

    /** Before all keys of a kind. */
    static Bytes all(char kind) {
        return Bytes.wrap(new byte[] {(byte) kind});
    }

    /** After all keys that begin like this one. */
    static Bytes after(Bytes prefix) {
        byte[] end = prefix.get().clone();
        int last = end.length - 1;
        // The first byte is a letter: there is always one to raise.
        while (++end[last] == 0) {
            last--;
        }
        return Bytes.wrap(end);
    }

    static boolean begins(Bytes key, Bytes prefix) {
        byte[] start = prefix.get();
        return key.get().length >= start.length && Arrays.equals(key.get(), 0, start.length, start, 0, start.length);
    }

    /** Reads a key's parts in their order. */
    static final class Parts {
        private final byte[] key;
        private int at = 1;

        Parts(Bytes key) {
            this.key = key.get();
        }

        String text() {
            int end = at;
            while (key[end] != 0) {
                end++;
            }
            String text = new String(key, at, end - at, StandardCharsets.UTF_8);
            at = end + 1;
            return text;
        }

        long time() {
            long time = ByteBuffer.wrap(key, at, Long.BYTES).getLong() ^ Long.MIN_VALUE;
            at += Long.BYTES;
            return time;
        }

        List<String> group() {
            List<String> group = new ArrayList<>();
            int size = key[at++];
            for (int i = 0; i < size; i++) {
                String text = text();
                group.add(text.length() == 1 && text.charAt(0) == ABSENT ? null : text);
            }
            return group;
        }
    }

    private static final class Builder {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(96);

        Builder(char kind) {
            bytes.write(kind);
        }

        Builder text(String text) {
            bytes.writeBytes(text.getBytes(StandardCharsets.UTF_8));
            bytes.write(0);
            return this;
        }

        Builder group(List<String> group) {
            bytes.write(group.size());
            for (String value : group) {
                if (value == null) {
                    bytes.write(ABSENT);
                    bytes.write(0);
                } else {
                    text(value);
                }
            }
            return this;
        }

        Builder time(long time) {
            bytes.writeBytes(ByteBuffer.allocate(Long.BYTES)
                    .putLong(time ^ Long.MIN_VALUE)
                    .array());
            return this;
        }

        Bytes build() {
            return Bytes.wrap(bytes.toByteArray());
        }
    }
}
