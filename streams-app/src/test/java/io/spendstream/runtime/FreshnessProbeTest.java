package io.spendstream.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.query.Lag;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nothing is called counted before the brokers know that it is, whoever counts it. */
class FreshnessProbeTest {

    private static final TopicPartition OWN = new TopicPartition("usage-events", 0);
    private static final TopicPartition OTHERS = new TopicPartition("usage-events", 1);
    private static final TopicPartition SCOPES = new TopicPartition("scope-deltas", 0);
    private static final TopicPartition DELTAS = new TopicPartition("deltas", 0);

    private long now = 1_000_000;
    private final Brokers brokers = new Brokers();
    private final Statuses statuses = new Statuses();
    private final FreshnessProbe probe = new FreshnessProbe(brokers, () -> Set.of(OWN), statuses, () -> now);

    /** What the brokers would say. */
    private static final class Brokers implements GroupView {
        final Map<TopicPartition, Long> events = new HashMap<>();
        final Map<TopicPartition, Long> deltas = new HashMap<>();
        final Map<TopicPartition, Long> scopes = new HashMap<>();
        final Map<TopicPartition, Long> committed = new HashMap<>();
        final Map<TopicPartition, Long> nextRecord = new HashMap<>();
        int looksBehind;

        @Override
        public Map<TopicPartition, Long> eventEnds() {
            return Map.copyOf(events);
        }

        @Override
        public Map<TopicPartition, Long> deltaEnds() {
            return Map.copyOf(deltas);
        }

        @Override
        public Map<TopicPartition, Long> scopeEnds() {
            return Map.copyOf(scopes);
        }

        @Override
        public Map<TopicPartition, Long> committed() {
            return Map.copyOf(committed);
        }

        @Override
        public long nextRecord(TopicPartition partition, long from) {
            looksBehind++;
            return nextRecord.getOrDefault(partition, from);
        }
    }

    /** What this instance knows of the statuses. */
    private static final class Statuses implements FreshnessProbe.Statuses {
        boolean allRead = true;

        @Override
        public long sentOnWithinMs() {
            return 600;
        }

        @Override
        public long publishedWithinMs(boolean farBehind) {
            return farBehind ? 6_100 : 1_100;
        }

        @Override
        public boolean allRead() {
            return allRead;
        }
    }

    @BeforeEach
    void allDone() {
        brokers.events.putAll(Map.of(OWN, 10L, OTHERS, 20L));
        brokers.deltas.put(DELTAS, 5L);
        brokers.committed.putAll(Map.of(OWN, 10L, OTHERS, 20L, DELTAS, 5L));
        now += 100;
        probe.probe();
    }

    private Lag after(long ms) {
        now += ms;
        probe.probe();
        return probe.lag();
    }

    @Test
    void whereAllIsCommittedTheAnswerIsAsOfNow() {
        assertThat(probe.lag()).isEqualTo(new Lag(0, Instant.ofEpochMilli(now)));
    }

    @Test
    void beforeTheFirstLookNothingIsClaimed() {
        assertThat(new FreshnessProbe(brokers, Set::of, statuses, () -> now)
                        .lag()
                        .asOf())
                .isEqualTo(Instant.EPOCH);
    }

    @Test
    void anEventCountsWhenItIsCommittedAndThenWhatItAddsIs() {
        // Given
        Instant before = probe.lag().asOf();
        brokers.events.put(OWN, 13L);

        // When it is fetched, or even worked on
        assertThat(after(100)).isEqualTo(new Lag(3, before));
        long came = now;

        // When it is committed and its deltas are not
        brokers.committed.put(OWN, 13L);
        brokers.deltas.put(DELTAS, 7L);
        assertThat(after(100)).isEqualTo(new Lag(0, before));

        // When these are, while more deltas come
        brokers.deltas.put(DELTAS, 9L);
        brokers.committed.put(DELTAS, 7L);
        assertThat(after(100).asOf()).isBetween(Instant.ofEpochMilli(came), Instant.ofEpochMilli(now - 1));
    }

    @Test
    void theWorkOfADeadInstanceIsMissed() {
        // Given
        Instant before = probe.lag().asOf();
        brokers.events.put(OTHERS, 21L);

        // Then no time passes, though this instance is behind by nothing
        assertThat(after(100)).isEqualTo(new Lag(0, before));
        assertThat(after(60_000)).isEqualTo(new Lag(0, before));
    }

    @Test
    void marksOfTransactionsAreNoWork() {
        // Given a mark behind the last delta, which nobody will commit
        Instant before = probe.lag().asOf();
        brokers.deltas.put(DELTAS, 6L);
        assertThat(after(100).asOf()).isEqualTo(before);

        // When there is nothing in it
        brokers.nextRecord.put(DELTAS, 6L);

        // Then it holds up nothing for long
        after(600);
        assertThat(after(100).asOf()).isEqualTo(Instant.ofEpochMilli(now));
    }

    @Test
    void workThatGoesOnIsNotLookedBehindHoweverFarBehindItIs() {
        // Given every partition is seconds behind
        brokers.events.putAll(Map.of(OWN, 1_000L, OTHERS, 1_000L));
        after(100);
        brokers.deltas.put(DELTAS, 1_000L);

        // When each commit takes all of them a little further
        for (long offset = 100; offset <= 1_000; offset += 10) {
            for (TopicPartition partition : List.of(OWN, OTHERS, DELTAS)) {
                brokers.committed.put(partition, offset);
            }
            after(100);
        }

        // Then
        assertThat(brokers.looksBehind).isZero();
        after(100);
        assertThat(after(100)).isEqualTo(new Lag(0, Instant.ofEpochMilli(now)));
    }

    @Test
    void whereNothingMovesItIsLookedBehindTwiceASecond() {
        // Given a partition that nobody works on
        brokers.events.put(OTHERS, 21L);

        // When
        for (int i = 0; i < 100; i++) {
            after(100);
        }

        // Then
        assertThat(brokers.looksBehind).isBetween(18, 20);
    }

    @Test
    void whatWaitsForTheRegistryIsNotCountedThoughItIsCommitted() {
        // Given
        probe.waiting(0, 4, now - 50);
        long oldest = now - 50;

        // Then
        assertThat(after(5_000)).isEqualTo(new Lag(4, Instant.ofEpochMilli(oldest - 1)));

        // When it is decided, it takes a while until it is counted
        probe.waiting(0, 0, 0);
        assertThat(after(100)).isEqualTo(new Lag(0, Instant.ofEpochMilli(oldest - 1)));
        after(3_000);
        assertThat(after(100)).isEqualTo(new Lag(0, Instant.ofEpochMilli(now)));
    }

    @Test
    void budgetsAreKnownWhenTheCountersAreCommittedAndTheirStatusesPublishedAndRead() {
        // Given all that was received is in the cube, and a delta on its way to the counters
        brokers.scopes.put(SCOPES, 3L);
        long came = now + 100;
        assertThat(after(100).asOf()).isEqualTo(Instant.ofEpochMilli(came));
        brokers.committed.put(SCOPES, 2L);
        after(3_000);

        // Then the budgets are as old as before, whoever counts them
        assertThat(probe.ofBudgets().asOf()).isBefore(Instant.ofEpochMilli(came));

        // When the counters have it
        brokers.committed.put(SCOPES, 3L);
        after(100);
        assertThat(probe.ofBudgets().asOf()).isBefore(Instant.ofEpochMilli(came));
        after(1_000);
        assertThat(probe.ofBudgets().asOf())
                .as("what is counted is not published at once")
                .isBefore(Instant.ofEpochMilli(came));

        // When it is published and this instance has yet to read it
        statuses.allRead = false;
        after(200);
        assertThat(probe.ofBudgets().asOf()).isBefore(Instant.ofEpochMilli(came));
        statuses.allRead = true;
        after(1);
        assertThat(probe.ofBudgets().asOf()).isAfterOrEqualTo(Instant.ofEpochMilli(came));
    }

    @Test
    void whatATaskThatCatchesUpKeepsIsNotInTheBudgetsYet() {
        // Given deltas that are committed late
        brokers.deltas.put(DELTAS, 7L);
        after(100);
        long came = now;
        after(3_000);
        brokers.committed.put(DELTAS, 7L);
        after(100);

        // When the task sends on what it kept a moment later
        after(500);
        brokers.scopes.put(SCOPES, 4L);
        brokers.committed.put(SCOPES, 3L);
        after(100);
        after(1_000);

        // Then the budgets are waited for
        assertThat(probe.lag().asOf()).isAfterOrEqualTo(Instant.ofEpochMilli(came));
        assertThat(probe.ofBudgets().asOf()).isBefore(Instant.ofEpochMilli(came));
        brokers.committed.put(SCOPES, 4L);
        after(100);
        after(1_100);
        assertThat(probe.ofBudgets().asOf()).isAfterOrEqualTo(Instant.ofEpochMilli(came));
    }

    @Test
    void whatATaskCountsThatIsFarBehindIsPublishedLater() {
        // Given a delta that reaches the counters late
        brokers.scopes.put(SCOPES, 3L);
        after(100);
        long came = now;
        after(9_000);

        // When it is in them, like what came a moment ago
        brokers.committed.put(SCOPES, 3L);
        after(100);
        long counted = now;
        after(6_000);

        // Then neither is taken to be published before the task does so
        assertThat(probe.ofBudgets().asOf()).isBefore(Instant.ofEpochMilli(came));
        after(100);
        assertThat(probe.ofBudgets().asOf()).isEqualTo(Instant.ofEpochMilli(counted));
    }

    @Test
    void whatWasSlowOnTheWayIsKnownToBeLateAtItsEnd() {
        // Given an event that takes six seconds, and nothing after it
        brokers.events.put(OWN, 11L);
        after(100);
        long came = now;
        after(6_000);

        // When it is counted within a moment then
        brokers.committed.put(OWN, 11L);
        brokers.deltas.put(DELTAS, 6L);
        after(100);
        brokers.committed.put(DELTAS, 6L);
        after(100);
        brokers.scopes.put(SCOPES, 3L);
        brokers.committed.put(SCOPES, 3L);
        after(600);
        after(6_000);

        // Then its task is taken to be as late as the event was
        assertThat(probe.ofBudgets().asOf()).isBefore(Instant.ofEpochMilli(came));
        after(100);
        assertThat(probe.ofBudgets().asOf()).isAfterOrEqualTo(Instant.ofEpochMilli(came));
    }

    @Test
    void whatWaitsIsNotInTheBudgetsUntilTheyAreThatFar() {
        // Given
        long oldest = now - 50;
        probe.waiting(0, 4, oldest);
        after(5_000);
        probe.waiting(0, 0, 0);

        // When it is in the cube for sure, and the budgets come after
        after(2_100);
        after(100);

        // Then
        assertThat(probe.lag().asOf()).isEqualTo(Instant.ofEpochMilli(now));
        assertThat(probe.ofBudgets().asOf()).isEqualTo(Instant.ofEpochMilli(oldest - 1));

        // And when a task that takes it for old may still keep it, though no note came late
        after(1_200);
        assertThat(probe.ofBudgets().asOf()).isEqualTo(Instant.ofEpochMilli(oldest - 1));
        after(1_200);
        assertThat(probe.ofBudgets().asOf()).isAfter(Instant.ofEpochMilli(oldest + 5_000));
    }
}
