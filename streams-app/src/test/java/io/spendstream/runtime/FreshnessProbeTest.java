package io.spendstream.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.query.Lag;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nothing is called counted before the brokers know that it is, whoever counts it. */
class FreshnessProbeTest {

    private static final TopicPartition OWN = new TopicPartition("usage-events", 0);
    private static final TopicPartition OTHERS = new TopicPartition("usage-events", 1);
    private static final TopicPartition DELTAS = new TopicPartition("deltas", 0);

    private long now = 1_000_000;
    private final Brokers brokers = new Brokers();
    private final FreshnessProbe probe = new FreshnessProbe(brokers, () -> Set.of(OWN), () -> now);

    /** What the brokers would say. */
    private static final class Brokers implements GroupView {
        final Map<TopicPartition, Long> events = new HashMap<>();
        final Map<TopicPartition, Long> deltas = new HashMap<>();
        final Map<TopicPartition, Long> committed = new HashMap<>();
        final Map<TopicPartition, Long> nextRecord = new HashMap<>();

        @Override
        public Map<TopicPartition, Long> eventEnds() {
            return Map.copyOf(events);
        }

        @Override
        public Map<TopicPartition, Long> deltaEnds() {
            return Map.copyOf(deltas);
        }

        @Override
        public Map<TopicPartition, Long> committed() {
            return Map.copyOf(committed);
        }

        @Override
        public long nextRecord(TopicPartition partition, long from) {
            return nextRecord.getOrDefault(partition, from);
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
        assertThat(new FreshnessProbe(brokers, Set::of, () -> now).lag().asOf()).isEqualTo(Instant.EPOCH);
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
}
