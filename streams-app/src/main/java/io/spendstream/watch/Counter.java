package io.spendstream.watch;

import io.spendstream.alert.AlertBytes;
import io.spendstream.combine.ByteSink;
import io.spendstream.combine.ByteSource;
import io.spendstream.v1.Alert;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one group has spent in one period: the sum of the shares of its sources. A source's share can be void, when the
 * source begins anew, and no other share changes with it.
 */
final class Counter {

    /** What an alert is about, within a counter. */
    record AlertKey(String budget, String kind, String detail) implements Comparable<AlertKey> {

        @Override
        public int compareTo(AlertKey other) {
            int order = budget.compareTo(other.budget);
            order = order != 0 ? order : kind.compareTo(other.kind);
            return order != 0 ? order : detail.compareTo(other.detail);
        }
    }

    /** An open alert; one that nobody was told of has no record. */
    record Held(Alert alert) {

        /** As it is stored: nothing where nobody was told. */
        byte[] toBytes() {
            return alert == null ? new byte[0] : AlertBytes.encode(alert);
        }

        static Held of(byte[] bytes) {
            return new Held(bytes.length == 0 ? null : AlertBytes.decode(bytes));
        }
    }

    /** Contributors that are told apart; those that come later share one. */
    static final int CONTRIBUTORS_MAX = 64;

    final Group group;
    final long startMs;
    /** Exclusive; {@code Long.MAX_VALUE} where it never ends. */
    final long endMs;
    /** Open alerts. */
    final Map<AlertKey, Held> alerts = new TreeMap<>();
    /** Event time of the latest call that was counted. */
    long updatedAtMs;
    /** Changed since it was last looked at. */
    boolean touched;
    /** Got what was spent in a period that was over when the scope was defined, and was not looked at since. */
    private boolean quiet;

    private long quietSpent;
    /** Changed since it was last written down. */
    boolean unsettled;

    private int[] sources = new int[0];
    private long[] shares = new long[0];
    /** Of each contributor: what is its part of the shares; an array may be shorter than they are. */
    private final Map<String, long[]> parts = new HashMap<>();

    private long spent;

    Counter(Group group, long startMs, long endMs) {
        this.group = group;
        this.startMs = startMs;
        this.endMs = endMs;
    }

    long spent() {
        return spent;
    }

    /** That nobody is to be told of what it amounts to now. */
    void hush() {
        quiet = true;
        quietSpent = spent;
    }

    boolean isQuiet() {
        return quiet;
    }

    /** What it amounted to when it was last hushed. */
    long quietSpent() {
        return quietSpent;
    }

    void lookedAt() {
        quiet = false;
    }

    boolean hasSources() {
        return sources.length > 0;
    }

    boolean contains(long epochMs) {
        return startMs <= epochMs && epochMs < endMs;
    }

    void add(int source, String contributor, long amount) {
        int place = placeOf(source);
        if (place < 0) {
            place = sources.length;
            sources = Arrays.copyOf(sources, place + 1);
            shares = Arrays.copyOf(shares, place + 1);
            sources[place] = source;
        }
        shares[place] = Math.addExact(shares[place], amount);
        contribute(place, contributor, amount);
        spent = Math.addExact(spent, amount);
    }

    private void contribute(int place, String contributor, long amount) {
        boolean isNew = !parts.containsKey(contributor);
        String name = isNew && parts.size() >= CONTRIBUTORS_MAX ? ScopeCounters.OTHER : contributor;
        long[] part = parts.getOrDefault(name, new long[0]);
        if (part.length <= place) {
            part = Arrays.copyOf(part, place + 1);
            parts.put(name, part);
        }
        part[place] = Math.addExact(part[place], amount);
    }

    /** What each contributor spent: together what is spent. */
    Map<String, Long> contributions() {
        Map<String, Long> contributions = new HashMap<>();
        parts.forEach(
                (name, part) -> contributions.put(name, Arrays.stream(part).sum()));
        return contributions;
    }

    /** Voids the share of a source; answers whether it had one. */
    boolean withdraw(int source) {
        int place = placeOf(source);
        if (place < 0) {
            return false;
        }
        spent = Math.subtractExact(spent, shares[place]);
        int last = sources.length - 1;
        sources[place] = sources[last];
        shares[place] = shares[last];
        sources = Arrays.copyOf(sources, last);
        shares = Arrays.copyOf(shares, last);
        parts.replaceAll((name, part) -> {
            long[] all = Arrays.copyOf(part, last + 1);
            all[place] = all[last];
            return Arrays.copyOf(all, last);
        });
        parts.values().removeIf(part -> Arrays.stream(part).allMatch(amount -> amount == 0));
        return true;
    }

    private int placeOf(int source) {
        for (int i = 0; i < sources.length; i++) {
            if (sources[i] == source) {
                return i;
            }
        }
        return -1;
    }

    /** Its end, the time of its latest call, the shares, and the contributors' parts of them. */
    byte[] encode(ByteSink sink) {
        sink.clear().writeSigned(endMs).writeSigned(updatedAtMs).writeVarint(sources.length);
        for (int i = 0; i < sources.length; i++) {
            sink.writeVarint(sources[i]).writeSigned(shares[i]);
        }
        sink.writeVarint(parts.size());
        parts.forEach((name, part) -> {
            sink.writeByte(name == null ? 0 : 1).writeText(name == null ? "" : name);
            for (int i = 0; i < sources.length; i++) {
                sink.writeSigned(i < part.length ? part[i] : 0);
            }
        });
        return sink.toBytes();
    }

    static Counter decode(Group group, long startMs, byte[] value) {
        ByteSource in = new ByteSource(value);
        Counter counter = new Counter(group, startMs, in.readSigned());
        counter.updatedAtMs = in.readSigned();
        int count = (int) in.readVarint();
        counter.sources = new int[count];
        counter.shares = new long[count];
        for (int i = 0; i < count; i++) {
            counter.sources[i] = (int) in.readVarint();
            counter.shares[i] = in.readSigned();
            counter.spent = Math.addExact(counter.spent, counter.shares[i]);
        }
        for (long left = in.readVarint(); left > 0; left--) {
            boolean named = in.readByte() != 0;
            String name = in.readText();
            long[] part = new long[count];
            for (int i = 0; i < count; i++) {
                part[i] = in.readSigned();
            }
            counter.parts.put(named ? name : null, part);
        }
        return counter;
    }
}
