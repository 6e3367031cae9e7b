package io.spendstream.runtime;

import io.spendstream.query.Lag;
import io.spendstream.query.LagSource;
import io.spendstream.scope.ScopeCells;
import io.spendstream.usage.Progress;
import io.spendstream.watch.WatchStage;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;

/**
 * How far the application is: the time until which everything received is in the cube.
 *
 * <p>At some time the ends of the events' partitions are noted. Once the group has committed all of them, what these
 * events add lies in the deltas; so the ends of the deltas' partitions are noted then. Once these are committed too, all
 * that was received until the first note is in the cube. The brokers' word is taken for all of it, since what an
 * instance has fetched is not yet done, and the work of one that died is nobody's for a while but must be missed.
 *
 * <p>Budgets go on from there: the ends of the topics between the cube and the counters are noted, and once these are
 * committed too, the counters have it. A task that catches up may send on what it has committed some seconds later, so where
 * what was noted came late, these seconds pass before these ends are noted. What the counters have is published within
 * {@code budget.settle.ms} and a commit, some seconds later by a task that is far behind, and shown here when this
 * instance has read all statuses.
 *
 * <p>Events that wait for the schema registry are committed and yet not counted, so they are asked of the tasks.
 */
public final class FreshnessProbe implements Progress, LagSource {

    /** Notes under way; when work is far behind, older ones make room. */
    private static final int NOTES_MAX = 100;
    /**
     * Committed offsets end before marks of transactions: look behind them where nothing has moved for so long, and as
     * often. Where something moves there are records, however far behind it is, and a look takes longer than all else.
     */
    private static final long STUCK_MS = 500;

    /** Half as long as a task is behind that keeps what it has to send: it goes by another clock. */
    private static final long LATE_MS = ScopeCells.BEHIND_MS_MIN / 2;
    /** The same of a task that publishes statuses more rarely. */
    private static final long FAR_BEHIND_MS = WatchStage.FAR_BEHIND_MS_MIN / 2;

    /** How long what is decided after waiting takes at the most to be among the deltas. */
    private static final long DECIDED_COUNTED_MS = 2_000;

    /** What this instance needs to know of the statuses of budgets. */
    interface Statuses {

        /** How long after a task that is behind has committed deltas it sends on what budgets count, in milliseconds. */
        long sentOnWithinMs();

        /**
         * How long after it is in the counters something is published at the latest, in milliseconds.
         *
         * @param farBehind whether it may be in those of a task that is far behind
         */
        long publishedWithinMs(boolean farBehind);

        /** Whether this instance has read all that are published. */
        boolean allRead();
    }

    /**
     * @param atMs when it was made
     * @param oldestMs the same of the first of those that were reached together with it
     */
    private record Note(long atMs, long oldestMs, Map<TopicPartition, Long> ends) {

        /** What is noted when this one is reached. */
        Note next(Map<TopicPartition, Long> nextEnds) {
            return new Note(atMs, oldestMs, nextEnds);
        }

        /** This one, reached together with one before it, if any. */
        Note with(Note before) {
            return before == null ? this : new Note(atMs, before.oldestMs, ends);
        }
    }

    /** What was noted will have been sent to the counters, or be published, at that moment. */
    private record Due(Note note, long dueMs) {}

    /** Where a partition was found to be, or looked behind, last. */
    private record Standing(long offset, long sinceMs) {}

    /** Where the last one was decided, {@code records} is 0 and {@code sinceMs} says when. */
    private record Waiting(long records, long oldestReceivedMs, long sinceMs) {}

    private final GroupView group;
    private final Supplier<Set<TopicPartition>> ownEvents;
    private final Statuses statuses;
    private final LongSupplier clock;
    private final Deque<Note> events = new ArrayDeque<>();
    private final Deque<Note> deltas = new ArrayDeque<>();
    private final Deque<Note> scopes = new ArrayDeque<>();
    private final Deque<Due> sentOn = new ArrayDeque<>();
    private final Deque<Due> published = new ArrayDeque<>();
    /** Offsets up to which there is no record behind what is committed. */
    private final Map<TopicPartition, Long> skipped = new HashMap<>();

    private final Map<TopicPartition, Standing> standing = new HashMap<>();
    private final Map<Integer, Waiting> waiting = new ConcurrentHashMap<>();
    private long countedUntilMs;
    private long shownUntilMs;
    private volatile Lag lag = new Lag(0, Lag.UNKNOWN);
    private volatile Lag ofBudgets = new Lag(0, Lag.UNKNOWN);

    /**
     * @param ownEvents the partitions of the events that this instance works on
     * @param clock epoch milliseconds
     */
    FreshnessProbe(GroupView group, Supplier<Set<TopicPartition>> ownEvents, Statuses statuses, LongSupplier clock) {
        this.group = group;
        this.ownEvents = ownEvents;
        this.statuses = statuses;
        this.clock = clock;
    }

    @Override
    public void waiting(int partition, long records, long oldestReceivedMs) {
        if (records > 0) {
            waiting.put(partition, new Waiting(records, oldestReceivedMs, clock.getAsLong()));
        } else {
            waiting.computeIfPresent(
                    partition,
                    (p, before) ->
                            before.records == 0 ? before : new Waiting(0, before.oldestReceivedMs, clock.getAsLong()));
        }
    }

    /** The records are those of this instance's partitions; the time is that of the whole application. */
    @Override
    public Lag lag() {
        return lag;
    }

    /** The same for what this instance shows of budgets: the time until which everything received is in the statuses. */
    public Lag ofBudgets() {
        return ofBudgets;
    }

    /** Looks anew. To be called several times a second by one thread. */
    void probe() {
        long now = clock.getAsLong();
        Map<TopicPartition, Long> ends = group.eventEnds();
        note(events, new Note(now, now, ends));
        Map<TopicPartition, Long> committed = group.committed();
        Note metered = lastReached(events, committed, now);
        if (metered != null) {
            note(deltas, metered.next(group.deltaEnds()));
            committed = group.committed();
        }
        Note rolledUp = lastReached(deltas, committed, now);
        if (rolledUp != null) {
            countedUntilMs = rolledUp.atMs;
            boolean late = now - rolledUp.oldestMs >= LATE_MS;
            sentOn.addLast(new Due(rolledUp, late ? now + statuses.sentOnWithinMs() : now));
        }
        Note sent = lastDue(sentOn, now);
        if (sent != null) {
            note(scopes, sent.next(group.scopeEnds()));
            committed = group.committed();
        }
        Note counted = lastReached(scopes, committed, now);
        if (counted != null) {
            boolean farBehind = now - counted.oldestMs >= FAR_BEHIND_MS;
            published.addLast(new Due(counted, now + statuses.publishedWithinMs(farBehind)));
        }
        takeShown(now);
        long behind = behind(ends, committed);
        // It was received long ago: the task that it comes to may keep it, however soon the notes are reached.
        long decidedSentOnMs = DECIDED_COUNTED_MS + statuses.sentOnWithinMs();
        lag = new Lag(behind, Instant.ofEpochMilli(withoutWaiting(countedUntilMs, DECIDED_COUNTED_MS)));
        ofBudgets = new Lag(behind, Instant.ofEpochMilli(withoutWaiting(shownUntilMs, decidedSentOnMs)));
        waiting.values().removeIf(none -> isDecided(none, shownUntilMs, decidedSentOnMs));
    }

    private void takeShown(long now) {
        Note last = lastDue(published, now);
        if (last != null) {
            if (statuses.allRead()) {
                shownUntilMs = last.atMs;
            } else {
                // Looked at again, until this instance has read them.
                published.addFirst(new Due(last, now));
            }
        }
    }

    /** Takes those that are due, and answers the last note, or null. */
    private static Note lastDue(Deque<Due> waiting, long now) {
        Note last = null;
        while (!waiting.isEmpty() && waiting.peekFirst().dueMs <= now) {
            last = waiting.removeFirst().note.with(last);
        }
        return last;
    }

    /** Records of this instance that wait for the schema registry. */
    long waitingRecords() {
        return waiting.values().stream().mapToLong(Waiting::records).sum();
    }

    private static void note(Deque<Note> notes, Note note) {
        if (notes.size() == NOTES_MAX) {
            notes.removeLast();
        }
        notes.addLast(note);
    }

    /** Takes the notes that are reached, and answers the last of them, or null. */
    private Note lastReached(Deque<Note> notes, Map<TopicPartition, Long> committed, long now) {
        Note last = null;
        while (!notes.isEmpty() && isReached(notes.peekFirst(), committed, now)) {
            last = notes.removeFirst().with(last);
        }
        return last;
    }

    private boolean isReached(Note note, Map<TopicPartition, Long> committed, long now) {
        boolean reached = true;
        for (Map.Entry<TopicPartition, Long> end : note.ends.entrySet()) {
            TopicPartition partition = end.getKey();
            long done = done(partition, committed);
            if (done < end.getValue() && isStuck(partition, done, now)) {
                done = group.nextRecord(partition, done);
                skipped.put(partition, done);
            }
            reached &= done >= end.getValue();
        }
        return reached;
    }

    private boolean isStuck(TopicPartition partition, long done, long now) {
        Standing before = standing.get(partition);
        boolean moved = before == null || before.offset != done;
        boolean stuck = !moved && now - before.sinceMs >= STUCK_MS;
        if (moved || stuck) {
            standing.put(partition, new Standing(done, now));
        }
        return stuck;
    }

    private long done(TopicPartition partition, Map<TopicPartition, Long> committed) {
        return Math.max(committed.getOrDefault(partition, 0L), skipped.getOrDefault(partition, 0L));
    }

    private long behind(Map<TopicPartition, Long> ends, Map<TopicPartition, Long> committed) {
        long records = waitingRecords();
        for (TopicPartition partition : ownEvents.get()) {
            records += Math.max(0, ends.getOrDefault(partition, 0L) - done(partition, committed));
        }
        return records;
    }

    /**
     * Nothing is claimed of the time since the oldest that waits, or was decided so late that it is not in yet.
     *
     * @param inWithinMs how long that takes at the most
     */
    private long withoutWaiting(long untilMs, long inWithinMs) {
        return waiting.values().stream()
                .filter(some -> !isDecided(some, untilMs, inWithinMs))
                .mapToLong(some -> some.oldestReceivedMs - 1)
                .reduce(untilMs, Math::min);
    }

    private static boolean isDecided(Waiting some, long untilMs, long inWithinMs) {
        return some.records == 0 && some.sinceMs + inWithinMs < untilMs;
    }
}
