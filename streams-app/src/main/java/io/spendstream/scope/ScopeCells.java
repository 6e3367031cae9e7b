package io.spendstream.scope;

import io.spendstream.budget.Amounts;
import io.spendstream.budget.BudgetBook;
import io.spendstream.combine.Delta;
import io.spendstream.rollup.CellFeed;
import io.spendstream.rollup.CellReader;
import io.spendstream.rollup.RollupSettings;
import io.spendstream.usage.Dimension;
import io.spendstream.usage.Measure;
import io.spendstream.usage.Resolution;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.apache.kafka.streams.processor.api.ProcessorContext;

/**
 * Feeds the counters of scopes that the cube can answer. A scope that is new to the task begins with what the task's
 * cells hold of it; from then on it gets the deltas as they are added to the cells: one thread and one order, so nothing
 * is missed and nothing counted twice, whenever the definition comes.
 */
public final class ScopeCells extends ScopeFeed implements CellFeed {

    /** The logged store of the scopes that are counted. */
    public static final String MARKS = "cube-scopes";

    /** How long ago the latest event was received where a task is taken to be catching up. */
    public static final long BEHIND_MS_MIN = 3_000;
    /** Fewer are not worth waiting for more. */
    private static final int KEPT_CELLS_MIN = 50;

    private final List<String> fields;
    private final Predicate<String> known;
    private final RollupSettings settings;
    /** A cell, by the groups that it counts in: the same array for the same combination, as long as it is remembered. */
    private record Place(CountedScope.Group[] groups, long quarterHour) {}

    /** What cells were changed by and their groups do not have yet. */
    private final Map<Place, Delta> gathered = new HashMap<>();

    private CellReader cells;

    /** @param partitions of the topics that the counters are fed by */
    public ScopeCells(BudgetBook book, int partitions, RollupSettings settings) {
        super(book, partitions, 1);
        this.settings = settings;
        this.fields = fieldsOf(settings);
        this.known = knownTo(settings);
    }

    /** Whether the cube knows a field. */
    public static Predicate<String> knownTo(RollupSettings settings) {
        return Set.copyOf(fieldsOf(settings))::contains;
    }

    private static List<String> fieldsOf(RollupSettings settings) {
        List<String> fields = new ArrayList<>(Dimension.fields());
        settings.tagDimensions().forEach(tag -> fields.add("tags." + tag));
        return List.copyOf(fields);
    }

    @Override
    public void start(ProcessorContext<?, ?> context, CellReader reader) {
        cells = reader;
        gathered.clear();
        start(context.getStateStore(MARKS), context.taskId().partition());
    }

    @Override
    public void replay(Runnable deltas) {
        resume();
        if (isCounting()) {
            deltas.run();
        }
    }

    @Override
    boolean counts(BudgetBook.Scope scope) {
        return scope.matcher().isAnsweredBy(known);
    }

    @Override
    List<String> fields(Collection<CountedScope> scopes) {
        return fields;
    }

    @Override
    public void look(BiConsumer<Integer, byte[]> send) {
        followBook();
        send(send);
    }

    @Override
    public boolean isFollowing() {
        return isCounting();
    }

    @Override
    public void cell(String[] dimensions, long quarterHour, long cameIn, Delta delta) {
        CountedScope.Group[] groups = matches().of(dimensions);
        if (groups.length > 0) {
            gathered.computeIfAbsent(new Place(groups, quarterHour), p -> new Delta(new long[Measure.COUNT]))
                    .add(delta.measures(), Map.of());
        }
    }

    @Override
    void gather() {
        gathered.forEach((place, sum) -> count(place.groups, place.quarterHour, sum.measures()));
        gathered.clear();
    }

    /**
     * While a task catches up, what a cell is changed by is sent a few times a second and not with every commit: nobody
     * waits for it, and the counters have a fifth of the work. Who keeps up sends all at once.
     */
    @Override
    public void commit(long behindMs, BiConsumer<Integer, byte[]> send) {
        if (behindMs < BEHIND_MS_MIN || gathered.size() < KEPT_CELLS_MIN) {
            drain(send);
        }
    }

    @Override
    public boolean keeps() {
        return !gathered.isEmpty();
    }

    @Override
    public void drain(BiConsumer<Integer, byte[]> send) {
        drain();
        send(send);
    }

    @Override
    void open(List<CountedScope> scopes, ScopeBlock.Outbox to) {
        for (CountedScope scope : scopes) {
            long definedAt = scope.scope().definedAtMs();
            to.to(scope.id())
                    .open(
                            scope.id(),
                            definedAt - settings.quarterHoursKept().toMillis(),
                            definedAt - settings.daysKept().toMillis());
        }
        new Opening(scopes, to).sum();
    }

    /**
     * Sums what the cells hold of some scopes. A UTC day that lies in one window of a scope is taken whole, any other by
     * its quarter-hours: their bounds are those of days in every zone.
     */
    private final class Opening {

        private final Map<String, CountedScope> scopes = new HashMap<>();
        private final ScopeMatches matches;
        private final ScopeBlock.Outbox outbox;
        private final Map<CountedScope.Group, Map<ScopeBlock.WindowKey, long[]>> sums = new HashMap<>();
        /** UTC days that are not taken whole by some scope, and that have cells. */
        private final Set<Long> splitDays = new TreeSet<>();

        Opening(List<CountedScope> opening, ScopeBlock.Outbox outbox) {
            // Of its own: the groups made here are for this sum only.
            List<CountedScope> own = opening.stream()
                    .map(scope -> new CountedScope(scope.scope(), scope.countedFromMs()))
                    .toList();
            own.forEach(scope -> scopes.put(scope.id(), scope));
            this.matches = new ScopeMatches(fields, own);
            this.outbox = outbox;
        }

        void sum() {
            long from = scopes.values().stream()
                    .mapToLong(CountedScope::countedFromMs)
                    .min()
                    .orElseThrow();
            cells.cells(
                    Resolution.DAY,
                    Resolution.DAY.bucketOf(from),
                    Integer.MAX_VALUE,
                    null,
                    null,
                    (dimensions, day, measures, units) -> addDay(dimensions, day, measures));
            for (long day : splitDays) {
                cells.cells(
                        Resolution.QUARTER_HOUR,
                        Resolution.QUARTER_HOUR.bucketOf(Resolution.DAY.startMs(day)),
                        Resolution.QUARTER_HOUR.bucketOf(Resolution.DAY.startMs(day + 1)),
                        null,
                        null,
                        (dimensions, quarter, measures, units) -> addQuarter(dimensions, quarter, measures));
            }
            write();
        }

        private void addDay(String[] dimensions, long day, long[] measures) {
            for (CountedScope.Group group : matches.of(dimensions)) {
                if (takesWhole(group.scope(), day)) {
                    add(group, Resolution.DAY.startMs(day), measures);
                } else {
                    splitDays.add(day);
                }
            }
        }

        private void addQuarter(String[] dimensions, long quarter, long[] measures) {
            long start = Resolution.QUARTER_HOUR.startMs(quarter);
            for (CountedScope.Group group : matches.of(dimensions)) {
                if (!takesWhole(group.scope(), Resolution.DAY.bucketOf(start))) {
                    add(group, start, measures);
                }
            }
        }

        private static boolean takesWhole(CountedScope scope, long day) {
            return scope.windowOf(Resolution.DAY.startMs(day)).endMs() >= Resolution.DAY.startMs(day + 1);
        }

        private void add(CountedScope.Group group, long atMs, long[] measures) {
            ScopeBlock.WindowKey window = group.scope().windowOf(atMs);
            if (window.startMs() >= group.scope().countedFromMs()) {
                long[] sum =
                        sums.computeIfAbsent(group, g -> new HashMap<>()).computeIfAbsent(window, w -> new long[1]);
                sum[0] = Math.addExact(
                        sum[0], Amounts.of(group.scope().scope().counted().measure(), measures));
            }
        }

        private void write() {
            sums.forEach((group, windows) -> windows.forEach((window, sum) -> {
                if (sum[0] != 0) {
                    boolean over = window.endMs() <= group.scope().scope().definedAtMs();
                    outbox.to(window.scope())
                            .amount(
                                    new ScopeBlock.WindowKey(window.scope(), window.startMs(), window.endMs(), over),
                                    group.values(),
                                    group.contributor(),
                                    ScopeBlock.NO_BUCKET,
                                    sum[0]);
                }
            }));
        }
    }
}
