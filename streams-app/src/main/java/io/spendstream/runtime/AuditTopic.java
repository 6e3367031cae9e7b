package io.spendstream.runtime;

import io.spendstream.query.AuditLog;
import io.spendstream.v1.AuditEntry;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The audit log in its topic. */
final class AuditTopic implements AuditLog, AutoCloseable {

    private final String topic;
    private final Producer<String, AuditEntry> producer;

    AuditTopic(String topic, Producer<String, AuditEntry> producer) {
        this.topic = topic;
        this.producer = producer;
    }

    @Override
    public CompletionStage<Void> write(AuditEntry entry) {
        CompletableFuture<Void> stored = new CompletableFuture<>();
        try {
            String key = entry.getKind() + ":" + entry.getId();
            producer.send(new ProducerRecord<>(topic, key, entry), (metadata, failure) -> {
                if (failure == null) {
                    stored.complete(null);
                } else {
                    stored.completeExceptionally(notWritten(failure));
                }
            });
        } catch (RuntimeException e) {
            stored.completeExceptionally(notWritten(e));
        }
        return stored;
    }

    private static RuntimeException notWritten(Exception cause) {
        return Visible.unavailable(
                "The audit log cannot be written now, and nothing is changed without it: " + cause.getMessage());
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
    }
}
