package io.spendstream.scope;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.TestStores;
import io.spendstream.Usages;
import io.spendstream.budget.BudgetBook;
import io.spendstream.combine.DeltaBlock;
import io.spendstream.rollup.RollupSettings;
import io.spendstream.v1.Budget;
import io.spendstream.v1.BudgetPeriod;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What budgets per user and session are fed with, across restarts and transactions that are void. */
class ScopeUsageTest {

    private static final long NOON_MS = Usages.MIDNIGHT_MS + 43_200_000;

    private final KeyValueStore<Bytes, byte[]> marks = TestStores.inMemory(ScopeUsage.MARKS);
    private final BudgetBook book = new BudgetBook();
    /** Entries of the blocks that were sent, in words. */
    private final List<String> sent = new ArrayList<>();

    private ScopeUsage usage;

    @BeforeEach
    void start() {
        start(book);
    }

    private void start(BudgetBook of) {
        usage = new ScopeUsage(of, 4, ScopeCells.knownTo(RollupSettings.DEFAULT));
        again();
    }

    /** What a task does whose transaction is void: the same feed with the same store. */
    private void again() {
        MockProcessorContext<Integer, byte[]> context = new MockProcessorContext<>();
        context.addStateStore(marks);
        usage.start(context);
    }

    private void define(String id, String groupBy) {
        assertThat(book.put(
                        Budget.newBuilder()
                                .setId(id)
                                .setLimit(100L)
                                .setPeriod(BudgetPeriod.DAY)
                                .setGroupBy(List.of(groupBy))
                                .build(),
                        NOON_MS))
                .isEmpty();
        book.readUpTo(book.position() + 1);
    }

    private void spend(String user, long amount) {
        var event = Usages.event("chat", "m", user, NOON_MS);
        event.session = "s-" + user;
        usage.add(Usages.costing(event, amount), DeltaBlock.IN_TIME);
    }

    private void commit() {
        usage.drain(
                NOON_MS + 1,
                (partition, block) -> ScopeBlock.read(block, new ScopeBlock.Reader() {
                    @Override
                    public void past(
                            int source, String scope, String[] group, long quarterHour, int quarterHours, long amount) {
                        throw new AssertionError("calls know no past");
                    }

                    @Override
                    public void open(int source, String scope, long exactFromMs, long knownFromMs) {
                        sent.add("open from " + (knownFromMs - NOON_MS));
                    }

                    @Override
                    public void close(int source, String scope) {
                        sent.add("close");
                    }

                    @Override
                    public void amount(
                            int source,
                            ScopeBlock.WindowKey window,
                            String[] group,
                            String contributor,
                            long quarterHour,
                            long amount) {
                        assertThat(window.startMs()).isEqualTo(Usages.MIDNIGHT_MS);
                        sent.add(Arrays.toString(group) + " by " + contributor + ": " + amount);
                    }
                }));
    }

    @Test
    void aRestartGoesOnWhereItWasAndOpensNothingAnew() {
        // Given
        define("b", "user");
        commit();
        spend("u1", 3);
        commit();

        // When
        start(book);
        spend("u1", 4);
        spend("u2", 5);
        commit();

        // Then
        assertThat(sent).containsExactly("open from 1", "[u1] by chat: 3", "[u1] by chat: 4", "[u2] by chat: 5");
    }

    @Test
    void aCallRightAfterItsDefinitionCountsThoughNoCommitLiesBetween() {
        // Given: a task that has looked at the book without the definition
        commit();
        spend("u1", 2);

        // When
        define("b", "user");
        spend("u1", 3);
        commit();

        // Then
        assertThat(sent).containsExactly("open from 1", "[u1] by chat: 3");
    }

    @Test
    void whatWasGatheredInATransactionThatIsVoidIsGatheredAgainOnce() {
        // Given
        define("b", "session");
        commit();
        spend("u1", 3);

        // When
        again();
        spend("u1", 3);
        commit();
        commit();

        // Then
        assertThat(sent).containsExactly("open from 1", "[s-u1] by chat: 3");
    }

    @Test
    void aTaskWaitsForTheDefinitionsThatItFollowedElsewhere() throws Exception {
        // Given
        define("b", "user");
        commit();

        // When: it comes to an instance that reads the definition a moment later
        BudgetBook other = new BudgetBook();
        Thread task = Thread.currentThread();
        long deadline = System.nanoTime() + 2_000_000_000L;
        Thread reader = new Thread(() -> {
            while (task.getState() != Thread.State.TIMED_WAITING && System.nanoTime() < deadline) {
                Thread.onSpinWait();
            }
            other.put(book.get("b"), NOON_MS);
            other.readUpTo(book.position());
        });
        reader.start();
        start(other);
        spend("u1", 4);
        commit();
        reader.join();

        // Then: it neither closes the scope nor begins anew
        assertThat(sent).containsExactly("open from 1", "[u1] by chat: 4");
    }
}
