package io.spendstream.scope;

import io.spendstream.budget.BudgetBook;
import io.spendstream.budget.Window;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * What the two feeds of the counters have in common: a task counts the scopes that it has opened, remembers these in a
 * logged store, opens those that are new to it and closes those that are no longer defined.
 *
 * <p>Opening voids what the same task added before (see {@link ScopeBlock}), and the task sums anew. So it does not
 * matter when the tasks learn of a definition, nor whether one misses that it was gone for a while: each task's share is
 * exact by itself, and a counter is the sum of shares.
 */
abstract class ScopeFeed {

    private static final int HOURS_BEFORE = 24;
    private static final int DAYS_BEFORE = 7;

    /** The place of the book's position among the marks: no scope has an empty id. */
    private static final Bytes POSITION = key("");

    private static final Duration BOOK_WITHIN = Duration.ofSeconds(5);

    private final BudgetBook book;
    private final int partitions;
    private final int kind;
    private final Map<String, Long> opened = new HashMap<>();
    private final List<CountedScope> touched = new ArrayList<>();
    private KeyValueStore<Bytes, byte[]> marks;
    private ScopeBlock.Outbox outbox;
    private ScopeMatches matches;
    private long version;

    /**
     * @param partitions of the topics that the counters are fed by
     * @param kind tells the feeds of one partition apart
     */
    ScopeFeed(BudgetBook book, int partitions, int kind) {
        this.book = book;
        this.partitions = partitions;
        this.kind = kind;
    }

    /** @param store scope to the time from which on its windows are counted */
    final void start(KeyValueStore<Bytes, byte[]> store, int partition) {
        marks = store;
        outbox = new ScopeBlock.Outbox(partitions, partition * ScopeBlock.SOURCES_PER_PARTITION + kind);
        matches = null;
        version = -1;
        touched.clear();
        opened.clear();
        try (KeyValueIterator<Bytes, byte[]> marked = store.all()) {
            while (marked.hasNext()) {
                KeyValue<Bytes, byte[]> mark = marked.next();
                long value = ByteBuffer.wrap(mark.value).getLong();
                if (mark.key.equals(POSITION)) {
                    // Another instance may have followed the book further than this one has read it.
                    book.awaitPosition(value, BOOK_WITHIN);
                } else {
                    opened.put(new String(mark.key.get(), StandardCharsets.UTF_8), value);
                }
            }
        }
    }

    /** Whether this feed answers for a scope. */
    abstract boolean counts(BudgetBook.Scope scope);

    /** The fields whose values decide, in the order in which {@link #match} gets them. */
    abstract List<String> fields(Collection<CountedScope> scopes);

    /** Opens scopes: for each, writes that it opens, and what there is of it. */
    abstract void open(List<CountedScope> scopes, ScopeBlock.Outbox to);

    /**
     * Takes up the count of the scopes that were opened, as far as they are defined: nothing is opened or closed. For
     * what was counted and not sent when the task ended.
     */
    final void resume() {
        List<CountedScope> all = new ArrayList<>();
        defined(book.contents()).forEach((id, scope) -> {
            if (opened.containsKey(id)) {
                all.add(new CountedScope(scope, opened.get(id)));
            }
        });
        matches = all.isEmpty() ? null : new ScopeMatches(fields(all), all);
    }

    /** What matches at present; null where nothing is counted. */
    final ScopeMatches matches() {
        return matches;
    }

    /** Whether there is anything to count. */
    final boolean isCounting() {
        return matches != null;
    }

    /** Adds what a delta amounts to, to all groups that it counts in. */
    final void count(String[] values, long quarterHour, long[] measures) {
        count(matches.of(values), quarterHour, measures);
    }

    final void count(CountedScope.Group[] groups, long quarterHour, long[] measures) {
        for (CountedScope.Group group : groups) {
            group.add(quarterHour, measures, touched);
        }
    }

    /** Counts what a feed has gathered and not counted yet. */
    void gather() {}

    /** Writes what was counted. */
    final void drain() {
        gather();
        if (!touched.isEmpty()) {
            touched.forEach(scope -> scope.drain(outbox));
            touched.clear();
            matches.forget();
        }
    }

    /** Hands out what was written, each block with the partition it is for. */
    final void send(BiConsumer<Integer, byte[]> send) {
        outbox.send(send);
    }

    /** Opens and closes what has changed in the book, if anything, and writes so. */
    final void followBook() {
        if (book.version() == version) {
            return;
        }
        drain();
        BudgetBook.Contents contents = book.contents();
        Map<String, BudgetBook.Scope> defined = defined(contents);
        closeAllBut(defined.keySet());
        List<CountedScope> all = new ArrayList<>();
        List<CountedScope> fresh = new ArrayList<>();
        defined.forEach((id, scope) -> {
            boolean known = opened.containsKey(id);
            CountedScope counted = new CountedScope(scope, known ? opened.get(id) : countedFrom(scope));
            all.add(counted);
            if (!known) {
                fresh.add(counted);
            }
        });
        if (!fresh.isEmpty()) {
            fresh.forEach(this::mark);
            open(fresh, outbox);
        }
        matches = all.isEmpty() ? null : new ScopeMatches(fields(all), all);
        version = contents.version();
        marks.put(POSITION, longBytes(book.position()));
    }

    private Map<String, BudgetBook.Scope> defined(BudgetBook.Contents contents) {
        Map<String, BudgetBook.Scope> defined = new TreeMap<>();
        contents.scopes().forEach((id, scope) -> {
            if (counts(scope)) {
                defined.put(id, scope);
            }
        });
        return defined;
    }

    private void closeAllBut(Set<String> defined) {
        Set<String> gone = new TreeSet<>(opened.keySet());
        gone.removeAll(defined);
        for (String scope : gone) {
            opened.remove(scope);
            marks.delete(key(scope));
            outbox.to(scope).close(scope);
        }
    }

    private void mark(CountedScope scope) {
        opened.put(scope.id(), scope.countedFromMs());
        marks.put(key(scope.id()), longBytes(scope.countedFromMs()));
    }

    /**
     * The start of the first window that is counted: the one in which the scope was defined, and a few before it, for
     * late events and so that there is something to compare with.
     */
    private static long countedFrom(BudgetBook.Scope scope) {
        Window window = scope.windowOf(scope.definedAtMs());
        int before = switch (scope.counted().period().kind()) {
            case HOUR -> HOURS_BEFORE;
            case DAY -> DAYS_BEFORE;
            case WEEK, MONTH, QUARTER, YEAR -> 1;
            case LIFETIME -> 0;
        };
        for (int i = 0; i < before; i++) {
            window = scope.counted().period().before(window);
        }
        return window.start().toEpochMilli();
    }

    private static byte[] longBytes(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }

    private static Bytes key(String scope) {
        return Bytes.wrap(scope.getBytes(StandardCharsets.UTF_8));
    }
}
