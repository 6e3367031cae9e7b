package io.spendstream.combine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spendstream.TestStores;
import io.spendstream.Usages;
import io.spendstream.usage.Measure;
import io.spendstream.usage.MeteredUsage;
import io.spendstream.usage.Tally;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.internals.InternalProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What the stages rely on at a commit. {@code BEFORE_COMMIT} hangs on internals of Kafka Streams: an upgrade that
 * changes them fails here and not on a bill. Until {@link BeforeCommit} has been mended, such a release of Kafka can be
 * run with {@code commit.work=every_record}, which needs public API only and passes the same tests.
 */
class CommitPointTest {

    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final String WITNESS = "witness";
    private static final String STORE = "sums";

    @TempDir
    private Path stateDir;

    private final List<String> order = new ArrayList<>();
    private final List<Long> received = new ArrayList<>();
    private TopologyTestDriver driver;

    @AfterEach
    void close() {
        if (driver != null) {
            driver.close();
        }
    }

    /** Hands each record on to {@code children} records and, as its work, what it counted to a store and a sink. */
    private final class Stage implements Processor<String, String, String, String> {
        private final String sink;
        private final int children;
        private final String next;
        private ProcessorContext<String, String> context;
        private KeyValueStore<String, String> store;
        private Tally tally;
        private Runnable afterRecord;
        private int count;

        Stage(String sink, String next, int children) {
            this.sink = sink;
            this.next = next;
            this.children = children;
        }

        @Override
        public void init(ProcessorContext<String, String> context) {
            this.context = context;
            store = context.getStateStore(STORE);
            CommitPoint commit = context.getStateStore(CommitPoint.NAME);
            tally = commit.tally();
            afterRecord = commit.beforeCommit(context, this::work);
        }

        @Override
        public void process(Record<String, String> record) {
            if (next == null) {
                tally.received++;
            }
            count++;
            for (int i = 0; i < children; i++) {
                context.forward(record, next);
            }
            afterRecord.run();
        }

        private void work() {
            if (count > 0) {
                order.add("work of " + sink);
                store.put(sink, Integer.toString(count));
                context.forward(new Record<>(sink, "counted " + count, NOW.toEpochMilli()), sink);
                count = 0;
            }
        }
    }

    /** Kafka Streams tells its stores of every commit, after the transaction. */
    private final class Witness implements StateStore, StoreBuilder<Witness> {
        private boolean open;

        @Override
        public String name() {
            return WITNESS;
        }

        @Override
        public void init(StateStoreContext context, StateStore root) {
            open = true;
            context.register(root, (key, value) -> {});
        }

        @Override
        public void commit(Map<TopicPartition, Long> changelogOffsets) {
            order.add("commit");
        }

        @Override
        public void close() {
            open = false;
        }

        @Override
        public boolean persistent() {
            return false;
        }

        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public Witness build() {
            return this;
        }

        @Override
        public Map<String, String> logConfig() {
            return Map.of();
        }

        @Override
        public boolean loggingEnabled() {
            return false;
        }

        @Override
        public Witness withCachingEnabled() {
            return this;
        }

        @Override
        public Witness withCachingDisabled() {
            return this;
        }

        @Override
        public Witness withLoggingEnabled(Map<String, String> config) {
            return this;
        }

        @Override
        public Witness withLoggingDisabled() {
            return this;
        }
    }

    private static StoreBuilder<KeyValueStore<String, String>> sums() {
        return Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(STORE), Serdes.String(), Serdes.String())
                .withCachingDisabled()
                .withLoggingEnabled(Map.of());
    }

    /** in → first (three records for each) → second, both with work to do at a commit. */
    private TestInputTopic<String, String> twoStages(CommitPoint.Mode mode) {
        Topology topology = new Topology()
                .addSource("in", "in")
                .addProcessor("first", () -> new Stage("of-first", "second", 3), "in")
                .addProcessor("second", () -> new Stage("of-second", null, 0), "first")
                .addSink("of-first", "of-first", "first")
                .addSink("of-second", "of-second", "second")
                .addStateStore(new CommitPoints(mode, tally -> received.add(tally.received)), "first", "second")
                .addStateStore(new Witness(), "first")
                .addStateStore(sums(), "first", "second");
        return start(topology);
    }

    private TestInputTopic<String, String> start(Topology topology) {
        Properties config = new Properties();
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
        config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:1");
        config.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        config.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
        config.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
        driver = new TopologyTestDriver(topology, config, NOW);
        return driver.createInputTopic("in", new StringSerializer(), new StringSerializer());
    }

    private List<TestRecord<String, String>> records(String topic) {
        return driver.createOutputTopic(topic, new StringDeserializer(), new StringDeserializer())
                .readRecordsToList();
    }

    @Test
    void theWorkRunsOncePerCommitAndBeforeIt() {
        // Given
        TestInputTopic<String, String> in = twoStages(CommitPoint.Mode.BEFORE_COMMIT);
        order.clear();

        // When
        in.pipeInput("k", "v", NOW);
        in.pipeInput("k", "v", NOW);

        // Then
        assertThat(order)
                .containsExactly(
                        "work of of-first",
                        "work of of-second",
                        "commit",
                        "work of of-first",
                        "work of of-second",
                        "commit");
        assertThat(records("of-second")).extracting(TestRecord::value).containsExactly("counted 3", "counted 3");
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BY_TIMER")
    void theWorkForwardsFromItsOwnStageAndNowhereElse(CommitPoint.Mode mode) {
        // Given
        TestInputTopic<String, String> in = twoStages(mode);

        // When
        in.pipeInput("k", "v", NOW);

        // Then
        assertThat(records("of-first"))
                .extracting(TestRecord::value)
                .allSatisfy(value -> assertThat(value).isEqualTo("counted 1"));
        assertThat(sum(records("of-second"))).isEqualTo(3);
    }

    private static int sum(List<TestRecord<String, String>> counted) {
        return counted.stream()
                .mapToInt(record -> Integer.parseInt(record.value().substring("counted ".length())))
                .sum();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BY_TIMER")
    void whatTheWorkWritesIsLogged(CommitPoint.Mode mode) {
        // Given
        TestInputTopic<String, String> in = twoStages(mode);

        // When
        in.pipeInput("k", "v", NOW.minusSeconds(60));

        // Then
        assertThat(driver.<String, String>getKeyValueStore(STORE).get("of-first"))
                .isEqualTo("1");
        assertThat(records("test-" + STORE + "-changelog"))
                .extracting(TestRecord::key)
                .contains("of-first", "of-second");
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BY_TIMER")
    void theTallyIsHandedOnAndStartsAgain(CommitPoint.Mode mode) {
        // Given
        TestInputTopic<String, String> in = twoStages(mode);
        received.clear();

        // When
        in.pipeInput("k", "v", NOW);
        in.pipeInput("k", "v", NOW);

        // Then
        assertThat(received.stream().mapToLong(Long::longValue).sum()).isEqualTo(6);
    }

    @Test
    void workAlsoRunsAtTheCommitAfterAPunctuation() {
        // Given
        Topology topology = new Topology()
                .addSource("in", "in")
                .addProcessor(
                        "tick",
                        () -> new Processor<String, String, String, String>() {
                            private int ticks;

                            @Override
                            public void init(ProcessorContext<String, String> context) {
                                CommitPoint commit = context.getStateStore(CommitPoint.NAME);
                                commit.beforeCommit(
                                        context, () -> context.forward(new Record<>("k", "ticks " + ticks, 0), "out"));
                                context.schedule(
                                        Duration.ofSeconds(1), PunctuationType.WALL_CLOCK_TIME, now -> ticks++);
                            }

                            @Override
                            public void process(Record<String, String> record) {}
                        },
                        "in")
                .addSink("out", "out", "tick")
                .addStateStore(new CommitPoints(CommitPoint.Mode.BEFORE_COMMIT, tally -> {}), "tick");
        start(topology);

        // When
        driver.advanceWallClockTime(Duration.ofSeconds(1));

        // Then
        assertThat(records("out")).extracting(TestRecord::value).contains("ticks 1");
    }

    @Nested
    class TheContext {

        /** Looks at the context in and around its work. */
        private Supplier<Processor<String, String, String, String>> stage(
                Runnable work, Consumer<InternalProcessorContext<?, ?>> inWork, Consumer<Runnable> process) {
            return () -> new Processor<>() {
                @Override
                public void init(ProcessorContext<String, String> context) {
                    BeforeCommit commit = context.getStateStore(CommitPoint.NAME);
                    InternalProcessorContext<?, ?> internal = (InternalProcessorContext<?, ?>) context;
                    commit.beforeCommit(context, () -> {
                        inWork.accept(internal);
                        work.run();
                    });
                    this.commit = commit;
                    this.internal = internal;
                }

                private BeforeCommit commit;
                private InternalProcessorContext<?, ?> internal;

                @Override
                public void process(Record<String, String> record) {
                    Object node = internal.currentNode();
                    Object recordContext = internal.recordContext();
                    process.accept(commit::flushCache);
                    assertThat(internal.currentNode()).isSameAs(node);
                    assertThat((Object) internal.recordContext()).isSameAs(recordContext);
                    order.add("restored");
                }
            };
        }

        private TestInputTopic<String, String> one(Supplier<Processor<String, String, String, String>> stage) {
            return start(new Topology()
                    .addSource("in", "in")
                    .addProcessor("stage", stage::get, "in")
                    .addStateStore(new CommitPoints(CommitPoint.Mode.BEFORE_COMMIT, tally -> {}), "stage"));
        }

        @Test
        void isThatOfTheStageAtTheStreamsTimeDuringTheWorkAndRestoredAfterIt() {
            // Given
            TestInputTopic<String, String> in = one(stage(
                    () -> {},
                    context -> {
                        assertThat(context.currentNode().name()).isEqualTo("stage");
                        assertThat(context.recordContext().timestamp()).isEqualTo(NOW.toEpochMilli());
                        assertThat(context.recordContext().headers()).isEmpty();
                    },
                    Runnable::run));

            // When
            in.pipeInput("k", "v", NOW);
            in.pipeInput("k", "late", NOW.minusSeconds(3_600));

            // Then
            assertThat(order).containsExactly("restored", "restored");
        }

        @Test
        void isRestoredWhereTheWorkFails() {
            // Given
            TestInputTopic<String, String> in = one(stage(
                    () -> {
                        if (order.isEmpty()) {
                            throw new IllegalArgumentException("the work fails");
                        }
                    },
                    context -> {},
                    flush -> assertThatThrownBy(flush::run).hasMessage("the work fails")));

            // When
            in.pipeInput("k", "v", NOW);

            // Then
            assertThat(order).containsExactly("restored");
        }

        @Test
        void aFailureOfTheWorkStopsTheTask() {
            // Given
            TestInputTopic<String, String> in = one(stage(
                    () -> {
                        throw new IllegalArgumentException("the work fails");
                    },
                    context -> {},
                    flush -> {}));

            // When, Then
            assertThatThrownBy(() -> in.pipeInput("k", "v", NOW)).hasStackTraceContaining("the work fails");
            assertThatThrownBy(driver::close).hasStackTraceContaining("the work fails");
            driver = null;
        }
    }

    /**
     * After a transaction was aborted Kafka Streams starts a task again with the same processors. What they had gathered
     * belongs to records that come again.
     */
    @Test
    void sumsOfAnAbortedTransactionAreNotSentAfterATaskIsStartedAgain() {
        // Given
        CombineStage stage = new CombineStage(1, List.of());
        MockProcessorContext<Integer, byte[]> context = new MockProcessorContext<>();
        CommitsWhenTold commit = new CommitsWhenTold();
        context.addStateStore(commit);
        context.addStateStore(TestStores.inMemory(CombineStage.CLOCK));
        stage.init(context);
        stage.process(oneDollar());

        // When: no commit, the task starts again and the record comes again
        commit.abort();
        stage.init(context);
        stage.process(oneDollar());
        commit.commit();

        // Then
        List<Long> costs = new ArrayList<>();
        context.forwarded()
                .forEach(forwarded -> DeltaBlock.read(forwarded.record().value(), new DeltaBlock.Reader() {
                    @Override
                    public void cell(String[] dimensions, long quarterHour, long cameIn, Delta delta) {
                        costs.add(delta.measure(Measure.COST));
                    }

                    @Override
                    public void user(String tenant, byte[] user, long day, Delta delta) {}
                }));
        assertThat(costs).containsExactly(1_000_000_000L);
    }

    private static Record<byte[], MeteredUsage> oneDollar() {
        return new Record<>(
                new byte[0],
                Usages.costing(Usages.event("f", "m", null, Usages.MIDNIGHT_MS), 1_000_000_000L),
                Usages.MIDNIGHT_MS);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BY_TIMER")
    void aTallyOfAnAbortedTransactionIsNotHandedOnAfterATaskIsStartedAgain(CommitPoint.Mode mode) {
        // Given
        CommitPoint commit = new CommitPoints(mode, tally -> received.add(tally.received)).build();
        commit.tally().received = 5;

        // When
        commit.close();

        // Then
        assertThat(commit.tally().received).isZero();
    }

    /** A task that becomes a standby and active again keeps its stores, this one too, and gets new processors. */
    @Test
    void theWorkOfEarlierProcessorsIsForgottenWhenATaskIsRecycled() {
        // Given
        TestInputTopic<String, String> in = twoStages(CommitPoint.Mode.BEFORE_COMMIT);
        BeforeCommit commit = (BeforeCommit) driver.getStateStore(CommitPoint.NAME);

        // When
        commit.clearCache();
        order.clear();
        in.pipeInput("k", "v", NOW);

        // Then
        assertThat(order).containsExactly("commit");
    }
}
