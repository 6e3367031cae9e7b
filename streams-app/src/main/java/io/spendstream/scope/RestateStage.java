package io.spendstream.scope;

import io.spendstream.budget.BudgetBook;
import io.spendstream.combine.Ticks;
import io.spendstream.v1.Budget;
import java.time.Duration;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Writes what is in force to {@code budgets} where the last record there does not say so. One task of all does, the one
 * of partition 0, in its transactions. What it writes is valid, so it never has to answer itself; whoever goes on
 * producing bad records gets one answer a second at the most.
 */
public final class RestateStage extends ContextualProcessor<Integer, byte[], String, Budget> {

    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final int AT_ONCE_MAX = 500;

    private final BudgetBook book;

    public RestateStage(BudgetBook book) {
        this.book = book;
    }

    @Override
    public void init(ProcessorContext<String, Budget> context) {
        super.init(context);
        if (context.taskId().partition() == 0) {
            Ticks.every(context, EVERY, now -> restate());
        }
    }

    @Override
    public void process(Record<Integer, byte[]> record) {
        // The task is chosen by its partition; what arrives there is for others.
    }

    private void restate() {
        for (BudgetBook.Restatement one : book.toRestate(AT_ONCE_MAX)) {
            context()
                    .forward(new Record<>(
                            one.id(),
                            one.budget(),
                            Math.max(0, one.definedAtMs()),
                            new Restated(one.asOf(), one.definedAtMs()).headers()));
        }
    }
}
