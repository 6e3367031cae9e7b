package io.spendstream.connect.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertState;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.metrics.PluginMetrics;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.sink.ErrantRecordReporter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTaskContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a task does with what Connect hands it, by a clock of its own. */
class AlertSinkTaskTest {

    private static final TopicPartition PARTITION = new TopicPartition(Alerts.TOPIC, 0);

    private final TickingClock clock = new TickingClock();
    private final Context context = new Context();
    private final Told told = new Told();
    private final List<SinkRecord> letters = new ArrayList<>();
    private final AlertSinkTask task = new AlertSinkTask(clock);

    @BeforeEach
    void start() {
        start((kafkaRecord, error) -> {
            letters.add(kafkaRecord);
            return CompletableFuture.completedFuture(null);
        });
    }

    private void start(ErrantRecordReporter reporter) {
        task.initialize(context);
        task.start(
                "test",
                told,
                new AlertSinkTask.Rules(
                        new Backoff(3, Duration.ofSeconds(1), Duration.ofSeconds(60)), Duration.ofDays(1)),
                reporter);
        task.open(List.of(PARTITION));
    }

    /** Stands still unless it is moved. */
    private static final class TickingClock extends Clock {

        private Instant now = Alerts.OPENED.plusSeconds(60);

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        void move(Duration by) {
            now = now.plus(by);
        }
    }

    /** A channel that does as it is told. */
    private final class Told implements Channel {

        private final List<String> attempts = new ArrayList<>();
        private final List<String> delivered = new ArrayList<>();
        private final List<String> recalled = new ArrayList<>();
        private final Map<String, DeliveryException> failing = new HashMap<>();
        private Duration takes = Duration.ZERO;
        private boolean remembers;

        @Override
        public boolean remembers() {
            return remembers;
        }

        @Override
        public boolean wants(AlertRecord alert) {
            return alert.tell();
        }

        @Override
        public void recall(AlertRecord alert) {
            recalled.add(alert.id());
        }

        @Override
        public void deliver(AlertRecord alert) throws DeliveryException {
            String name = alert.id() + " " + alert.state();
            attempts.add(name);
            clock.move(takes);
            if (failing.containsKey(alert.id())) {
                throw failing.get(alert.id());
            }
            delivered.add(name);
        }
    }

    /** What a task asks of Connect. */
    private static final class Context implements SinkTaskContext {

        private long timeoutMs = -1;
        private boolean commitRequested;
        private final Map<TopicPartition, Long> offsets = new HashMap<>();
        private final Set<TopicPartition> paused = new HashSet<>();

        @Override
        public Map<String, String> configs() {
            return Map.of();
        }

        @Override
        public void offset(Map<TopicPartition, Long> given) {
            offsets.putAll(given);
        }

        @Override
        public void offset(TopicPartition partition, long offset) {
            offsets.put(partition, offset);
        }

        @Override
        public void timeout(long ms) {
            timeoutMs = ms;
        }

        @Override
        public Set<TopicPartition> assignment() {
            return Set.of(PARTITION);
        }

        @Override
        public void pause(TopicPartition... partitions) {
            paused.addAll(List.of(partitions));
        }

        @Override
        public void resume(TopicPartition... partitions) {
            List.of(partitions).forEach(paused::remove);
        }

        @Override
        public PluginMetrics pluginMetrics() {
            throw new UnsupportedOperationException("no metrics of its own");
        }

        @Override
        public void requestCommit() {
            commitRequested = true;
        }
    }

    private static SinkRecord open(String id, long offset) {
        return Alerts.sinkRecord(Alerts.budget(id, AlertState.OPEN).build(), offset);
    }

    private static SinkRecord resolved(String id, long offset) {
        return Alerts.sinkRecord(Alerts.budget(id, AlertState.RESOLVED).build(), offset);
    }

    private void put(SinkRecord... records) {
        context.timeoutMs = -1;
        task.put(List.of(records));
    }

    private long committed(long current) {
        return task.preCommit(Map.of(PARTITION, new OffsetAndMetadata(current)))
                .get(PARTITION)
                .offset();
    }

    @Test
    void what_is_told_is_committed_at_once() {
        put(
                open("a", 0),
                Alerts.sinkRecord(
                        Alerts.budget("b", AlertState.OPEN).setNotify(false).build(), 1),
                open("c", 2));

        assertThat(told.delivered).containsExactly("a OPEN", "c OPEN");
        assertThat(context.commitRequested).isTrue();
        assertThat(committed(3)).isEqualTo(3);
    }

    @Test
    void what_fails_waits_with_all_behind_it_and_is_not_committed() {
        told.failing.put("b", DeliveryException.passing("down"));

        put(open("a", 0), open("b", 1), resolved("b", 2), open("c", 3));

        assertThat(told.delivered).containsExactly("a OPEN");
        assertThat(committed(4)).isEqualTo(1);
        assertThat(context.timeoutMs).isBetween(500L, 1_000L);
        // Not before its time, however often Connect asks.
        put();
        assertThat(told.attempts).containsExactly("a OPEN", "b OPEN");

        told.failing.clear();
        clock.move(Duration.ofSeconds(1));
        put();

        assertThat(told.delivered).containsExactly("a OPEN", "b OPEN", "b RESOLVED", "c OPEN");
        assertThat(committed(4)).isEqualTo(4);
    }

    @Test
    void a_retry_after_is_kept_to() {
        told.failing.put("a", DeliveryException.passing("busy", Duration.ofSeconds(30)));
        put(open("a", 0));
        told.failing.clear();

        clock.move(Duration.ofSeconds(29));
        put();
        assertThat(told.delivered).isEmpty();
        assertThat(context.timeoutMs).isEqualTo(1_000);
        clock.move(Duration.ofSeconds(1));
        put();
        assertThat(told.delivered).containsExactly("a OPEN");
    }

    @Test
    void after_the_last_try_it_is_in_the_dead_letter_queue_and_the_next_has_all_its_tries() {
        told.failing.put("a", DeliveryException.passing("down"));
        put(open("a", 0), open("b", 1));
        for (int i = 0; i < 2; i++) {
            clock.move(Duration.ofMinutes(2));
            put();
        }

        assertThat(told.attempts).containsExactly("a OPEN", "a OPEN", "a OPEN", "b OPEN");
        assertThat(letters).extracting(SinkRecord::key).containsExactly("a");
        assertThat(told.delivered).containsExactly("b OPEN");
        assertThat(committed(2)).isEqualTo(2);
    }

    @Test
    void what_is_refused_for_good_or_is_no_alert_is_in_the_dead_letter_queue_at_once() {
        told.failing.put("a", DeliveryException.permanent("no"));
        SinkRecord text = new SinkRecord(Alerts.TOPIC, 0, null, "text", null, "text", 1);
        SinkRecord tombstone = new SinkRecord(Alerts.TOPIC, 0, null, "tombstone", null, null, 2);

        put(open("a", 0), text, tombstone, open("b", 3));

        assertThat(letters).extracting(SinkRecord::key).containsExactly("a", "text");
        assertThat(told.delivered).containsExactly("b OPEN");
    }

    @Test
    void without_a_dead_letter_queue_the_task_stops_where_it_is() {
        start(null);
        told.failing.put("b", DeliveryException.permanent("no"));

        put(open("a", 0), open("b", 1), open("c", 2));

        // What was told before can be committed.
        assertThat(committed(3)).isEqualTo(1);
        assertThat(context.timeoutMs).isEqualTo(1);
        assertThatThrownBy(() -> put())
                .isInstanceOf(ConnectException.class)
                .hasMessageContaining("The alert b")
                .hasMessageContaining("no. No errors.deadletterqueue.topic.name");
        assertThat(told.delivered).containsExactly("a OPEN");
    }

    @Test
    void a_slow_endpoint_does_not_keep_a_call_from_returning_and_nothing_is_lost() {
        told.takes = Duration.ofMillis(600);
        SinkRecord[] records = new SinkRecord[5];
        for (int i = 0; i < records.length; i++) {
            records[i] = open("a" + i, i);
        }

        put(records);

        assertThat(told.delivered).hasSize(2);
        assertThat(committed(5)).isEqualTo(2);
        assertThat(context.timeoutMs).isEqualTo(1);
        put();
        put();
        assertThat(told.delivered).hasSize(5).doesNotHaveDuplicates();
    }

    @Test
    void no_more_is_read_while_much_waits() {
        told.failing.put("a0", DeliveryException.passing("down"));
        SinkRecord[] records = new SinkRecord[AlertSinkTask.WAITING_MAX];
        for (int i = 0; i < records.length; i++) {
            records[i] = open("a" + i, i);
        }

        put(records);
        assertThat(context.paused).containsExactly(PARTITION);

        told.failing.clear();
        clock.move(Duration.ofMinutes(1));
        put();
        assertThat(context.paused).isEmpty();
    }

    @Test
    void what_waits_of_a_partition_that_is_taken_away_is_told_elsewhere() {
        told.failing.put("a", DeliveryException.passing("down"));
        put(open("a", 0), Alerts.sinkRecord(Alerts.budget("b", AlertState.OPEN).build(), 1, 0));

        task.close(List.of(PARTITION));
        put();

        assertThat(told.delivered).containsExactly("b OPEN");
        assertThat(told.attempts).containsExactly("a OPEN", "b OPEN");
    }

    @Test
    void what_is_old_by_its_time_and_by_kafkas_is_not_told() {
        Alert old = Alerts.budget("old", AlertState.OPEN, Alerts.OPENED.minus(Duration.ofDays(2)))
                .build();
        SinkRecord oldRecord = Alerts.sinkRecord(old, 0);
        SinkRecord saidToday = oldRecord.newRecord(
                oldRecord.topic(),
                0,
                oldRecord.keySchema(),
                "late",
                oldRecord.valueSchema(),
                oldRecord.value(),
                Alerts.OPENED.toEpochMilli());

        put(oldRecord);
        assertThat(told.delivered).isEmpty();
        assertThat(told.recalled).containsExactly("old");
        assertThat(committed(1)).isEqualTo(1);
        put(saidToday);
        assertThat(told.delivered).containsExactly("old OPEN");
    }

    @Test
    void who_must_know_what_is_open_reads_what_was_told_before_and_tells_only_what_is_new() {
        told.remembers = true;
        start();
        assertThat(context.commitRequested).isTrue();

        // Connect says where the partition stands; the task goes back, and commits nothing until it is there again.
        assertThat(task.preCommit(Map.of(PARTITION, new OffsetAndMetadata(2)))).isEmpty();
        assertThat(context.offsets).isEqualTo(Map.of(PARTITION, 0L));
        put(open("a", 0));
        assertThat(task.preCommit(Map.of(PARTITION, new OffsetAndMetadata(1)))).isEmpty();
        put(open("b", 1), open("c", 2));

        assertThat(told.recalled).containsExactly("a", "b");
        assertThat(told.delivered).containsExactly("c OPEN");
        assertThat(committed(3)).isEqualTo(3);
    }

    @Test
    void what_comes_before_connect_says_where_it_stands_is_told_once() {
        told.remembers = true;
        start();

        put(open("c", 2), open("d", 3));
        assertThat(context.offsets).isEqualTo(Map.of(PARTITION, 0L));
        assertThat(told.delivered).isEmpty();
        put(open("a", 0), open("b", 1), open("c", 2), open("d", 3));

        assertThat(told.recalled).containsExactly("a", "b");
        assertThat(told.delivered).containsExactly("c OPEN", "d OPEN");
    }

    @Test
    void a_topic_that_forgot_what_was_before_does_not_hold_up_commits() {
        told.remembers = true;
        start();
        task.preCommit(Map.of(PARTITION, new OffsetAndMetadata(7)));

        clock.move(Duration.ofSeconds(11));
        put();

        assertThat(committed(7)).isEqualTo(7);
    }

    @Test
    void a_group_that_is_new_tells_from_the_beginning() {
        told.remembers = true;
        start();

        put(open("a", 0));

        assertThat(context.offsets).isEmpty();
        assertThat(told.delivered).containsExactly("a OPEN");
    }
}
