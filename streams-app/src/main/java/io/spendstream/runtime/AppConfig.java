package io.spendstream.runtime;

import io.spendstream.anomaly.DetectorSettings;
import io.spendstream.budget.AdmissionPolicy;
import io.spendstream.budget.Decision;
import io.spendstream.combine.CommitPoint;
import io.spendstream.dedupe.DedupeSettings;
import io.spendstream.format.UsageFormat;
import io.spendstream.format.UsageFormats;
import io.spendstream.ingest.Horizon;
import io.spendstream.rollup.RollupSettings;
import io.spendstream.topic.Topics;
import io.spendstream.watch.WatchSettings;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.common.config.ConfigException;

/**
 * The application's configuration: every key once, with its type, default, bounds and meaning. A key that is not known
 * is refused. Keys that begin with {@code kafka.} go to every Kafka client without that prefix, keys that begin with
 * {@code registry.} to the registry client.
 */
public final class AppConfig {

    public static final String APPLICATION_ID = "application.id";
    public static final String INSTANCE_ID = "instance.id";
    public static final String BOOTSTRAP_SERVERS = "bootstrap.servers";
    public static final String REGISTRY_URL = "schema.registry.url";
    public static final String TOPIC_PREFIX = "topic.prefix";
    public static final String TOPIC_PARTITIONS = "topic.partitions";
    public static final String TOPIC_REPLICATION = "topic.replication";
    public static final String CUBE_PARTITIONS = "cube.partitions";
    public static final String HTTP_HOST = "http.host";
    public static final String HTTP_PORT = "http.port";
    public static final String HTTP_ADVERTISED = "http.advertised";
    public static final String STATE_DIR = "state.dir";
    public static final String THREADS = "threads";
    public static final String COMMIT_INTERVAL_MS = "commit.interval.ms";
    public static final String COMMIT_WORK = "commit.work";
    public static final String GUARANTEE = "processing.guarantee";
    public static final String STANDBYS = "standby.replicas";
    public static final String EVENT_AHEAD_MS = "event.ahead.max.ms";
    public static final String EVENT_AGE_DAYS = "event.age.max.days";
    public static final String DEDUPE_BUCKET_S = "dedupe.bucket.seconds";
    public static final String DEDUPE_TOLERANCE_S = "dedupe.tolerance.seconds";
    public static final String DEDUPE_MEMORY_MB = "dedupe.memory.mb";
    public static final String PRICED_PUBLISHED = "usage.priced.published";
    public static final String TAG_DIMENSIONS = "tag.dimensions";
    public static final String VALUES_MAX = "dimension.values.max";
    public static final String QUARTER_HOURS_KEPT_DAYS = "quarter.hours.kept.days";
    public static final String DAYS_KEPT = "days.kept";
    public static final String SETTLE_MS = "rollup.settle.ms";
    public static final String CELLS_IN_MEMORY = "rollup.cells.in.memory";
    public static final String BUDGET_SETTLE_MS = "budget.settle.ms";
    public static final String BUDGET_GROUPS_MAX = "budget.groups.max";
    public static final String ADMISSION_UNAVAILABLE = "admission.when.unavailable";
    public static final String ADMISSION_UNPRICED = "admission.when.unpriced";
    public static final String ADMISSION_STALE_MS = "admission.stale.after.ms";
    public static final String OTEL_TOPIC = "otel.topic";
    public static final String OTEL_ENCODING = "otel.encoding";
    public static final String TRACES_ENDPOINT = "otel.traces.endpoint";
    public static final String TRACES_AUTHORIZATION = "otel.traces.authorization";
    public static final String TRACES_RATIO = "otel.traces.ratio";
    public static final String LOG_FORMAT = "log.format";
    public static final String METRICS_SPEND = "metrics.spend";
    public static final String METRICS_SPEND_SERIES = "metrics.spend.series.max";
    public static final String METRICS_BUDGETS_SERIES = "metrics.budgets.series.max";
    public static final String ROCKSDB_CACHE_MB = "rocksdb.cache.mb";
    public static final String ROCKSDB_WRITE_BUFFER_MB = "rocksdb.write.buffer.mb";

    private static final String KAFKA_PREFIX = "kafka.";
    private static final String REGISTRY_PREFIX = "registry.";

    /** What one can listen on and nobody can call. */
    private static final Set<String> ANY_ADDRESS = Set.of("0.0.0.0", "::", "[::]", "0:0:0:0:0:0:0:0");

    private static final Pattern ADDRESS = Pattern.compile("([^\\s:/\\[\\]]+|\\[[0-9a-fA-F:.]+]):([0-9]{1,5})");

    static final ConfigDef DEFINITION = SecurityConfig.define(new ConfigDef()
            .define(
                    APPLICATION_ID,
                    Type.STRING,
                    "spendstream",
                    name("[A-Za-z0-9._-]{1,100}"),
                    Importance.HIGH,
                    "Name of the application: instances with the same name share the work. Its state belongs to it.")
            .define(
                    INSTANCE_ID,
                    Type.STRING,
                    "",
                    name("[A-Za-z0-9._-]{0,100}"),
                    Importance.MEDIUM,
                    "A name that this instance keeps across restarts, other than those of the other instances: its work"
                            + " then waits for it instead of moving at once. Empty: none.")
            .define(
                    BOOTSTRAP_SERVERS,
                    Type.STRING,
                    "localhost:9092",
                    Importance.HIGH,
                    "Kafka brokers, host:port, separated by commas.")
            .define(
                    REGISTRY_URL,
                    Type.STRING,
                    "http://localhost:8081",
                    Importance.HIGH,
                    "Schema registries, separated by commas.")
            .define(
                    TOPIC_PREFIX,
                    Type.STRING,
                    "",
                    name("[A-Za-z0-9._-]{0,100}"),
                    Importance.MEDIUM,
                    "Before the name of every topic.")
            .define(
                    TOPIC_PARTITIONS,
                    Type.INT,
                    4,
                    Range.between(1, 1000),
                    Importance.MEDIUM,
                    "Partitions of topics that are created; those that exist are left as they are.")
            .define(
                    TOPIC_REPLICATION,
                    Type.SHORT,
                    (short) -1,
                    Range.between((short) -1, (short) 10),
                    Importance.MEDIUM,
                    "Replicas of topics that are created, internal ones too; -1: the broker's default.")
            .define(
                    CUBE_PARTITIONS,
                    Type.INT,
                    4,
                    Range.between(1, 1000),
                    Importance.MEDIUM,
                    "Partitions of the spend cube. Fixed once there is state.")
            .define(HTTP_HOST, Type.STRING, "127.0.0.1", Importance.MEDIUM, "Address to listen on.")
            .define(
                    HTTP_PORT,
                    Type.INT,
                    8080,
                    Range.between(0, 65535),
                    Importance.MEDIUM,
                    "Port to listen on; 0: any free one.")
            .define(
                    HTTP_ADVERTISED,
                    Type.STRING,
                    "",
                    address(),
                    Importance.MEDIUM,
                    "Where the other instances reach this one, other than the address of any of them; empty: http.host"
                            + " and the port listened on. Needed where instances run on several machines.")
            .define(
                    STATE_DIR,
                    Type.STRING,
                    "data/state",
                    Importance.HIGH,
                    "Directory of the state stores; one per instance.")
            .define(THREADS, Type.INT, 2, Range.between(1, 256), Importance.MEDIUM, "Processing threads.")
            .define(
                    COMMIT_INTERVAL_MS,
                    Type.INT,
                    100,
                    Range.between(10, 60_000),
                    Importance.MEDIUM,
                    "Between commits. Shorter: fresher figures; longer: fewer, larger transactions.")
            .define(
                    COMMIT_WORK,
                    Type.STRING,
                    "before_commit",
                    ValidString.in("before_commit", "every_record", "by_timer"),
                    Importance.LOW,
                    "When sums and ids are sent: once per commit, or after every record (public Kafka Streams API"
                            + " only; slower). by_timer loses events in a crash; it exists to show that the acceptance"
                            + " tests see it.")
            .define(
                    GUARANTEE,
                    Type.STRING,
                    "exactly_once_v2",
                    ValidString.in("exactly_once_v2", "at_least_once"),
                    Importance.LOW,
                    "at_least_once counts events twice after a crash; it exists to show that the acceptance tests see"
                            + " it.")
            .define(
                    STANDBYS,
                    Type.INT,
                    0,
                    Range.between(0, 5),
                    Importance.MEDIUM,
                    "Copies of each state store on other instances.")
            .define(
                    EVENT_AHEAD_MS,
                    Type.LONG,
                    300_000L,
                    Range.between(0L, 86_400_000L),
                    Importance.MEDIUM,
                    "How far an event's time may lie after it was received.")
            .define(
                    EVENT_AGE_DAYS,
                    Type.INT,
                    35,
                    Range.between(1, 3660),
                    Importance.MEDIUM,
                    "How far an event's time may lie before it was received. Ids are remembered as long.")
            .define(
                    DEDUPE_BUCKET_S,
                    Type.INT,
                    300,
                    Range.between(1, 86_400),
                    Importance.LOW,
                    "Length of a time bucket of remembered ids: what is loaded for a late event. Fixed once there is state.")
            .define(
                    DEDUPE_TOLERANCE_S,
                    Type.INT,
                    60,
                    Range.between(0, 86_400),
                    Importance.LOW,
                    "A repeat whose time differs by no more is recognised.")
            .define(
                    DEDUPE_MEMORY_MB,
                    Type.INT,
                    64,
                    Range.between(1, 65_536),
                    Importance.MEDIUM,
                    "Memory for remembered ids, per partition.")
            .define(
                    PRICED_PUBLISHED,
                    Type.BOOLEAN,
                    true,
                    Importance.MEDIUM,
                    "Whether every counted event is published with its cost to usage-priced.")
            .define(
                    TAG_DIMENSIONS,
                    Type.LIST,
                    List.of(),
                    Importance.MEDIUM,
                    "Tags that are dimensions of the cube, at most 8. Once there is state names can only be appended.")
            .define(
                    VALUES_MAX,
                    Type.INT,
                    10_000,
                    Range.between(1, 1_000_000),
                    Importance.MEDIUM,
                    "Distinct values of one dimension for one tenant in one partition; more become __other__.")
            .define(
                    QUARTER_HOURS_KEPT_DAYS,
                    Type.INT,
                    100,
                    Range.between(1, 3660),
                    Importance.LOW,
                    "Days that quarter-hours are kept.")
            .define(
                    DAYS_KEPT,
                    Type.INT,
                    3 * 365 + 1,
                    Range.between(1, 3660),
                    Importance.LOW,
                    "Days that daily totals are kept.")
            .define(
                    SETTLE_MS,
                    Type.INT,
                    2_000,
                    Range.between(10, 60_000),
                    Importance.LOW,
                    "Between writing totals to the cells and publishing them to spend-rollups. Queries do not wait for"
                            + " it.")
            .define(
                    CELLS_IN_MEMORY,
                    Type.INT,
                    50_000,
                    Range.between(1_000, 10_000_000),
                    Importance.LOW,
                    "Cells and users kept in memory, per partition.")
            .define(
                    BUDGET_SETTLE_MS,
                    Type.INT,
                    1_000,
                    Range.between(10, 60_000),
                    Importance.LOW,
                    "How often the status of a budget's counter is published, at the most; thresholds are told at"
                            + " once.")
            .define(
                    BUDGET_GROUPS_MAX,
                    Type.INT,
                    10_000,
                    Range.between(1, 1_000_000),
                    Importance.MEDIUM,
                    "Groups of one budget in one period; more share the counter __other__, and an alert says so.")
            .define(
                    ADMISSION_UNAVAILABLE,
                    Type.STRING,
                    "allow",
                    ValidString.in("allow", "deny"),
                    Importance.MEDIUM,
                    "What admission answers for calls that a budget counts while its counters are not known or stale: allow"
                            + " decides by what is known, deny denies them, and all calls until the instance was ready"
                            + " once.")
            .define(
                    ADMISSION_UNPRICED,
                    Type.STRING,
                    "deny",
                    ValidString.in("warn", "degrade", "throttle", "deny"),
                    Importance.MEDIUM,
                    "The least strict answer of admission for a model without a price where a budget limits cost.")
            .define(
                    ADMISSION_STALE_MS,
                    Type.INT,
                    30_000,
                    Range.between(100, 86_400_000),
                    Importance.MEDIUM,
                    "How old the counters may be that admission goes by; older ones are stale.")
            .define(
                    OTEL_TOPIC,
                    Type.STRING,
                    "",
                    name("[A-Za-z0-9._-]{0,249}"),
                    Importance.MEDIUM,
                    "Topic of OpenTelemetry spans, as the Collector's Kafka exporter writes them, whose model calls are"
                            + " counted; its whole name, without topic.prefix. Created where it is missing. Empty: none.")
            .define(
                    OTEL_ENCODING,
                    Type.STRING,
                    "otlp_proto",
                    ValidString.in("otlp_proto", "otlp_json"),
                    Importance.MEDIUM,
                    "How the spans are encoded, by the Collector's names.")
            .define(
                    TRACES_ENDPOINT,
                    Type.STRING,
                    "",
                    url(),
                    Importance.LOW,
                    "Where traces are sent by OTLP over HTTP, such as http://collector:4318/v1/traces. Empty: nowhere.")
            .define(
                    TRACES_AUTHORIZATION,
                    Type.PASSWORD,
                    "",
                    Importance.LOW,
                    "The Authorization header that traces are sent with. Empty: none.")
            .define(
                    TRACES_RATIO,
                    Type.DOUBLE,
                    0.01,
                    Range.between(0.0, 1.0),
                    Importance.LOW,
                    "How many of the requests begin a trace that do not belong to one yet; those that do go by its"
                            + " sampled flag.")
            .define(
                    LOG_FORMAT,
                    Type.STRING,
                    "text",
                    ValidString.in("text", "json"),
                    Importance.LOW,
                    "How 'spendstream run' logs: for people, or a JSON object on each line.")
            .define(
                    METRICS_SPEND,
                    Type.STRING,
                    "guarded",
                    ValidString.in("guarded", "always", "never"),
                    Importance.MEDIUM,
                    "Whether /metrics shows what tenants spend, their budgets and the names of models: guarded does where"
                            + " it asks for a key, always also where security.metrics.open lets anyone read it.")
            .define(
                    METRICS_SPEND_SERIES,
                    Type.INT,
                    1_000,
                    Range.between(1, 100_000),
                    Importance.LOW,
                    "Features whose spend an instance shows in /metrics; those that spend least share one series,"
                            + " __other__.")
            .define(
                    METRICS_BUDGETS_SERIES,
                    Type.INT,
                    1_000,
                    Range.between(1, 100_000),
                    Importance.LOW,
                    "Counters of budgets that an instance shows in /metrics, those nearest to their limit.")
            .define(
                    ROCKSDB_CACHE_MB,
                    Type.INT,
                    64,
                    Range.between(1, 1_000_000),
                    Importance.MEDIUM,
                    "One block cache for all stores.")
            .define(
                    ROCKSDB_WRITE_BUFFER_MB,
                    Type.INT,
                    64,
                    Range.between(8, 1_000_000),
                    Importance.MEDIUM,
                    "Write buffers of all stores together."));

    private final AbstractConfig values;
    private final Map<String, String> kafka;
    private final Map<String, String> registry;
    private final Map<String, String> detectorKeys;
    private final DetectorSettings detectors;

    private AppConfig(
            AbstractConfig values,
            Map<String, String> kafka,
            Map<String, String> registry,
            Map<String, String> detectorKeys) {
        this.values = values;
        this.kafka = kafka;
        this.registry = registry;
        this.detectorKeys = detectorKeys;
        this.detectors = DetectorSettings.of(detectorKeys);
        if (ANY_ADDRESS.contains(httpHost()) && httpAdvertised().isEmpty()) {
            throw new ConfigException(
                    HTTP_ADVERTISED,
                    "",
                    "is needed with " + HTTP_HOST + "=" + httpHost()
                            + ", which is no address at which others can reach this instance; it takes host:port");
        }
        // Each settings record checks how its values fit together.
        horizon();
        dedupe();
        rollup();
        if (number(QUARTER_HOURS_KEPT_DAYS) < number(EVENT_AGE_DAYS)) {
            throw new ConfigException(
                    QUARTER_HOURS_KEPT_DAYS,
                    number(QUARTER_HOURS_KEPT_DAYS),
                    "must be at least " + EVENT_AGE_DAYS + " (" + number(EVENT_AGE_DAYS)
                            + "), or events would be counted in buckets that are gone");
        }
    }

    /**
     * @throws ConfigException names the key, its value and what it takes
     */
    public static AppConfig of(Map<String, String> properties) {
        Map<String, String> own = new HashMap<>(properties);
        Map<String, String> kafka = take(own, KAFKA_PREFIX);
        Map<String, String> registry = take(own, REGISTRY_PREFIX);
        Map<String, String> detectors = new HashMap<>();
        take(own, DetectorSettings.PREFIX).forEach((key, value) -> detectors.put(DetectorSettings.PREFIX + key, value));
        TreeSet<String> unknown = new TreeSet<>(own.keySet());
        unknown.removeAll(DEFINITION.names());
        if (!unknown.isEmpty()) {
            throw new ConfigException(
                    "Unknown configuration " + unknown + "; known are " + new TreeSet<>(DEFINITION.names())
                            + " and, for the clients, kafka.* and registry.*, for detectors detector.*");
        }
        try {
            AppConfig config = new AppConfig(new AbstractConfig(DEFINITION, own, false), kafka, registry, detectors);
            config.requireSpansApart();
            return config;
        } catch (IllegalArgumentException e) {
            throw new ConfigException(e.getMessage());
        }
    }

    /**
     * Reads a file of {@code key=value} lines. Values may refer to environment variables and files, see {@link References}.
     *
     * @throws ConfigException where the file cannot be read, a key or value is wrong, or what one refers to is not there
     */
    public static AppConfig read(Path file) {
        return read(file, System.getenv());
    }

    /** The same with other environment variables. */
    public static AppConfig read(Path file, Map<String, String> environment) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            properties.load(reader);
        } catch (NoSuchFileException e) {
            throw new ConfigException("There is no configuration file " + file);
        } catch (IOException e) {
            throw new ConfigException("The configuration file " + file + " cannot be read: " + e);
        } catch (IllegalArgumentException e) {
            throw new ConfigException("The configuration file " + file + " is no properties file: " + e.getMessage());
        }
        Map<String, String> map = new HashMap<>();
        properties
                .stringPropertyNames()
                .forEach(key -> map.put(key, properties.getProperty(key).strip()));
        return of(new References(environment).resolve(map));
    }

    /** This configuration with some keys set. */
    public AppConfig with(Map<String, String> changes) {
        Map<String, String> all = new HashMap<>();
        values.originalsStrings().forEach(all::put);
        kafka.forEach((key, value) -> all.put(KAFKA_PREFIX + key, value));
        registry.forEach((key, value) -> all.put(REGISTRY_PREFIX + key, value));
        all.putAll(detectorKeys);
        all.putAll(changes);
        return of(all);
    }

    public String applicationId() {
        return string(APPLICATION_ID);
    }

    /** A name that stays across restarts, or empty. */
    public String instanceId() {
        return string(INSTANCE_ID);
    }

    public String bootstrapServers() {
        return string(BOOTSTRAP_SERVERS);
    }

    public String registryUrl() {
        return string(REGISTRY_URL);
    }

    public String topicPrefix() {
        return string(TOPIC_PREFIX);
    }

    public int topicPartitions() {
        return number(TOPIC_PARTITIONS);
    }

    public short topicReplication() {
        return values.getShort(TOPIC_REPLICATION);
    }

    public int cubePartitions() {
        return number(CUBE_PARTITIONS);
    }

    public String httpHost() {
        return string(HTTP_HOST);
    }

    public int httpPort() {
        return number(HTTP_PORT);
    }

    /** {@code host:port} for other instances, or empty. */
    public String httpAdvertised() {
        return string(HTTP_ADVERTISED);
    }

    public Path stateDir() {
        return Path.of(string(STATE_DIR));
    }

    public int threads() {
        return number(THREADS);
    }

    public int commitIntervalMs() {
        return number(COMMIT_INTERVAL_MS);
    }

    public CommitPoint.Mode commitMode() {
        return CommitPoint.Mode.valueOf(string(COMMIT_WORK).toUpperCase(Locale.ROOT));
    }

    public String guarantee() {
        return string(GUARANTEE);
    }

    public int standbys() {
        return number(STANDBYS);
    }

    public Horizon horizon() {
        return new Horizon(Duration.ofMillis(values.getLong(EVENT_AHEAD_MS)), Duration.ofDays(number(EVENT_AGE_DAYS)));
    }

    public DedupeSettings dedupe() {
        return new DedupeSettings(
                Duration.ofDays(number(EVENT_AGE_DAYS)),
                Duration.ofSeconds(number(DEDUPE_BUCKET_S)),
                Duration.ofSeconds(number(DEDUPE_TOLERANCE_S)),
                (long) number(DEDUPE_MEMORY_MB) << 20);
    }

    public RollupSettings rollup() {
        return new RollupSettings(
                values.getList(TAG_DIMENSIONS),
                Duration.ofDays(number(QUARTER_HOURS_KEPT_DAYS)),
                Duration.ofDays(number(DAYS_KEPT)),
                number(VALUES_MAX),
                Duration.ofMillis(number(SETTLE_MS)),
                number(CELLS_IN_MEMORY));
    }

    /** A topic of spans and how they are encoded. */
    public record SpansTopic(String topic, UsageFormat format) {}

    /** Where spans come from, if from anywhere. */
    public Optional<SpansTopic> spans() {
        String topic = string(OTEL_TOPIC);
        boolean isJson = string(OTEL_ENCODING).equals("otlp_json");
        return topic.isEmpty()
                ? Optional.empty()
                : Optional.of(new SpansTopic(topic, isJson ? UsageFormats.OTLP_JSON : UsageFormats.OTLP_PROTOBUF));
    }

    /** Counters are kept for five days more than events may be late. */
    public WatchSettings watch() {
        return new WatchSettings(
                Duration.ofMillis(number(BUDGET_SETTLE_MS)),
                number(BUDGET_GROUPS_MAX),
                Duration.ofDays(number(EVENT_AGE_DAYS) + 5));
    }

    /** What admission answers where it does not know. */
    public AdmissionPolicy admission() {
        return new AdmissionPolicy(
                decision(ADMISSION_UNAVAILABLE),
                decision(ADMISSION_UNPRICED),
                Duration.ofMillis(number(ADMISSION_STALE_MS)));
    }

    /** Spans among our own records would be rejected there, and our own records among spans here. */
    private void requireSpansApart() {
        String topic = string(OTEL_TOPIC);
        if (Topics.withPrefix(topicPrefix()).all().stream()
                .anyMatch(own -> own.name().equals(topic))) {
            throw new ConfigException(
                    OTEL_TOPIC, topic, "must be a topic of its own, which the Collector writes and nobody else");
        }
    }

    private Decision decision(String key) {
        return Decision.valueOf(string(key).toUpperCase(Locale.ROOT));
    }

    public boolean pricedPublished() {
        return values.getBoolean(PRICED_PUBLISHED);
    }

    public long rocksDbCacheBytes() {
        return (long) number(ROCKSDB_CACHE_MB) << 20;
    }

    public long rocksDbWriteBufferBytes() {
        return (long) number(ROCKSDB_WRITE_BUFFER_MB) << 20;
    }

    /** Where traces go, if anywhere. */
    Optional<TraceSettings> traces() {
        String endpoint = string(TRACES_ENDPOINT);
        return endpoint.isEmpty()
                ? Optional.empty()
                : Optional.of(new TraceSettings(
                        endpoint,
                        values.getPassword(TRACES_AUTHORIZATION).value(),
                        values.getDouble(TRACES_RATIO),
                        applicationId(),
                        instance()));
    }

    /** Whether the log is lines of JSON. */
    public boolean isLogJson() {
        return string(LOG_FORMAT).equals("json");
    }

    /** A name of this instance for logs and traces, other than those of the other instances. */
    public String instance() {
        if (!instanceId().isEmpty()) {
            return instanceId();
        }
        return httpAdvertised().isEmpty() ? httpHost() + ":" + httpPort() : httpAdvertised();
    }

    /** Whether metrics show spend. Where nobody is asked who they are, spend is open by REST as well. */
    public boolean isSpendInMetrics() {
        return switch (string(METRICS_SPEND)) {
            case "always" -> true;
            case "never" -> false;
            default -> !security().isOn() || !security().isMetricsOpen();
        };
    }

    public int spendSeriesMax() {
        return number(METRICS_SPEND_SERIES);
    }

    public int budgetSeriesMax() {
        return number(METRICS_BUDGETS_SERIES);
    }

    /** What goes to every Kafka client as it is. */
    public Map<String, String> kafka() {
        return kafka;
    }

    /** Who may call. */
    public SecurityConfig security() {
        return new SecurityConfig(values);
    }

    /** How anomalies are looked for. */
    public DetectorSettings detectors() {
        return detectors;
    }

    /** What goes to the registry client as it is. */
    public Map<String, String> registry() {
        return registry;
    }

    private String string(String key) {
        return values.getString(key);
    }

    private int number(String key) {
        return values.getInt(key);
    }

    private static Map<String, String> take(Map<String, String> from, String prefix) {
        Map<String, String> taken = new HashMap<>();
        from.keySet().removeIf(key -> {
            if (key.startsWith(prefix)) {
                taken.put(key.substring(prefix.length()), from.get(key));
                return true;
            }
            return false;
        });
        return Map.copyOf(taken);
    }

    private static ConfigDef.Validator address() {
        return ConfigDef.LambdaValidator.with(
                (key, value) -> {
                    Matcher matcher = ADDRESS.matcher(String.valueOf(value));
                    boolean isAddress = matcher.matches()
                            && Integer.parseInt(matcher.group(2)) >= 1
                            && Integer.parseInt(matcher.group(2)) <= 65_535;
                    if (!isAddress && !"".equals(value)) {
                        throw new ConfigException(
                                key, value, "must be host:port, such as 10.0.0.7:8080 or [fd00::7]:8080");
                    }
                },
                () -> "host:port");
    }

    private static ConfigDef.Validator url() {
        return ConfigDef.LambdaValidator.with(
                (key, value) -> {
                    if (!String.valueOf(value).matches("(https?://[^\\s/]+(/\\S*)?)?")) {
                        throw new ConfigException(key, value, "must be a URL, such as http://collector:4318/v1/traces");
                    }
                },
                () -> "URL");
    }

    private static ConfigDef.Validator name(String pattern) {
        return ConfigDef.LambdaValidator.with(
                (key, value) -> {
                    if (!String.valueOf(value).matches(pattern)) {
                        throw new ConfigException(key, value, "must match " + pattern);
                    }
                },
                () -> pattern);
    }
}
