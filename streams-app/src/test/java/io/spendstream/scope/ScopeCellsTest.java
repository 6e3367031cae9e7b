package io.spendstream.scope;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.TestStores;
import io.spendstream.Usages;
import io.spendstream.budget.BudgetBook;
import io.spendstream.combine.Blocks;
import io.spendstream.combine.CommitPoint;
import io.spendstream.rollup.QuarterFeed;
import io.spendstream.rollup.RollupSettings;
import io.spendstream.rollup.RollupStage;
import io.spendstream.rollup.Shards;
import io.spendstream.usage.MeteredUsage;
import io.spendstream.usage.Tally;
import io.spendstream.v1.Budget;
import io.spendstream.v1.BudgetPeriod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What budgets that the cube answers are fed with while a task catches up, across restarts. */
class ScopeCellsTest {

    private static final long NOON_MS = Usages.MIDNIGHT_MS + 43_200_000;
    private static final int FEATURES = 60;

    private final KeyValueStore<Bytes, byte[]> cells = TestStores.inMemory(RollupStage.CELLS);
    private final KeyValueStore<Bytes, byte[]> journal = TestStores.inMemory(RollupStage.JOURNAL);
    private final KeyValueStore<Bytes, byte[]> marks = TestStores.inMemory(ScopeCells.MARKS);
    private final BudgetBook book = new BudgetBook();
    /** By scope, what its counters have come to; those of scopes that are closed are gone. */
    private final Map<String, Long> counted = new TreeMap<>();

    private long behindMs = ScopeCells.BEHIND_MS_MIN;
    private long clockMs = NOON_MS;
    private int amounts;
    private Works works;
    private MockProcessorContext<Object, Object> context;
    private RollupStage stage;

    /** Runs what a stage does before a commit when the test commits. */
    private static final class Works implements CommitPoint {
        private final List<Runnable> works = new ArrayList<>();

        @Override
        public Runnable beforeCommit(ProcessorContext<?, ?> context, Runnable work) {
            works.add(work);
            return () -> {};
        }

        @Override
        public Tally tally() {
            return new Tally();
        }

        @Override
        public String name() {
            return RollupStage.COMMIT_POINT;
        }

        @Override
        public void init(StateStoreContext context, StateStore root) {}

        @Override
        public void commit(Map<TopicPartition, Long> changelogOffsets) {}

        @Override
        public void close() {}

        @Override
        public boolean persistent() {
            return false;
        }

        @Override
        public boolean isOpen() {
            return true;
        }
    }

    @BeforeEach
    void start() {
        works = new Works();
        context = new MockProcessorContext<>();
        context.addStateStore(cells);
        context.addStateStore(journal);
        context.addStateStore(marks);
        context.addStateStore(works);
        pass(Duration.ZERO);
        stage = new RollupStage(
                RollupSettings.DEFAULT,
                new RollupStage.Ways("rollups", "fed", "closed"),
                new ScopeCells(book, 1, RollupSettings.DEFAULT),
                QuarterFeed.NONE,
                new Shards(),
                () -> {});
        stage.init(context);
    }

    private void pass(Duration time) {
        clockMs += time.toMillis();
        context.setCurrentSystemTimeMs(clockMs);
        context.setCurrentStreamTimeMs(clockMs - behindMs);
    }

    private void define(String id, BudgetPeriod period) {
        assertThat(book.put(
                        Budget.newBuilder()
                                .setId(id)
                                .setLimit(100L)
                                .setPeriod(period)
                                .build(),
                        NOON_MS))
                .isEmpty();
        book.readUpTo(book.position() + 1);
    }

    /** A call of each of so many features. */
    private void spend(int features, long each) {
        List<MeteredUsage> calls = new ArrayList<>();
        for (int i = 0; i < features; i++) {
            calls.add(Usages.costing(Usages.event("feature-" + i, "m", "u", NOON_MS), each));
        }
        stage.process(new Record<>(0, Blocks.of(calls), NOON_MS));
    }

    private void commit() {
        works.works.forEach(Runnable::run);
        receive();
    }

    private void look() {
        punctuate(RollupStage.LOOK_EVERY.toMillis());
    }

    private void settle() {
        punctuate(RollupSettings.DEFAULT.settleEvery().toMillis());
    }

    private void punctuate(long everyMs) {
        context.scheduledPunctuators().stream()
                .filter(punctuator -> punctuator.getInterval().toMillis() == everyMs)
                .forEach(punctuator -> punctuator.getPunctuator().punctuate(clockMs));
        commit();
    }

    private void receive() {
        context.forwarded("fed")
                .forEach(forwarded ->
                        ScopeBlock.read((byte[]) forwarded.record().value(), new ScopeBlock.Reader() {
                            @Override
                            public void open(int source, String scope, long exactFromMs, long knownFromMs) {
                                counted.put(scope, 0L);
                            }

                            @Override
                            public void close(int source, String scope) {
                                counted.remove(scope);
                            }

                            @Override
                            public void past(
                                    int source,
                                    String scope,
                                    String[] group,
                                    long quarterHour,
                                    int quarterHours,
                                    long amount) {
                                // Of no counter.
                            }

                            @Override
                            public void amount(
                                    int source,
                                    ScopeBlock.WindowKey window,
                                    String[] group,
                                    String contributor,
                                    long quarterHour,
                                    long amount) {
                                amounts++;
                                counted.merge(window.scope(), amount, Long::sum);
                            }
                        }));
        context.resetForwards();
    }

    @Test
    void aTaskThatKeepsUpSendsWithEveryCommit() {
        // Given
        behindMs = ScopeCells.BEHIND_MS_MIN - 1;
        start();
        define("b", BudgetPeriod.DAY);

        // When
        spend(FEATURES, 1);
        commit();

        // Then
        assertThat(counted.values()).containsExactly(60L);
    }

    @Test
    void oneThatCatchesUpSendsTheSumOfSeveralCommits() {
        // Given
        define("b", BudgetPeriod.DAY);
        look();
        spend(FEATURES, 1);
        commit();
        spend(FEATURES, 2);
        pass(RollupStage.KEPT_FOR.minusMillis(1));
        look();
        assertThat(counted.values()).containsExactly(0L);

        // When
        pass(Duration.ofMillis(1));
        look();

        // Then
        assertThat(counted.values()).containsExactly(180L);
        assertThat(amounts).as("one for each contributor").isEqualTo(FEATURES);
    }

    @Test
    void aFewCellsAreNotWorthWaitingForMore() {
        // Given
        define("b", BudgetPeriod.DAY);

        // When
        spend(3, 1);
        commit();

        // Then
        assertThat(counted.values()).containsExactly(3L);
    }

    @Test
    void aRestartSendsOnceWhatWasKept() {
        // Given
        define("b", BudgetPeriod.DAY);
        spend(FEATURES, 1);
        commit();
        look();
        spend(FEATURES, 2);
        commit();
        spend(FEATURES, 3);
        commit();

        // When
        start();
        look();
        start();
        look();

        // Then
        assertThat(counted.values()).containsExactly(360L);
    }

    @Test
    void settlingSendsWhatTheJournalWillHoldNoMore() {
        // Given
        define("b", BudgetPeriod.DAY);
        spend(FEATURES, 1);
        commit();

        // When
        settle();
        start();
        look();

        // Then
        assertThat(counted.values()).containsExactly(60L);
    }

    @Test
    void aDefinitionThatComesMeanwhileBeginsWithAllOfIt() {
        // Given
        define("b", BudgetPeriod.DAY);
        spend(FEATURES, 1);
        commit();

        // When
        define("c", BudgetPeriod.MONTH);
        spend(FEATURES, 2);
        commit();
        start();
        look();

        // Then
        assertThat(counted.values()).containsExactly(180L, 180L);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whateverHappensEachScopeIsCountedOnce(long seed) {
        // Given
        Random dice = new Random(seed);
        List<BudgetPeriod> periods = List.of(BudgetPeriod.DAY, BudgetPeriod.WEEK, BudgetPeriod.MONTH);
        long spent = 0;

        for (int step = 0; step < 300; step++) {
            // When
            pass(Duration.ofMillis(300));
            BudgetPeriod period = periods.get(dice.nextInt(periods.size()));
            switch (dice.nextInt(12)) {
                case 0 -> define("b-" + period, period);
                case 1 -> book.remove("b-" + period);
                case 2 -> look();
                case 3 -> settle();
                case 4 -> {
                    commit();
                    behindMs = dice.nextBoolean() ? 0 : ScopeCells.BEHIND_MS_MIN;
                    start();
                }
                case 5, 6, 7 -> commit();
                default -> {
                    int features = FEATURES - dice.nextInt(20);
                    spend(features, step);
                    spent += (long) features * step;
                }
            }
        }
        define("last", BudgetPeriod.YEAR);
        look();

        // Then
        assertThat(counted).hasSize(book.contents().scopes().size());
        assertThat(counted.values()).containsOnly(spent);
    }
}
