package io.spendstream.watch;

import io.spendstream.alert.AlertNotes;
import io.spendstream.budget.BudgetBook;
import io.spendstream.combine.CommitPoint;
import io.spendstream.combine.Ticks;
import io.spendstream.v1.Alert;
import io.spendstream.v1.BudgetStatus;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Adds the deltas of scopes to their counters, tells of what is passed, once per commit, and publishes where the counters
 * stand every second, or every five seconds while it is far behind. The time that sums and alerts go by is that of
 * reception, as the records carry it: never the wall clock.
 */
public final class WatchStage implements Processor<Integer, byte[], Object, Object> {

    /** The logged store of counters and open alerts. */
    public static final String COUNTERS = "budget-counters";
    /** The logged store of deltas that are not in the counters yet. */
    public static final String JOURNAL = "budget-journal";
    /** The commit point of this stage. */
    public static final String COMMIT_POINT = "watch-commit-point";

    /** How long ago the latest call was received where a task is taken to be far behind. */
    public static final long FAR_BEHIND_MS_MIN = 10_000;
    /**
     * The journal has it all: counters are written down more rarely than their status is published. Who is far behind
     * publishes it then only, as each status is a record for all instances to read.
     */
    public static final long SETTLE_EVERY_MS = 5_000;

    private static final long LOOK_AT_ALL_MS = 5_000;
    private static final Duration BOOK_WITHIN = Duration.ofSeconds(5);
    private static final long DAY_MS = 86_400_000;
    private static final long QUIET_MS = 60_000;

    /**
     * Where results go.
     *
     * @param alerts name of the sink of alerts
     * @param statuses name of the sink of statuses
     */
    public record Ways(String alerts, String statuses) {}

    private final WatchSettings settings;
    private final Ways ways;
    private final BudgetBook book;
    private final AlertNotes notes;
    private ProcessorContext<Object, Object> context;
    private CounterTable table;
    private BudgetWatch watch;
    private Runnable afterRecord;
    private long followedVersion;
    private long lookedAtAllMs;
    private long expiredOnDay;
    private boolean heard;
    private long heardAtMs;
    /** Before this time of the clock, counters are not written down again. */
    private long settleFromMs;

    /** @param notes acknowledgements and silences */
    public WatchStage(WatchSettings settings, Ways ways, BudgetBook book, AlertNotes notes) {
        this.settings = settings;
        this.ways = ways;
        this.book = book;
        this.notes = notes;
    }

    @Override
    public void init(ProcessorContext<Object, Object> context) {
        this.context = context;
        table = new CounterTable(settings, context.getStateStore(COUNTERS), context.getStateStore(JOURNAL));
        // Another instance may have followed the book further than this one has read it: budgets would look deleted.
        book.awaitPosition(table.position(), BOOK_WITHIN);
        watch = new BudgetWatch(table, notes, new Records());
        followedVersion = -1;
        lookedAtAllMs = 0;
        expiredOnDay = Long.MIN_VALUE;
        // Until the clock is known.
        heard = true;
        settleFromMs = Long.MIN_VALUE;
        CommitPoint commit = context.getStateStore(COMMIT_POINT);
        afterRecord = commit.beforeCommit(context, this::look);
        // The wall clock decides only when counters are published and written down, not what they are.
        Ticks.every(context, settings.publishEvery(), this::onTick);
    }

    @Override
    public void process(Record<Integer, byte[]> record) {
        table.add(record.value(), record.timestamp());
        heard = true;
        afterRecord.run();
    }

    private void look() {
        if (book.version() != followedVersion) {
            BudgetBook.Contents contents = book.contents();
            watch.follow(contents.scopes());
            followedVersion = contents.version();
            table.followed(book.position());
        }
        table.takeTouched().forEach(watch::look);
    }

    private void onTick(long clockMs) {
        look();
        if (table.nowMs() - lookedAtAllMs >= LOOK_AT_ALL_MS) {
            lookAtAll();
        }
        boolean settles = clockMs >= settleFromMs;
        if (settles || clockMs - table.nowMs() < FAR_BEHIND_MS_MIN) {
            publish(clockMs);
        } else {
            table.unpublished().forEach(watch::lookAtPace);
        }
        if (settles) {
            // What is settled may be let go: it is published by now.
            settle();
            settleFromMs = clockMs + SETTLE_EVERY_MS;
        }
    }

    private void publish(long clockMs) {
        long shownMs = shownAsOf(clockMs);
        watch.turnDays(shownMs);
        watch.turnPeriods(shownMs);
        for (Counter counter : table.takeUnpublished()) {
            watch.show(counter, shownMs);
        }
    }

    private void settle() {
        table.settle();
        long day = Math.floorDiv(table.nowMs(), DAY_MS);
        if (table.nowMs() > 0 && day > expiredOnDay) {
            watch.sayAgain((day - 1) * DAY_MS, day * DAY_MS);
            table.expire(watch::forgotten);
            expiredOnDay = day;
        }
    }

    /**
     * Where nothing has come for a while, nobody else says that a day or a period is over: statuses go by the clock then,
     * and what was said of a pace ends, as of its period's end. No sum and no threshold depends on it.
     */
    private long shownAsOf(long clockMs) {
        if (heard) {
            heard = false;
            heardAtMs = clockMs;
        }
        return clockMs - heardAtMs < QUIET_MS ? table.nowMs() : Math.max(table.nowMs(), clockMs);
    }

    /** Time goes on also for counters that nothing is added to: a pace slows down, an increase ends. */
    private void lookAtAll() {
        lookedAtAllMs = table.nowMs();
        for (ScopeCounters scope : table.scopes()) {
            table.underWay(scope, counter -> {
                watch.look(counter);
                if (!table.unpublished().contains(counter)) {
                    watch.lookAtPace(counter);
                }
            });
        }
    }

    /** Sends what the watch finds. */
    private final class Records implements BudgetWatch.Out {

        @Override
        public void alert(Alert alert) {
            context.forward(new Record<>((Object) alert.getId(), (Object) alert, table.nowMs()), ways.alerts());
        }

        @Override
        public void status(String budget, String scope, List<String> group, BudgetStatus status) {
            context.forward(
                    new Record<>((Object) StatusKey.of(budget, scope, group), (Object) status, table.nowMs()),
                    ways.statuses());
        }
    }
}
