package io.spendstream.scope;

import io.spendstream.budget.Attributes;
import io.spendstream.budget.BudgetBook;
import io.spendstream.combine.UsageFeed;
import io.spendstream.usage.Dimension;
import io.spendstream.usage.MeteredUsage;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.apache.kafka.streams.processor.api.ProcessorContext;

/**
 * Feeds the counters of scopes that only events know enough about: those on a user, a session, or a tag that is no
 * dimension. They count from when the task learns of the definition.
 */
public final class ScopeUsage extends ScopeFeed implements UsageFeed {

    /** The logged store of the scopes that are counted. */
    public static final String MARKS = "usage-scopes";

    private static final long QUARTER_HOUR_MS = 900_000;

    private final Predicate<String> inCube;
    private String[] fields = new String[0];
    private long receivedMs;

    /**
     * @param partitions of the topics that the counters are fed by
     * @param inCube whether the cube knows a field
     */
    public ScopeUsage(BudgetBook book, int partitions, Predicate<String> inCube) {
        super(book, partitions, ScopeBlock.OF_USAGE);
        this.inCube = inCube;
    }

    @Override
    public void start(ProcessorContext<?, ?> context) {
        receivedMs = 0;
        start(context.getStateStore(MARKS), context.taskId().partition());
    }

    @Override
    boolean counts(BudgetBook.Scope scope) {
        return !scope.matcher().isAnsweredBy(inCube);
    }

    @Override
    List<String> fields(Collection<CountedScope> scopes) {
        TreeSet<String> all = new TreeSet<>();
        for (CountedScope scope : scopes) {
            all.addAll(scope.scope().matcher().fields());
            if (scope.scope().contributorField() != null) {
                all.add(scope.scope().contributorField());
            }
        }
        all.add(Dimension.TENANT.field());
        fields = all.toArray(String[]::new);
        return List.copyOf(all);
    }

    @Override
    void open(List<CountedScope> scopes, ScopeBlock.Outbox to) {
        for (CountedScope scope : scopes) {
            long from = Math.max(scope.scope().definedAtMs(), receivedMs);
            to.to(scope.id()).open(scope.id(), from, from);
        }
    }

    @Override
    public void add(MeteredUsage usage, long cameIn) {
        // A call that comes after its budget was seen here counts, however soon.
        followBook();
        if (isCounting()) {
            Attributes call = Attributes.of(usage.event());
            String[] values = new String[fields.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = call.value(fields[i]);
            }
            count(values, Math.floorDiv(usage.event().timeMs, QUARTER_HOUR_MS), usage.measures());
        }
    }

    @Override
    public void drain(long upToMs, BiConsumer<Integer, byte[]> send) {
        receivedMs = upToMs;
        drain();
        followBook();
        send(send);
    }
}
