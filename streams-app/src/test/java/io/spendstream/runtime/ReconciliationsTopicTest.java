package io.spendstream.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spendstream.alert.AlertNotes;
import io.spendstream.query.IntakeFailure;
import io.spendstream.reconcile.ReconciliationBook;
import io.spendstream.reconcile.Reconciliations;
import io.spendstream.v1.Alert;
import io.spendstream.v1.Reconciliation;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A reconciliation and its alert are stored together or not at all, by what is committed and not by what is shown. */
@Timeout(30)
class ReconciliationsTopicTest {

    private static final Instant AT = Instant.parse("2026-12-01T08:00:00Z");
    private static final Reconciliation BEYOND = Reconciliations.of("r", "m", 100, 90, AT);
    private static final Reconciliation WITHIN = Reconciliations.of("r", "m", 100, 100, AT.plusSeconds(1));

    private final ReconciliationBook book = new ReconciliationBook();
    private final Map<String, Optional<Reconciliation>> tail = new HashMap<>();
    private final List<Object> serialized = new ArrayList<>();
    private final Deque<MockProducer<String, byte[]>> producers = new ArrayDeque<>();
    private RuntimeException fails;

    private final ReconciliationsTopic topic = new ReconciliationsTopic(
            book,
            new AlertNotes(),
            new ReconciliationsTopic.Names("reconciliations", "anomaly-alerts"),
            (name, value) -> {
                serialized.add(value);
                return value == null ? null : new byte[0];
            },
            (name, value) -> {
                serialized.add(value);
                return new byte[0];
            },
            this::producer,
            offset -> tail);

    private Producer<String, byte[]> producer() {
        MockProducer<String, byte[]> producer =
                new MockProducer<>(true, null, new StringSerializer(), new ByteArraySerializer());
        producer.commitTransactionException = fails;
        producers.add(producer);
        return producer;
    }

    private List<String> topics() {
        return producers.getLast().history().stream()
                .map(record -> record.topic())
                .toList();
    }

    @Test
    void it_is_stored_with_its_alert_and_done_when_it_is_shown() throws Exception {
        // When
        CompletableFuture<Void> stored = topic.put(BEYOND).toCompletableFuture();

        // Then
        assertThat(topics()).containsExactly("reconciliations", "anomaly-alerts");
        assertThat(producers.getLast().transactionCommitted()).isTrue();
        assertThat(producers.getLast().closed()).isTrue();
        assertThat(((Reconciliation) serialized.get(0)).getAlertOpenedAt()).isEqualTo(AT);
        assertThat(((Alert) serialized.get(1)).getNotify()).isTrue();
        assertThat(stored).isNotDone();

        // When
        book.put("r", (Reconciliation) serialized.get(0));
        book.readUpTo(1);

        // Then
        stored.get(20, TimeUnit.SECONDS);
        assertThat(topic.get("r")).isPresent();
    }

    @Test
    void what_another_instance_has_just_stored_counts_though_it_is_not_shown_here_yet() {
        // Given
        tail.put(
                "r",
                Optional.of(
                        Reconciliation.newBuilder(BEYOND).setAlertOpenedAt(AT).build()));

        // When
        topic.put(BEYOND);

        // Then: it is open already, and people know
        assertThat(((Alert) serialized.get(1)).getNotify()).isFalse();
        assertThat(((Alert) serialized.get(1)).getLabels()).containsKey("repeated");

        // When
        topic.put(WITHIN);

        // Then
        assertThat(((Alert) serialized.get(3)).getState().name()).isEqualTo("RESOLVED");
    }

    @Test
    void one_within_its_tolerance_tells_nobody() {
        topic.put(WITHIN);

        assertThat(topics()).containsExactly("reconciliations");
    }

    @Test
    void a_deleted_one_is_a_tombstone_and_the_end_of_its_alert() {
        book.put("r", Reconciliation.newBuilder(BEYOND).setAlertOpenedAt(AT).build());

        topic.delete("r", AT.plusSeconds(5));

        assertThat(producers.getLast().history().get(0).value()).isNull();
        assertThat(topics()).containsExactly("reconciliations", "anomaly-alerts");
    }

    @Test
    void another_that_is_stored_at_the_same_moment_is_told_to_come_again() {
        fails = new ProducerFencedException("another");

        assertThatThrownBy(() -> topic.put(BEYOND).toCompletableFuture().get(5, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(IntakeFailure.class)
                .hasMessageContaining("at the same moment; try again");
        assertThat(producers.getLast().closed()).isTrue();
    }
}
