package io.spendstream.scope;

import io.spendstream.budget.Amounts;
import io.spendstream.budget.BudgetBook;
import io.spendstream.combine.Delta;
import io.spendstream.rollup.CellFeed;
import io.spendstream.rollup.CellReader;
import io.spendstream.rollup.RollupSettings;
import io.spendstream.usage.Dimension;
import io.spendstream.usage.Resolution;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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

    /** How far back a pace looks: seven days, and a day of another zone that began before. */
    private static final Duration PACE_LOOKS_BACK = Duration.ofDays(8);
    /** How far back windows of a pace are so short that it matters which quarter-hour it was. */
    private static final Duration PACE_IS_FINE = Duration.ofHours(7);

    private static final int QUARTER_HOURS_PER_HOUR = 4;

    /** How long ago the latest event was received where a task is taken to be catching up. */
    public static final long BEHIND_MS_MIN = 3_000;
    /** Fewer are not worth waiting for more. */
    private static final int KEPT_CELLS_MIN = 50;

    private final List<String> fields;
    private final Predicate<String> known;
    private final RollupSettings settings;
    /** Cells whose deltas are not counted yet. */
    private final List<Cell> gathered = new ArrayList<>();

    private CellReader cells;

    /** @param partitions of the topics that the counters are fed by */
    public ScopeCells(BudgetBook book, int partitions, RollupSettings settings) {
        super(book, partitions, ScopeBlock.OF_CUBE);
        this.settings = settings;
        this.fields = fieldsOf(settings);
        this.known = knownTo(settings);
    }

    /** Which of the partitions has the counters of a scope. */
    public static int partitionOf(String scope, int partitions) {
        return ScopeBlock.destination(scope, partitions);
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
    public Object cell(Object followed, String[] dimensions, long quarterHour, Delta delta) {
        Cell cell = followed instanceof Cell known && known.matches == matches()
                ? known
                : new Cell(matches(), matches().of(dimensions), quarterHour);
        if (cell.groups.length > 0) {
            if (!cell.touched) {
                cell.touched = true;
                gathered.add(cell);
            }
            cell.sum.addMeasures(delta);
        }
        return cell;
    }

    @Override
    void gather() {
        for (Cell cell : gathered) {
            count(cell.groups, cell.quarterHour, cell.sum.measures());
            cell.sum.clear();
            cell.touched = false;
        }
        gathered.clear();
    }

    /**
     * While a task catches up, what a cell is changed by is sent now and then and not with every commit: nobody waits for it,
     * and the counters get one amount where they got up to twenty. Who keeps up sends all at once.
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

    /** One group of a scope. */
    private record PastKey(String scope, List<String> group) {}

    /** A cell of a quarter-hour: the groups it counts in, and the sum of its deltas that they do not have yet. */
    private static final class Cell {

        private final ScopeMatches matches;
        private final CountedScope.Group[] groups;
        private final long quarterHour;
        private final Delta sum = new Delta();
        private boolean touched;

        Cell(ScopeMatches matches, CountedScope.Group[] groups, long quarterHour) {
            this.matches = matches;
            this.groups = groups;
            this.quarterHour = quarterHour;
        }
    }

    /**
     * Sums what the cells hold of some scopes. A UTC day that lies in one window of a scope is taken whole, any other by
     * its quarter-hours: their bounds are those of days in every zone.
     */
    private final class Opening {

        private final Map<String, CountedScope> scopes = new HashMap<>();
        private final ScopeMatches matches;
        private final ScopeBlock.Outbox outbox;
        /** Linked, so that the same calls always lead to the same records in the same order. */
        private final Map<CountedScope.Group, Map<ScopeBlock.WindowKey, long[]>> sums = new LinkedHashMap<>();
        /** UTC days that are not taken whole by some scope, and that have cells. */
        private final Set<Long> splitDays = new TreeSet<>();
        /** From which day on it matters when something was spent, and whose cells say so. */
        private final long paceFromDay;

        private final Set<String> paceTenants = new HashSet<>();
        private final Set<String> paceFeatures = new HashSet<>();
        private final Map<PastKey, Map<Long, long[]>> pasts = new HashMap<>();

        Opening(List<CountedScope> opening, ScopeBlock.Outbox outbox) {
            // Of its own: the groups made here are for this sum only.
            List<CountedScope> own = opening.stream()
                    .map(scope -> new CountedScope(scope.scope(), scope.countedFromMs()))
                    .toList();
            own.forEach(scope -> scopes.put(scope.id(), scope));
            this.matches = new ScopeMatches(fields, own);
            this.outbox = outbox;
            this.paceFromDay = own.stream()
                    .filter(Opening::hasPace)
                    .mapToLong(scope -> Resolution.DAY.bucketOf(paceFromMs(scope)))
                    .min()
                    .orElse(Integer.MAX_VALUE);
        }

        void sum() {
            long from = scopes.values().stream()
                    .mapToLong(CountedScope::countedFromMs)
                    .min()
                    .orElseThrow();
            cells.cells(
                    Resolution.DAY,
                    Math.min(paceFromDay, Resolution.DAY.bucketOf(from)),
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
            if (!paceTenants.isEmpty()) {
                cells.cells(
                        Resolution.QUARTER_HOUR,
                        Resolution.QUARTER_HOUR.bucketOf(Resolution.DAY.startMs(paceFromDay)),
                        Integer.MAX_VALUE,
                        paceTenants,
                        paceFeatures,
                        (dimensions, quarter, measures, units) -> addPast(dimensions, quarter, measures));
            }
            write();
        }

        private void addDay(String[] dimensions, long day, long[] measures) {
            for (CountedScope.Group group : matches.of(dimensions)) {
                if (day >= paceFromDay && hasPace(group.scope())) {
                    paceTenants.add(dimensions[Dimension.TENANT.ordinal()]);
                    paceFeatures.add(dimensions[Dimension.FEATURE.ordinal()]);
                }
                if (Resolution.DAY.startMs(day + 1) <= group.scope().countedFromMs()) {
                    continue;
                }
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

        private static boolean hasPace(CountedScope scope) {
            return !scope.scope().counted().isLifetime();
        }

        private static long paceFromMs(CountedScope scope) {
            return scope.scope().definedAtMs() - PACE_LOOKS_BACK.toMillis();
        }

        private void addPast(String[] dimensions, long quarter, long[] measures) {
            long start = Resolution.QUARTER_HOUR.startMs(quarter);
            for (CountedScope.Group group : matches.of(dimensions)) {
                CountedScope scope = group.scope();
                long amount = Amounts.of(scope.scope().counted().measure(), measures);
                if (amount != 0 && hasPace(scope) && start >= paceFromMs(scope)) {
                    PastKey key = new PastKey(scope.id(), Arrays.asList(group.values()));
                    long[] sum = pasts.computeIfAbsent(key, k -> new TreeMap<>())
                            .computeIfAbsent(isFine(scope, quarter) ? quarter : firstOfHour(quarter), q -> new long[1]);
                    sum[0] = Math.addExact(sum[0], amount);
                }
            }
        }

        private static boolean isFine(CountedScope scope, long quarter) {
            return Resolution.QUARTER_HOUR.startMs(firstOfHour(quarter))
                    >= scope.scope().definedAtMs() - PACE_IS_FINE.toMillis();
        }

        private static long firstOfHour(long quarter) {
            return quarter - quarter % QUARTER_HOURS_PER_HOUR;
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
            writeSums();
            pasts.forEach((key, past) -> {
                CountedScope scope = scopes.get(key.scope());
                String[] group = key.group().toArray(String[]::new);
                past.forEach((quarter, sum) -> outbox.to(key.scope())
                        .past(
                                key.scope(),
                                group,
                                quarter,
                                isFine(scope, quarter) ? 1 : QUARTER_HOURS_PER_HOUR,
                                sum[0]));
            });
        }

        private void writeSums() {
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
