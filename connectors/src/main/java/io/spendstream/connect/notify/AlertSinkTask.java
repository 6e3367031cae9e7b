package io.spendstream.connect.notify;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.sink.ErrantRecordReporter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of the alerts of its partitions, one after the other in their order. What cannot be told now waits here, and what
 * follows waits behind it; a call of {@link #put} works for a second and one delivery at the most, so that the consumer
 * keeps its partitions however long the other side is away. An offset is committed when all before it is told, refused for
 * good and in the dead letter queue, or none of this sink's business.
 */
public final class AlertSinkTask extends SinkTask {

    private static final Logger LOG = LoggerFactory.getLogger(AlertSinkTask.class);

    /** Of one call of put. */
    private static final Duration WORK_MAX = Duration.ofSeconds(1);
    /** Records that wait here before no more are read. */
    static final int WAITING_MAX = 1_000;

    private final Clock clock;
    private final Deque<SinkRecord> waiting = new ArrayDeque<>();
    private Channel channel;
    private Rules rules;
    private ErrantRecordReporter deadLetters;
    private String name;
    private int failures;
    private Instant notBefore = Instant.MIN;
    private ConnectException broken;
    private boolean paused;
    /** Null: what is past does not matter. */
    private Past past;

    /** @param maxAge what is older, by its time and by Kafka's, is not told */
    record Rules(Backoff backoff, Duration maxAge) {}

    /** Called by Connect. */
    public AlertSinkTask() {
        this(Clock.systemUTC());
    }

    AlertSinkTask(Clock clock) {
        this.clock = clock;
    }

    @Override
    public String version() {
        return AlertSinkConnector.VERSION;
    }

    /** @throws org.apache.kafka.common.config.ConfigException names the key that is wrong, and why */
    @Override
    public void start(Map<String, String> props) {
        AlertSinkConfig config = AlertSinkConfig.of(props);
        start(
                props.getOrDefault("name", "alerts"),
                config.channel(clock),
                new Rules(config.backoff(), config.maxAge()),
                config.hasDeadLetters() ? context.errantRecordReporter() : null);
    }

    /** @param reporter null: there is no dead letter queue */
    void start(String connector, Channel tells, Rules given, ErrantRecordReporter reporter) {
        name = connector;
        channel = tells;
        rules = given;
        deadLetters = reporter;
        past = tells.remembers() ? new Past() : null;
    }

    @Override
    public void open(Collection<TopicPartition> partitions) {
        if (past != null) {
            past.open(partitions);
            // So that it is said at once where they stand.
            context.requestCommit();
        }
    }

    /** @throws ConnectException where an alert cannot be told and there is no dead letter queue for it */
    @Override
    public void put(Collection<SinkRecord> records) {
        // Thrown by the call after, when what was told until then can be committed.
        if (broken != null) {
            throw broken;
        }
        Instant now = clock.instant();
        take(records, now);
        Instant until = now.plus(WORK_MAX);
        while (broken == null && !waiting.isEmpty() && !now.isBefore(notBefore) && now.isBefore(until)) {
            if (dealtWith(waiting.peek())) {
                waiting.remove();
                failures = 0;
                context.requestCommit();
            }
            now = clock.instant();
        }
        askFor(now);
    }

    private void take(Collection<SinkRecord> records, Instant now) {
        if (past == null) {
            waiting.addAll(records);
            return;
        }
        if (records.isEmpty()) {
            past.quiet(now);
        }
        Set<TopicPartition> back = new HashSet<>();
        for (SinkRecord kafkaRecord : records) {
            TopicPartition partition = partition(kafkaRecord);
            if (past.isUnknown(partition) && goBack(partition, kafkaRecord.kafkaOffset(), now)) {
                back.add(partition);
            }
            // What follows in a partition that goes back comes again.
            if (!back.contains(partition)) {
                if (past.has(partition, kafkaRecord.kafkaOffset(), now)) {
                    recall(kafkaRecord);
                } else {
                    waiting.add(kafkaRecord);
                }
            }
        }
    }

    private boolean goBack(TopicPartition partition, long offset, Instant now) {
        OptionalLong to = past.begin(partition, offset, now);
        to.ifPresent(beginning -> context.offset(partition, beginning));
        return to.isPresent();
    }

    private void recall(SinkRecord kafkaRecord) {
        try {
            if (kafkaRecord.value() != null) {
                channel.recall(AlertRecord.of(kafkaRecord));
            }
        } catch (DataException e) {
            LOG.debug("{}: not recalled: {}", name, e.getMessage());
        }
    }

    /** When to be called next, and whether with more. */
    private void askFor(Instant now) {
        Instant next = repeat(now);
        if (broken != null || !waiting.isEmpty()) {
            long pauseMs = broken != null
                    ? 0
                    : Duration.between(now, notBefore.isBefore(now) ? now : notBefore)
                            .toMillis();
            context.timeout(Math.max(1, pauseMs));
        }
        boolean full = waiting.size() >= WAITING_MAX;
        if (full != paused) {
            TopicPartition[] all = context.assignment().toArray(TopicPartition[]::new);
            if (full) {
                context.pause(all);
            } else {
                context.resume(all);
            }
            paused = full;
        }
    }

    /** Says again what must be, when nothing new waits; null: never again. */
    private Instant repeat(Instant now) {
        if (broken != null || !waiting.isEmpty() || (past != null && !past.isRead())) {
            return past == null ? null : now.plus(WORK_MAX);
        }
        try {
            return channel.repeat(now);
        } catch (DeliveryException e) {
            LOG.warn("{}: what is open cannot be said again: {}", name, e.getMessage());
            return now.plus(rules.backoff().first());
        }
    }

    /** Whether the record is done with; else it is tried again at {@link #notBefore}, or the task is broken. */
    private boolean dealtWith(SinkRecord kafkaRecord) {
        // Topics of alerts are not compacted, but a tombstone would say nothing to anybody.
        if (kafkaRecord.value() == null) {
            return true;
        }
        try {
            AlertRecord alert = AlertRecord.of(kafkaRecord);
            if (isOld(alert, kafkaRecord)) {
                channel.recall(alert);
            } else if (channel.wants(alert)) {
                channel.deliver(alert);
                LOG.info("{}: told of alert {} {}", name, alert.id(), alert.state());
            }
            return true;
        } catch (DataException e) {
            return givenUp(kafkaRecord, e.getMessage());
        } catch (DeliveryException e) {
            failures++;
            if (!e.retriable()) {
                return givenUp(kafkaRecord, e.getMessage());
            }
            if (rules.backoff().isLast(failures)) {
                return givenUp(kafkaRecord, e.getMessage() + "; tried " + failures + " times");
            }
            Duration pause = rules.backoff().pause(failures, e.retryAfter(), ThreadLocalRandom.current());
            notBefore = clock.instant().plus(pause);
            LOG.warn(
                    "{}: {}; try {} of {} in {} ms",
                    name,
                    e.getMessage(),
                    failures + 1,
                    rules.backoff().attempts(),
                    pause.toMillis());
            return false;
        }
    }

    private boolean isOld(AlertRecord alert, SinkRecord kafkaRecord) {
        Instant oldest = clock.instant().minus(rules.maxAge());
        Instant said = kafkaRecord.timestamp() == null ? Instant.MIN : Instant.ofEpochMilli(kafkaRecord.timestamp());
        return alert.changedAt().isBefore(oldest) && said.isBefore(oldest);
    }

    /** Whether it is in the dead letter queue; else the task is broken, so that nobody takes the alert for told. */
    private boolean givenUp(SinkRecord kafkaRecord, String reason) {
        String message = "The alert " + kafkaRecord.key() + " (" + kafkaRecord.topic() + ", partition "
                + kafkaRecord.kafkaPartition() + ", offset " + kafkaRecord.kafkaOffset() + ") cannot be told: "
                + reason;
        ConnectException error = new ConnectException(message);
        if (deadLetters == null) {
            broken = new ConnectException(
                    message + ". No errors.deadletterqueue.topic.name with errors.tolerance=all takes"
                            + " it, so the task stops rather than lose it; put right what is wrong and restart the task");
            return false;
        }
        LOG.error("{}: {}; it goes to the dead letter queue", name, message);
        // Connect waits for it before it commits.
        deadLetters.report(kafkaRecord, error);
        return true;
    }

    @Override
    public Map<TopicPartition, OffsetAndMetadata> preCommit(Map<TopicPartition, OffsetAndMetadata> current) {
        if (past != null) {
            current.forEach((partition, offset) -> {
                if (past.isUnknown(partition)) {
                    goBack(partition, offset.offset(), clock.instant());
                }
            });
            // Connect takes a partition that goes back for committed as far as it goes back.
            if (!past.isRead()) {
                return Map.of();
            }
        }
        Map<TopicPartition, OffsetAndMetadata> done = new HashMap<>(current);
        waiting.forEach(kafkaRecord -> done.computeIfPresent(
                partition(kafkaRecord),
                (partition, offset) -> kafkaRecord.kafkaOffset() < offset.offset()
                        ? new OffsetAndMetadata(kafkaRecord.kafkaOffset())
                        : offset));
        return done;
    }

    private static TopicPartition partition(SinkRecord kafkaRecord) {
        return new TopicPartition(kafkaRecord.topic(), kafkaRecord.kafkaPartition());
    }

    /** What waits of partitions that are another's now is told there. */
    @Override
    public void close(Collection<TopicPartition> partitions) {
        if (past != null) {
            past.close(partitions);
            channel.forget(partitions);
        }
        SinkRecord head = waiting.peek();
        waiting.removeIf(kafkaRecord -> partitions.contains(partition(kafkaRecord)));
        if (waiting.peek() != head) {
            failures = 0;
            notBefore = Instant.MIN;
        }
    }

    @Override
    public void stop() {
        if (channel != null) {
            channel.close();
        }
    }
}
