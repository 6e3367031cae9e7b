package io.spendstream.runtime;

import io.spendstream.query.HealthSource;
import io.spendstream.query.Instances.Instance;
import io.spendstream.query.Lag;
import io.spendstream.query.Peers;
import io.spendstream.rollup.RollupStage;
import io.spendstream.topic.Topics;
import io.spendstream.watch.WatchStage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.StreamsMetadata;
import org.apache.kafka.streams.TaskMetadata;
import org.apache.kafka.streams.ThreadMetadata;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.StreamsNotStartedException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.state.HostInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/** The life of Kafka Streams in this instance, and what can be known of it from outside. */
public final class Engine implements Peers, HealthSource, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);
    /** Threads that may fail and be replaced, before the instance gives up for whoever runs it to start it again. */
    private static final int REPLACEMENTS_MAX = 5;

    /** How long a stop may take to commit what is done; whoever runs the instance must wait for longer. */
    public static final Duration CLOSE_WITHIN = Duration.ofSeconds(30);

    private static final Duration REPLACEMENTS_WINDOW = Duration.ofMinutes(10);
    private static final Duration PROBE_EVERY = Duration.ofMillis(100);
    private static final Duration LOST_EVERY = Duration.ofMillis(250);

    /** The least that brokers accept by default: for as long, the partitions of an instance that is lost wait. */
    private static final int SESSION_TIMEOUT_MS = 6_000;

    /** How soon the others are told of a change, and how far before its end a session may have had its last sign of life. */
    private static final int HEARTBEAT_MS = 1_000;

    private final AppConfig config;
    private final String eventsTopic;
    private final String statusTopic;
    private final Set<String> scopesTopics;
    private final RocksDbMemory memory;
    private final BrokersView brokers;
    private final FreshnessProbe probe;
    private final LostProducers lost;
    private final StateMark mark;
    private final ScheduledExecutorService prober = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "freshness-probe");
        thread.setDaemon(true);
        return thread;
    });
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Failures failures = new Failures(REPLACEMENTS_MAX, REPLACEMENTS_WINDOW);

    /** Where the other instances reach this one; known when the HTTP server listens. */
    private volatile HostInfo self = HostInfo.unavailable();

    private volatile KafkaStreams streams;
    private volatile RestoreProgress restoring = new RestoreProgress(new BookRestored(Map.of()));
    private volatile String waitingFor = "the start";
    private volatile Throwable failure;

    /**
     * @param deltasTopic between combining and the cube
     * @param scopesTopics between these and the counters of budgets
     */
    public Engine(AppConfig config, Topics topics, String deltasTopic, List<String> scopesTopics) {
        this.config = config;
        this.eventsTopic = topics.usageEvents().name();
        this.statusTopic = topics.budgetStatus().name();
        this.scopesTopics = Set.copyOf(scopesTopics);
        this.memory = new RocksDbMemory(config.rocksDbCacheBytes(), config.rocksDbWriteBufferBytes());
        this.brokers = new BrokersView(config, eventsTopic, deltasTopic, scopesTopics);
        this.mark = new StateMark(config.stateDir(), config.applicationId());
        this.lost = new LostProducers(config.applicationId(), brokers);
        this.probe = new FreshnessProbe(brokers, this::ownEvents, new Statuses(), System::currentTimeMillis);
    }

    /** Says what the start waits for, for those who ask whether the instance is ready. */
    public void waitingFor(String what) {
        waitingFor = what;
    }

    /** How fresh this instance's figures are. */
    public FreshnessProbe probe() {
        return probe;
    }

    /** Says where the other instances reach this one. To be called before {@link #start}. */
    public void reachableAt(String host, int port) {
        self = new HostInfo(host.replaceAll("[\\[\\]]", ""), port);
    }

    /**
     * Starts processing. Returns at once.
     *
     * @param restored is told how far what is kept in Kafka was read back
     */
    public void start(Topology topology, RestoreProgress restored) {
        restoring = restored;
        KafkaStreams starting = new KafkaStreams(topology, properties());
        starting.setGlobalStateRestoreListener(restored);
        starting.setUncaughtExceptionHandler(this::onFailure);
        starting.setStateListener((to, from) -> {
            LOG.info("processing goes from {} to {}", from, to);
            if (to == KafkaStreams.State.NOT_RUNNING || to == KafkaStreams.State.ERROR) {
                stopped.countDown();
            }
        });
        leaveToCopies();
        streams = starting;
        waitingFor = "the partitions to be assigned and restored";
        starting.start();
        prober.scheduleWithFixedDelay(this::probeQuietly, 0, PROBE_EVERY.toMillis(), TimeUnit.MILLISECONDS);
        prober.scheduleWithFixedDelay(this::endWhatIsLost, 0, LOST_EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * After a crash the stores here are read back from Kafka, which takes its time, while the group waits for an instance
     * that keeps its name. Where others have copies, they shall go on with them instead.
     */
    private void leaveToCopies() {
        if (!mark.isOfCrash() || config.instanceId().isEmpty() || config.standbys() == 0) {
            return;
        }
        LOG.info("the last run was not stopped in good order: its work is left to instances that have copies");
        try {
            brokers.expel(IntStream.rangeClosed(1, config.threads())
                    .mapToObj(thread -> config.instanceId() + "-" + thread)
                    .toList());
        } catch (IllegalStateException e) {
            LOG.debug("the group had forgotten it already, or cannot be asked now", e);
        }
    }

    /** The start itself failed. */
    public void fail(Throwable cause) {
        LOG.error("the start failed", cause);
        failure = cause;
        stopped.countDown();
    }

    /**
     * An exception that no part of Kafka Streams handles. One that may pass, such as a time-out, costs a thread, which
     * is replaced; any other stops the instance, so that nothing is skipped and somebody looks.
     */
    private StreamThreadExceptionResponse onFailure(Throwable exception) {
        LoggingEventBuilder log = LOG.atError().setCause(exception);
        if (exception instanceof StreamsException failed && failed.taskId().isPresent()) {
            log = log.addKeyValue("task", failed.taskId().get());
        }
        log.log("a processing thread failed");
        if (Failures.mayPass(exception) && failures.another(System.nanoTime())) {
            return StreamThreadExceptionResponse.REPLACE_THREAD;
        }
        failure = exception;
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }

    private void probeQuietly() {
        try {
            probe.probe();
        } catch (RuntimeException e) {
            LOG.debug("the freshness cannot be measured now", e);
        }
    }

    /** Partitions that move here may wait for a transaction that nobody will end. */
    private void endWhatIsLost() {
        KafkaStreams running = streams;
        if (running == null || running.state() != KafkaStreams.State.REBALANCING) {
            return;
        }
        try {
            lost.end();
        } catch (RuntimeException e) {
            LOG.debug("transactions of instances that are gone cannot be looked for now", e);
        }
    }

    Properties properties() {
        Properties p = new Properties();
        p.put(StreamsConfig.APPLICATION_ID_CONFIG, config.applicationId());
        p.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, config.bootstrapServers());
        p.put(StreamsConfig.APPLICATION_SERVER_CONFIG, address(self));
        p.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, config.guarantee());
        p.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, config.threads());
        p.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, config.commitIntervalMs());
        p.put(StreamsConfig.STATE_DIR_CONFIG, config.stateDir().toString());
        p.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, config.standbys());
        p.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, (int) config.topicReplication());
        p.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
        // What 5.0 will do anyway; its constant is deprecated already.
        p.put("processing.exception.handler.global.enabled", true);
        // Interactive queries are wrong with several threads under the new protocol in 4.3.1 (KAFKA-20782, -20887).
        p.put(StreamsConfig.GROUP_PROTOCOL_CONFIG, "classic");
        // The stages keep what changes often in memory themselves.
        p.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
        p.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, RocksDbMemory.Setter.class);
        p.put(RocksDbMemory.KEY, memory);
        p.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        p.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 5_000);
        p.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 5_000);
        // No stage needs its inputs in the order of their times, and to look for it costs a few objects per record.
        p.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, StreamsConfig.MAX_TASK_IDLE_MS_DISABLED);
        p.put(StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), SESSION_TIMEOUT_MS);
        p.put(StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), HEARTBEAT_MS);
        p.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
        p.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), Topics.BATCH_BYTES_MAX);
        p.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 128 << 10);
        if (!config.instanceId().isEmpty()) {
            p.put(StreamsConfig.mainConsumerPrefix(CommonClientConfigs.GROUP_INSTANCE_ID_CONFIG), config.instanceId());
        }
        p.putAll(config.kafka());
        return p;
    }

    /** Waits until processing has ended; answers what ended it, or null where it was asked to. */
    public Throwable awaitStopped() throws InterruptedException {
        stopped.await();
        return failure;
    }

    @Override
    public Membership current() {
        KafkaStreams running = streams;
        List<Peer> peers = new ArrayList<>();
        peers.add(new Peer(url(self), true));
        if (running != null) {
            for (StreamsMetadata instance : metadata(running)) {
                if (!instance.hostInfo().equals(self)) {
                    peers.add(new Peer(url(instance.hostInfo()), false));
                }
            }
        }
        return new Membership(peers, config.cubePartitions());
    }

    /** This instance, as it is now. */
    public Instance self() {
        KafkaStreams running = streams;
        if (running == null) {
            return new Instance(url(self), true, "STARTING", List.of(), List.of(), null, null);
        }
        Lag lag = probe.lag();
        return new Instance(
                url(self),
                true,
                running.state().name(),
                tasks(running, ThreadMetadata::activeTasks),
                tasks(running, ThreadMetadata::standbyTasks),
                lag.records(),
                lag.asOf());
    }

    private static List<String> tasks(KafkaStreams running, Function<ThreadMetadata, Set<TaskMetadata>> which) {
        return running.metadataForLocalThreads().stream()
                .flatMap(thread -> which.apply(thread).stream())
                .map(task -> task.taskId().toString())
                .sorted()
                .toList();
    }

    private static List<StreamsMetadata> metadata(KafkaStreams running) {
        try {
            return running.metadataForAllStreamsClients().stream()
                    .filter(instance -> !instance.hostInfo().equals(HostInfo.unavailable()))
                    .toList();
        } catch (IllegalStateException | StreamsNotStartedException e) {
            return List.of(); // not running: no partition has an owner that could be asked
        }
    }

    /** All instances are reached in the same way. */
    private String url(HostInfo host) {
        return config.security().scheme() + "://" + address(host);
    }

    /** A numeric address of version 6 has colons of its own. */
    private static String address(HostInfo host) {
        return (host.host().indexOf(':') < 0 ? host.host() : "[" + host.host() + "]") + ":" + host.port();
    }

    @Override
    public List<String> whyNotLive() {
        KafkaStreams running = streams;
        if (failure != null) {
            return List.of("processing stopped: " + Failures.inShort(failure));
        }
        if (running != null
                && !running.state().isRunningOrRebalancing()
                && running.state() != KafkaStreams.State.CREATED) {
            return List.of("processing is " + running.state());
        }
        return List.of();
    }

    @Override
    public List<String> whyNotReady() {
        List<String> why = new ArrayList<>(whyNotLive());
        KafkaStreams running = streams;
        if (running == null) {
            why.add("waiting for " + waitingFor);
        } else if (running.state() != KafkaStreams.State.RUNNING) {
            String left = restoring.inWords();
            why.add("processing is " + running.state() + ", waiting for " + waitingFor
                    + (left.isEmpty() ? "" : ": " + left));
        }
        return why;
    }

    @Override
    public List<String> whyNotStarted() {
        List<String> why = new ArrayList<>(whyNotLive());
        if (streams == null) {
            why.add("waiting for " + waitingFor);
        }
        return why;
    }

    /** The partitions of the events that this instance works on. */
    private Set<TopicPartition> ownEvents() {
        return own(eventsTopic::equals).collect(Collectors.toSet());
    }

    /** The partitions of the counters of budgets that this instance works on. */
    Set<Integer> ownCounters() {
        return own(scopesTopics::contains).map(TopicPartition::partition).collect(Collectors.toSet());
    }

    private Stream<TopicPartition> own(Predicate<String> topic) {
        KafkaStreams running = streams;
        return running == null
                ? Stream.of()
                : running.metadataForLocalThreads().stream()
                        .flatMap(thread -> thread.activeTasks().stream())
                        .flatMap(task -> task.topicPartitions().stream())
                        .filter(partition -> topic.test(partition.topic()));
    }

    /** How this instance comes to know the statuses of budgets: by the one consumer that reads all global topics. */
    private final class Statuses implements FreshnessProbe.Statuses {

        /** A consumer's metrics change with what it is assigned. */
        private static final long LAGS_KEPT_NS = 10_000_000_000L;

        private volatile List<Metric> lags = List.of();
        private volatile long lagsFoundAt;

        @Override
        public long sentOnWithinMs() {
            return RollupStage.KEPT_FOR.plus(RollupStage.LOOK_EVERY).toMillis() + config.commitIntervalMs();
        }

        @Override
        public long publishedWithinMs(boolean farBehind) {
            return config.watch().publishEvery().toMillis()
                    + (farBehind ? WatchStage.SETTLE_EVERY_MS : 0)
                    + config.commitIntervalMs();
        }

        @Override
        public boolean allRead() {
            for (Metric lag : lags()) {
                if (lag.metricValue() instanceof Double records && records > 0) {
                    return false;
                }
            }
            return true;
        }

        /** Asked for several times a second, and all metrics are some thousands. */
        private List<Metric> lags() {
            long now = System.nanoTime();
            if (lags.isEmpty() || now - lagsFoundAt > LAGS_KEPT_NS) {
                lags = metrics().entrySet().stream()
                        .filter(metric -> metric.getKey().name().equals("records-lag"))
                        .filter(metric -> isOfStatuses(metric.getKey().tags().get("topic")))
                        .<Metric>map(Map.Entry::getValue)
                        .toList();
                lagsFoundAt = now;
            }
            return lags;
        }

        /** Metrics know topics also by a form in which dots are underscores. */
        private boolean isOfStatuses(String topic) {
            return topic != null && topic.replace('.', '_').equals(statusTopic.replace('.', '_'));
        }
    }

    /** The metrics of Kafka Streams and its clients. */
    public Map<MetricName, ? extends Metric> metrics() {
        KafkaStreams running = streams;
        return running == null ? Map.of() : running.metrics();
    }

    /** The same while stores neither come nor go, else none: a store must not be asked while it is closed. */
    private Map<MetricName, ? extends Metric> metricsAtRest() {
        KafkaStreams running = streams;
        return running == null || running.state() != KafkaStreams.State.RUNNING ? Map.of() : running.metrics();
    }

    /** What the stores take. */
    StoreMeters storeMeters() {
        return new StoreMeters(this::metricsAtRest, memory);
    }

    @Override
    public void close() {
        close(CLOSE_WITHIN);
    }

    private void stopProbing() {
        prober.shutdownNow();
        try {
            if (prober.awaitTermination(1, TimeUnit.SECONDS)) {
                brokers.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops processing; commits what is done. */
    public void close(Duration timeout) {
        stopProbing();
        KafkaStreams running = streams;
        if (running != null) {
            boolean stay = !config.instanceId().isEmpty();
            CloseOptions how = CloseOptions.timeout(timeout)
                    .withGroupMembershipOperation(
                            stay
                                    ? CloseOptions.GroupMembershipOperation.REMAIN_IN_GROUP
                                    : CloseOptions.GroupMembershipOperation.LEAVE_GROUP);
            if (!running.close(how)) {
                LOG.warn("processing did not stop within {}", timeout);
            } else if (failure == null) {
                mark.leaveInGoodOrder();
            }
        }
        stopped.countDown();
        memory.close();
    }
}
