package io.spendstream.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.TestStores;
import io.spendstream.alert.AlertNotes;
import io.spendstream.budget.BudgetBook;
import io.spendstream.combine.ByteSink;
import io.spendstream.combine.CommitPoint;
import io.spendstream.combine.CommitPoints;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertState;
import io.spendstream.v1.Budget;
import io.spendstream.v1.BudgetAction;
import io.spendstream.v1.BudgetPeriod;
import io.spendstream.v1.BudgetStatus;
import io.spendstream.v1.BudgetThreshold;
import io.spendstream.v1.Contributor;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;

/** One task's counters: shares of sources, alerts and restarts. */
class WatchStageTest {

    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final long DAY_START = Instant.parse("2026-11-21T00:00:00Z").toEpochMilli();
    private static final long DAY_END = Instant.parse("2026-11-22T00:00:00Z").toEpochMilli();

    private final KeyValueStore<Bytes, byte[]> counters = TestStores.inMemory(WatchStage.COUNTERS);
    private final KeyValueStore<Bytes, byte[]> journal = TestStores.inMemory(WatchStage.JOURNAL);
    private BudgetBook book = new BudgetBook();
    private final List<Alert> alerts = new ArrayList<>();
    private final List<BudgetStatus> statuses = new ArrayList<>();
    private MockProcessorContext<Object, Object> context;
    private WatchStage stage;
    private long clockMs;

    private void start(int groupsMax) {
        stage = stage(groupsMax);
        begin();
    }

    private WatchStage stage(int groupsMax) {
        return new WatchStage(
                new WatchSettings(Duration.ofSeconds(1), groupsMax, Duration.ofDays(40)),
                new WatchStage.Ways("alerts", "statuses"),
                book,
                new AlertNotes());
    }

    /** The same processor with the same stores: what a task does that starts again. */
    private void begin() {
        context = new MockProcessorContext<>();
        context.addStateStore(counters);
        context.addStateStore(journal);
        CommitPoint commit =
                new CommitPoints(WatchStage.COMMIT_POINT, CommitPoint.Mode.EVERY_RECORD, tally -> {}).build();
        context.addStateStore(commit);
        stage.init(context);
    }

    private void settle() {
        tick(5_000);
    }

    /** So much later by the clock. */
    private void tick(long laterMs) {
        clockMs += laterMs;
        context.scheduledPunctuators()
                .forEach(punctuator -> punctuator.getPunctuator().punctuate(clockMs));
        collect();
    }

    private void collect() {
        context.forwarded().forEach(forwarded -> {
            if (forwarded.record().value() instanceof Alert alert) {
                alerts.add(alert);
            } else if (forwarded.record().value() instanceof BudgetStatus status) {
                statuses.add(status);
            }
        });
        context.resetForwards();
    }

    private String define(long limit, List<String> groupBy, long... atPpm) {
        assertThat(book.put(
                        Budget.newBuilder()
                                .setId("b")
                                .setLimit(limit)
                                .setPeriod(BudgetPeriod.DAY)
                                .setGroupBy(groupBy)
                                .setBurnRateMin(1_000_000L)
                                .setThresholds(Arrays.stream(atPpm)
                                        .mapToObj(at -> new BudgetThreshold(at, BudgetAction.NOTIFY, null))
                                        .toList())
                                .build(),
                        NOW.toEpochMilli()))
                .isEmpty();
        return book.contents().budgets().get("b").scopeId();
    }

    private void send(Block block) {
        send(block, NOW.toEpochMilli());
    }

    private void send(Block block, long receivedMs) {
        stage.process(new Record<>(0, block.bytes(), receivedMs));
        collect();
    }

    private long lastSpent() {
        settle();
        return statuses.get(statuses.size() - 1).getSpent();
    }

    /** Writes the format by hand, so that a change of it is seen here. */
    private static final class Block {
        private final int source;
        private final List<String> texts = new ArrayList<>();
        private final ByteSink entries = new ByteSink(64);
        private String contributor;

        Block(int source) {
            this.source = source;
        }

        private int number(String text) {
            if (!texts.contains(text)) {
                texts.add(text);
            }
            return texts.indexOf(text);
        }

        Block open(String scope) {
            entries.writeByte(0).writeVarint(number(scope)).writeSigned(0).writeSigned(0);
            return this;
        }

        Block close(String scope) {
            entries.writeByte(1).writeVarint(number(scope));
            return this;
        }

        /** Who spends the amounts that follow. */
        Block by(String who) {
            contributor = who;
            return this;
        }

        Block amount(String scope, long amount, String... group) {
            return amount(scope, DAY_START, DAY_END, false, amount, group);
        }

        /** Of yesterday, which was over when the scope was defined. */
        Block quiet(String scope, long amount) {
            return amount(scope, DAY_START - (DAY_END - DAY_START), DAY_START, true, amount);
        }

        /** Of yesterday, from a late call. */
        Block late(String scope, long amount) {
            return amount(scope, DAY_START - (DAY_END - DAY_START), DAY_START, false, amount);
        }

        private Block amount(String scope, long start, long end, boolean quiet, long amount, String... group) {
            entries.writeByte(2)
                    .writeVarint(number(scope))
                    .writeSigned(start)
                    .writeSigned(end)
                    .writeByte(quiet ? 1 : 0);
            entries.writeByte(3).writeVarint(group.length);
            for (String value : group) {
                entries.writeVarint(number(value) + 1);
            }
            entries.writeVarint(contributor == null ? 0 : number(contributor) + 1);
            entries.writeSigned(NOW.toEpochMilli() / 900_000).writeSigned(amount);
            return this;
        }

        byte[] bytes() {
            ByteSink block = new ByteSink(64).writeByte(3).writeVarint(source).writeVarint(texts.size());
            texts.forEach(block::writeText);
            return block.writeBytes(entries.toBytes()).toBytes();
        }
    }

    @Test
    void aTaskThatStartsAgainKnowsWhatWasSpentAndTellsNothingTwice() {
        // Given
        String scope = define(100, List.of(), 500_000);
        start(10);
        send(new Block(1).open(scope).amount(scope, 30));
        settle();
        send(new Block(1).amount(scope, 30));
        assertThat(alerts).hasSize(1);

        // When: once with the last block in the journal only, once settled
        begin();
        settle();
        begin();
        send(new Block(3).open(scope).amount(scope, 5));

        // Then
        assertThat(lastSpent()).isEqualTo(65);
        assertThat(alerts).hasSize(1);
    }

    @Test
    void countersAreWrittenDownMoreRarelyThanTheirStatusIsPublished() {
        // Given: a counter that is written down
        String scope = define(100, List.of(), 500_000);
        start(10);
        send(new Block(1).open(scope).amount(scope, 10));
        settle();
        Map<String, Long> before = CounterDump.read(counters);

        // When
        send(new Block(1).amount(scope, 20));
        tick(4_999);

        // Then
        assertThat(statuses.get(statuses.size() - 1).getSpent()).isEqualTo(30);
        assertThat(before).containsValue(10L);
        assertThat(CounterDump.read(counters)).isEqualTo(before);

        // When
        tick(1);

        // Then
        assertThat(CounterDump.read(counters)).containsValue(30L);
        assertThat(journal.approximateNumEntries()).isZero();
    }

    @Test
    void aTaskThatStartsAgainBeforeItSettledKnowsWhichAlertsAreOpen() {
        // Given: the counter is in the journal only
        String scope = define(100, List.of(), 500_000);
        start(10);
        send(new Block(1).open(scope).amount(scope, 60));

        // When
        begin();
        define(101, List.of(), 500_000);
        settle();
        send(new Block(1).amount(scope, -20));

        // Then
        assertThat(alerts).extracting(Alert::getState).containsExactly(AlertState.OPEN, AlertState.RESOLVED);
    }

    @Test
    void whatWasCountedBeforeTheDefinitionWasKnownIsHeldAgainstItAlsoAfterARestart() {
        // Given
        start(10);
        String scope = define(100, List.of(), 500_000);
        book.remove("b");
        send(new Block(1).open(scope).quiet(scope, 50).late(scope, 60));

        // When
        begin();
        define(100, List.of(), 500_000, 1_000_000);
        settle();

        // Then: one was passed before the scope was defined, nobody is told of it
        assertThat(alerts).extracting(Alert::getThreshold).containsExactly(1_000_000L);
    }

    @Test
    void aTaskThatCameFromAnotherInstanceWaitsForTheDefinitionsItHadThere() throws Exception {
        // Given
        String scope = define(100, List.of(), 500_000);
        book.readUpTo(1);
        start(10);
        send(new Block(1).open(scope).amount(scope, 60));
        Budget known = book.get("b");

        // When: here the definition is read after the task comes
        book = new BudgetBook();
        stage = stage(10);
        Thread task = Thread.currentThread();
        AtomicBoolean waited = new AtomicBoolean();
        AtomicBoolean begun = new AtomicBoolean();
        Thread reader = new Thread(() -> {
            while (!waited.get() && !begun.get()) {
                waited.set(task.getState() == Thread.State.TIMED_WAITING);
                Thread.onSpinWait();
            }
            book.put(known, NOW.toEpochMilli());
            book.readUpTo(1);
        });
        reader.start();
        begin();
        begun.set(true);
        send(new Block(1).amount(scope, 1));
        reader.join();

        // Then
        assertThat(waited).isTrue();
        assertThat(alerts).extracting(Alert::getState).containsExactly(AlertState.OPEN);
    }

    @Test
    void aSourceThatOpensAgainReplacesItsOwnShareOnly() {
        // Given
        String scope = define(100, List.of());
        start(10);
        send(new Block(1).open(scope).amount(scope, 30));
        send(new Block(3).open(scope).amount(scope, 5));
        settle();

        // When
        send(new Block(1).close(scope));
        begin();
        assertThat(lastSpent()).isEqualTo(5);
        send(new Block(1).open(scope).amount(scope, 31).amount(scope, 1));

        // Then
        assertThat(lastSpent()).isEqualTo(37);
    }

    @Test
    void aCorrectionResolvesAndPassingAgainOpensTheSameAlertAgain() {
        // Given
        String scope = define(100, List.of(), 500_000);
        start(10);
        send(new Block(1).open(scope).amount(scope, 60));

        // When
        send(new Block(1).amount(scope, -20));
        send(new Block(1).amount(scope, 20));

        // Then
        assertThat(alerts)
                .extracting(Alert::getState)
                .containsExactly(AlertState.OPEN, AlertState.RESOLVED, AlertState.OPEN);
        assertThat(alerts).extracting(Alert::getId).containsOnly(alerts.get(0).getId());
    }

    @Test
    void groupsPastTheLimitShareACounterAndAnAlertSaysSo() {
        // Given
        String scope = define(100, List.of("feature"));
        start(2);

        // When
        send(new Block(1).open(scope).amount(scope, 1, "a").amount(scope, 2, "b"));
        send(new Block(1).amount(scope, 3, "c").amount(scope, 4, "d").amount(scope, 5, "a"));
        settle();
        begin();
        send(new Block(1).amount(scope, 10, "d"));
        settle();

        // Then
        assertThat(alerts).extracting(Alert::getKind).containsExactly("budget_overflow");
        assertThat(alerts.get(0).getSummary())
                .contains("has more groups by feature than are kept; further ones share one counter");
        assertThat(statuses.stream().filter(BudgetStatus::getOverflow).map(BudgetStatus::getSpent))
                .last()
                .isEqualTo(17L);
        assertThat(statuses.stream()
                        .filter(status -> "a".equals(status.getGroup().get("feature")))
                        .map(BudgetStatus::getSpent))
                .last()
                .isEqualTo(6L);
    }

    @Test
    void groupsThatAreGoneMakeRoomForOthers() {
        // Given: as many groups as there may be, and a scope that ends and begins again within the period
        String scope = define(100, List.of("feature"));
        start(2);
        send(new Block(1)
                .open(scope)
                .amount(scope, 1, "a")
                .amount(scope, 2, "b")
                .amount(scope, 3, "c"));
        settle();
        send(new Block(1).close(scope));
        settle();
        statuses.clear();

        // When
        send(new Block(1).open(scope).amount(scope, 4, "b").amount(scope, 5, "c"));
        settle();

        // Then
        assertThat(statuses).noneMatch(BudgetStatus::getOverflow);
        assertThat(statuses).extracting(BudgetStatus::getSpent).containsExactlyInAnyOrder(4L, 5L);
    }

    @Test
    void whatIsCountedBeforeTheDefinitionIsKnownIsHeldAgainstItThen() {
        // Given
        start(10);
        String scope = define(100, List.of(), 500_000);
        book.remove("b");
        send(new Block(1).open(scope).amount(scope, 60));
        assertThat(alerts).isEmpty();

        // When
        define(100, List.of(), 500_000);
        settle();

        // Then
        assertThat(alerts).hasSize(1);
    }

    @Test
    void anAlertNamesWhoSpentMostAlsoAfterARestart() {
        // Given: one source begins anew, so that what it said before is void
        String scope = define(100, List.of(), 500_000);
        start(10);
        send(new Block(3).open(scope).by("search").amount(scope, 20).by(null).amount(scope, 1));
        send(new Block(1).open(scope).by("chat").amount(scope, 25).by("search").amount(scope, 3));
        settle();
        begin();
        send(new Block(1).open(scope).by("chat").amount(scope, 9).by("mail").amount(scope, 8));

        // When
        send(new Block(1).by("chat").amount(scope, 12));

        // Then
        assertThat(alerts).singleElement().satisfies(alert -> {
            assertThat(alert.getContributors())
                    .containsExactly(
                            new Contributor("feature", "chat", 21L, 420_000L),
                            new Contributor("feature", "search", 20L, 400_000L),
                            new Contributor("feature", "mail", 8L, 160_000L),
                            new Contributor("feature", null, 1L, 20_000L));
            assertThat(alert.getSummary()).contains("The largest part by feature chat: 0.000000021 USD (42 %)");
        });
    }

    @Test
    void contributorsPastTheLimitShareOne() {
        // Given
        String scope = define(1_000, List.of(), 1_000_000);
        start(10);
        send(new Block(1).open(scope));

        // When
        for (int i = 0; i < 100; i++) {
            send(new Block(1).by("feature-" + i).amount(scope, 10));
        }

        // Then
        assertThat(alerts)
                .singleElement()
                .satisfies(alert -> assertThat(alert.getContributors().get(0))
                        .isEqualTo(new Contributor("feature", "__other__", 360L, 360_000L)));
    }

    @Test
    void aCounterInTheLastFifthBeforeAStopIsPublishedWithEveryCommitAndAnyOtherWhenItSettles() {
        // Given: calls are stopped at 90 of 100
        Budget stopping = Budget.newBuilder()
                .setId("b")
                .setLimit(100L)
                .setPeriod(BudgetPeriod.DAY)
                .setBurnRateMin(1_000_000L)
                .setThresholds(List.of(
                        new BudgetThreshold(300_000L, BudgetAction.USE_MODEL, "m"),
                        new BudgetThreshold(900_000L, BudgetAction.THROTTLE, null)))
                .build();
        assertThat(book.put(stopping, NOW.toEpochMilli())).isEmpty();
        String scope = book.contents().budgets().get("b").scopeId();
        start(10);
        send(new Block(1).open(scope).amount(scope, 1));
        settle();
        statuses.clear();

        // Then: before it, what alerts is published at once and nothing else
        assertThat(publishedAtOnce(scope, 28)).isEmpty();
        assertThat(publishedAtOnce(scope, 2)).containsExactly(31L);
        assertThat(publishedAtOnce(scope, 40)).isEmpty();
        assertThat(publishedAtOnce(scope, 1)).containsExactly(72L);
        assertThat(publishedAtOnce(scope, 17)).containsExactly(89L);
        assertThat(publishedAtOnce(scope, 1)).containsExactly(90L);
        // Past it nothing can be stopped more.
        assertThat(publishedAtOnce(scope, 1)).isEmpty();
        assertThat(publishedAtOnce(scope, -2)).containsExactly(89L);
        settle();
        assertThat(statuses).extracting(BudgetStatus::getSpent).containsExactly(89L);
    }

    @Test
    void aTaskThatIsFarBehindPublishesMoreRarelyAndTellsOfThresholdsWithEveryCommit() {
        // Given: what is counted was received ten seconds ago
        String scope = define(100, List.of(), 500_000);
        start(10);
        send(new Block(1).open(scope).amount(scope, 10));
        clockMs = NOW.toEpochMilli() + 9_000;
        tick(1_000);
        assertThat(statuses).extracting(BudgetStatus::getSpent).containsExactly(10L);

        // When
        send(new Block(1).amount(scope, 20));
        tick(1_000);
        tick(3_999);

        // Then
        assertThat(statuses).hasSize(1);
        tick(1);
        assertThat(statuses).extracting(BudgetStatus::getSpent).containsExactly(10L, 30L);

        // When
        send(new Block(1).amount(scope, 20));

        // Then
        assertThat(alerts).hasSize(1);
        assertThat(statuses).extracting(BudgetStatus::getSpent).containsExactly(10L, 30L, 50L);
    }

    @Test
    void aTaskThatIsFarBehindLooksAtPacesEverySecond() {
        // Given
        Budget daily = Budget.newBuilder()
                .setId("m")
                .setLimit(400L)
                .setPeriod(BudgetPeriod.DAY)
                .build();
        assertThat(book.put(daily, NOW.toEpochMilli())).isEmpty();
        String scope = book.contents().budgets().get("m").scopeId();
        start(10);
        send(new Block(1).open(scope).amount(scope, 1));
        clockMs = NOW.toEpochMilli() + 20_000;
        tick(1_000);

        // When
        send(new Block(1).amount(scope, 299));
        tick(1_000);

        // Then
        assertThat(statuses).extracting(BudgetStatus::getSpent).containsExactly(1L);
        assertThat(alerts).extracting(Alert::getKind).contains("budget_burn_rate");
    }

    @Test
    void aTaskThatIsLateButNotFarBehindPublishesEverySecond() {
        // Given
        String scope = define(100, List.of());
        start(10);
        send(new Block(1).open(scope).amount(scope, 10));
        clockMs = NOW.toEpochMilli() + 7_000;

        // When
        tick(1_000);
        send(new Block(1).amount(scope, 20));
        tick(1_000);

        // Then
        assertThat(statuses).extracting(BudgetStatus::getSpent).containsExactly(10L, 30L);
    }

    @Test
    void whatAPeriodCameToIsPublishedBeforeItIsLetGoAlsoByATaskThatIsFarBehind() {
        // Given: a call of a period that ends before the next status
        String scope = define(100, List.of());
        start(10);
        clockMs = DAY_END - 4_000 + 10_000;
        send(new Block(1).open(scope).amount(scope, 10), DAY_END - 4_000);
        tick(0);
        tick(2_500);
        send(new Block(1).amount(scope, 20), DAY_END - 1_000);

        // When its counter may be written down and let go
        send(new Block(1), DAY_END);
        tick(2_500);
        tick(2_500);

        // Then
        assertThat(statuses).extracting(BudgetStatus::getSpent).endsWith(30L);
    }

    private List<Long> publishedAtOnce(String scope, long amount) {
        send(new Block(1).amount(scope, amount));
        List<Long> spent = statuses.stream().map(BudgetStatus::getSpent).toList();
        statuses.clear();
        return spent;
    }

    @Test
    void aSourceThatOpensAgainReplacesItsOwnShareOfThePaceOnlyAlsoAfterARestart() {
        // Given: two that read the cube, 24 and 48 an hour of 100 a day
        String scope = define(100, List.of());
        start(10);
        send(new Block(1).open(scope).amount(scope, 1));
        send(new Block(3).open(scope).amount(scope, 2));
        settle();
        assertThat(lastRate()).isEqualTo(720_000);

        // When
        begin();
        send(new Block(1).open(scope).amount(scope, 5));

        // Then
        assertThat(lastRate()).isEqualTo(1_680_000);
        send(new Block(1).close(scope));
        assertThat(lastRate()).isEqualTo(480_000);
        begin();
        send(new Block(3).close(scope).open(scope).amount(scope, 3));
        assertThat(lastRate()).isEqualTo(720_000);
    }

    private long lastRate() {
        settle();
        return statuses.get(statuses.size() - 1).getBurnRateNowPpm();
    }

    @Test
    void aPaceThatIsFarTooFastPagesOnce() {
        // Given: three quarters of a day's limit within minutes, 18 times an even pace
        Budget daily = Budget.newBuilder()
                .setId("m")
                .setLimit(400L)
                .setPeriod(BudgetPeriod.DAY)
                .build();
        assertThat(book.put(daily, NOW.toEpochMilli())).isEmpty();
        String scope = book.contents().budgets().get("m").scopeId();
        start(10);

        // When
        send(new Block(1).open(scope).amount(scope, 300));
        settle();
        settle();

        // Then
        assertThat(alerts)
                .filteredOn(alert -> alert.getKind().equals("budget_burn_rate"))
                .singleElement()
                .satisfies(alert -> assertThat(alert.getLabels()).containsEntry("rule", "page-1h"));
    }
}
