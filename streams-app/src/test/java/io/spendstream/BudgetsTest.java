package io.spendstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.v1.Alert;
import io.spendstream.v1.Budget;
import io.spendstream.v1.BudgetAction;
import io.spendstream.v1.BudgetPeriod;
import io.spendstream.v1.BudgetThreshold;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BudgetsTest {

    /** What one of {@link Pipeline#event} costs, in nano-USD. */
    private static final long COST = 3_500_000;

    private final Pipeline pipeline = new Pipeline();

    @AfterEach
    void close() {
        pipeline.close();
    }

    private static Budget.Builder daily(long limit, long... atPpm) {
        return Budget.newBuilder()
                .setId("daily")
                .setLimit(limit)
                .setPeriod(BudgetPeriod.DAY)
                .setBurnRateMin(Long.MAX_VALUE / 10)
                .setThresholds(java.util.Arrays.stream(atPpm)
                        .mapToObj(at -> new BudgetThreshold(at, BudgetAction.NOTIFY, null))
                        .toList());
    }

    @Test
    void aBudgetMadeInTheMiddleOfAPeriodStartsWithWhatWasSpent() {
        // Given
        pipeline.price(Pipeline.gpt4o());
        pipeline.publish(Pipeline.event("a").build());
        pipeline.publish(Pipeline.event("b").build());

        // When
        pipeline.define(daily(10 * COST, 300_000).build(), Pipeline.NOW);
        System.out.println(pipeline.refused);
        pipeline.publish(Pipeline.event("c").build());
        pipeline.settle();

        // Then
        assertThat(pipeline.statuses().values()).extracting("spent").containsExactly(3 * COST);
        List<Alert> alerts = pipeline.alerts();
        assertThat(alerts).hasSize(1);
        System.out.println(alerts);
    }
}
