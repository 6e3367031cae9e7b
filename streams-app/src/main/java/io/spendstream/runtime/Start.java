package io.spendstream.runtime;

import io.spendstream.schema.RegistryUnavailableException;
import io.spendstream.topic.Topic;
import io.spendstream.topic.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What must be there before processing can start. Waits for it with a back-off, as long as it takes. */
public final class Start {

    private static final Logger LOG = LoggerFactory.getLogger(Start.class);
    private static final Duration PAUSE_MIN = Duration.ofMillis(250);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(10);

    private final AppConfig config;
    private final Engine engine;
    private final BooleanSupplier stopped;

    /** @param stopped whether to give up */
    public Start(AppConfig config, Engine engine, BooleanSupplier stopped) {
        this.config = config;
        this.engine = engine;
        this.stopped = stopped;
    }

    /** Creates the topics that are missing; answers how many partitions the events have. */
    public int topics(Topics topics) throws InterruptedException {
        Map<String, Object> admin = new HashMap<>(config.kafka());
        admin.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, config.bootstrapServers());
        List<Topic> needed = new ArrayList<>(topics.all());
        config.spans().ifPresent(spans -> needed.add(new Topic(spans.topic(), 0, Map.of())));
        return repeat("Kafka at " + config.bootstrapServers(), IllegalStateException.class, () -> {
            try (Admin client = Admin.create(admin)) {
                TopicSetup.createMissing(client, needed, config.topicPartitions(), config.topicReplication());
                return TopicSetup.partitionsOf(client, topics.usageEvents());
            }
        });
    }

    /** Registers and learns schemas. */
    public void schemas(Schemas schemas) throws InterruptedException {
        repeat("the schema registry at " + config.registryUrl(), RegistryUnavailableException.class, () -> {
            schemas.learn();
            return null;
        });
    }

    /** What may have to be done again. */
    @FunctionalInterface
    private interface Attempt<T> {
        T run() throws InterruptedException;
    }

    private <T> T repeat(String what, Class<? extends RuntimeException> passing, Attempt<T> attempt)
            throws InterruptedException {
        Duration pause = PAUSE_MIN;
        while (true) {
            engine.waitingFor(what);
            try {
                return attempt.run();
            } catch (RuntimeException e) {
                if (!passing.isInstance(e) || stopped.getAsBoolean()) {
                    throw e;
                }
                LOG.warn("waiting for {}: {}", what, e.getMessage());
            }
            Thread.sleep(pause.toMillis());
            pause = pause.multipliedBy(2).compareTo(PAUSE_MAX) > 0 ? PAUSE_MAX : pause.multipliedBy(2);
        }
    }
}
