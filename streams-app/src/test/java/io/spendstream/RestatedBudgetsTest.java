package io.spendstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.combine.CommitPoint;
import io.spendstream.v1.Budget;
import io.spendstream.v1.BudgetPeriod;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** After any compaction of their topic, budgets are those that were in force before it, and count since the same time. */
class RestatedBudgetsTest {

    private static final Instant FIRST = Pipeline.NOW.minusSeconds(3_600);
    private static final byte[] DAILY = "daily".getBytes(StandardCharsets.UTF_8);

    private final Pipeline pipeline = new Pipeline();

    @AfterEach
    void close() {
        pipeline.close();
    }

    private static Budget daily(long limit) {
        return Budget.newBuilder()
                .setId("daily")
                .setLimit(limit)
                .setPeriod(BudgetPeriod.DAY)
                .build();
    }

    private void bad(Instant at) {
        pipeline.define(new TestRecord<>(DAILY, new byte[] {0, 0, 0}, at));
    }

    /** What the application wrote to the topic since the last call. */
    private List<TestRecord<byte[], byte[]>> written() {
        pipeline.settle();
        return pipeline.records("budgets");
    }

    /** What an instance goes by that finds only this record in the topic. */
    private Pipeline startingWith(TestRecord<byte[], byte[]> only) {
        Pipeline other = new Pipeline(CommitPoint.Mode.BEFORE_COMMIT, pipeline.registry);
        other.define(only);
        return other;
    }

    @Test
    void aBadRecordIsFollowedByWhatStaysInForce() {
        // Given
        pipeline.define(daily(10), FIRST);
        assertThat(written()).isEmpty();

        // When: a producer repeats itself
        bad(Pipeline.NOW);
        bad(Pipeline.NOW);
        bad(Pipeline.NOW);

        // Then: one answer, and none to the answer
        List<TestRecord<byte[], byte[]>> written = written();
        assertThat(written).hasSize(1);
        assertThat(written()).isEmpty();
        try (Pipeline other = startingWith(written.get(0))) {
            assertThat(other.budgetBook.get("daily").getLimit()).isEqualTo(10);
            assertThat(other.budgetBook.definedAtMs("daily")).hasValue(FIRST.toEpochMilli());
        }
    }

    @Test
    void aBadRecordWhereNothingIsInForceIsNotAnswered() {
        // When
        bad(Pipeline.NOW);

        // Then
        assertThat(written()).isEmpty();
        assertThat(pipeline.refused).hasSize(1);
    }

    @Test
    void aChangeOfTheLimitIsFollowedByARecordThatSaysSinceWhenItCounts() {
        // Given
        pipeline.define(daily(10), FIRST);

        // When
        pipeline.define(daily(20), Pipeline.NOW);

        // Then
        List<TestRecord<byte[], byte[]>> written = written();
        assertThat(written).hasSize(1);
        assertThat(written()).isEmpty();
        assertThat(pipeline.budgetBook.definedAtMs("daily")).hasValue(FIRST.toEpochMilli());
        try (Pipeline other = startingWith(written.get(0))) {
            assertThat(other.budgetBook.get("daily").getLimit()).isEqualTo(20);
            assertThat(other.budgetBook.definedAtMs("daily")).hasValue(FIRST.toEpochMilli());
        }
    }

    @Test
    void aRecordThatIsWrittenAgainAsItWasDoesNotMoveSinceWhenItCounts() {
        // Given
        pipeline.define(daily(10), FIRST);

        // When
        pipeline.define(daily(10), Pipeline.NOW);

        // Then
        try (Pipeline other = startingWith(written().get(0))) {
            assertThat(other.budgetBook.definedAtMs("daily")).hasValue(FIRST.toEpochMilli());
        }
    }

    @Test
    void aChangeThatCameBeforeTheAnswerHolds() {
        // Given: an answer to a bad record that is still on its way
        pipeline.define(daily(10), FIRST);
        bad(Pipeline.NOW);
        TestRecord<byte[], byte[]> late = written().get(0);

        // When
        pipeline.define(Budget.newBuilder(daily(30)).setZone("Asia/Tokyo").build(), Pipeline.NOW);
        pipeline.define(late);

        // Then: it changes nothing, and as it is the last of the topic it is answered itself
        assertThat(pipeline.budgetBook.get("daily").getLimit()).isEqualTo(30);
        List<TestRecord<byte[], byte[]>> written = written();
        assertThat(written).hasSize(1);
        try (Pipeline other = startingWith(written.get(0))) {
            assertThat(other.budgetBook.get("daily").getLimit()).isEqualTo(30);
            assertThat(other.budgetBook.definedAtMs("daily")).hasValue(Pipeline.NOW.toEpochMilli());
        }
    }

    @Test
    void aDeletionThatCameBeforeTheAnswerHolds() {
        // Given
        pipeline.define(daily(10), FIRST);
        bad(Pipeline.NOW);
        TestRecord<byte[], byte[]> late = written().get(0);

        // When
        pipeline.forget("daily");
        pipeline.define(late);

        // Then
        assertThat(pipeline.budgetBook.get("daily")).isNull();
        assertThat(written())
                .singleElement()
                .satisfies(record -> assertThat(record.value()).isNull());
        assertThat(written()).isEmpty();
    }

    @Test
    void headersThatAreNotNumbersAreThoseOfSomebodyElse() {
        // Given
        pipeline.define(daily(10), FIRST);
        TestRecord<byte[], byte[]> odd = new TestRecord<>(DAILY, new byte[] {1}, Pipeline.NOW);
        odd.headers().add("spendstream.as_of", "x".getBytes(StandardCharsets.UTF_8));
        odd.headers().add("spendstream.defined_at", null);

        // When
        pipeline.define(odd);

        // Then
        assertThat(written()).hasSize(1);
        assertThat(pipeline.budgetBook.get("daily").getLimit()).isEqualTo(10);
    }
}
