package io.spendstream.connect.run;

import io.spendstream.sandbox.Sandbox;
import io.spendstream.sandbox.SandboxOptions;
import io.spendstream.schema.AvroSerde;
import io.spendstream.schema.ConfluentSchemaRegistry;
import io.spendstream.schema.SchemaRegistry;
import io.spendstream.v1.MeterCost;
import io.spendstream.v1.PricedUsage;
import io.spendstream.v1.SpendRollup;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongFunction;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code bench postgres}: how many rows a second the shipped configuration writes to a PostgreSQL on this machine, with
 * the broker and the worker on it. New calls, new quarter-hours, and the same quarter-hours with other totals.
 */
@Command(
        name = "bench postgres",
        mixinStandardHelpOptions = true,
        description = "Measures the PostgreSQL sink on this machine, with a broker, a worker and a PostgreSQL of its"
                + " own.")
public final class PostgresBench implements Callable<Integer> {

    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final long LOOK_EVERY_NANOS = 100_000_000;

    @Option(names = "--rows", defaultValue = "200000", description = "Rows of each kind. Default: ${DEFAULT-VALUE}")
    private int rows;

    @Option(
            names = "--tasks",
            defaultValue = "2",
            description = "tasks.max of the connector. Default: ${DEFAULT-VALUE}")
    private int tasks;

    @Spec
    private CommandSpec spec;

    /** What is written, and a question whose answer grows from 0 to a number while it is. */
    private record Load(String what, String topic, String question, long done, LongFunction<SpecificRecord> record) {}

    @Override
    public Integer call() throws Exception {
        Path home = Path.of(System.getenv().getOrDefault(ConnectCommand.HOME_VARIABLE, ""))
                .toAbsolutePath();
        Path directory = Files.createTempDirectory("spendstream-bench-connect-");
        PrintWriter out = spec.commandLine().getOut();
        try (Sandbox sandbox = Sandbox.start(new SandboxOptions(0, 0, 0, null, false));
                Postgres postgres = Postgres.start(null, 0)) {
            postgres.prepare(home);
            Map<String, String> environment = new HashMap<>(postgres.environment());
            environment.put("SPENDSTREAM_REGISTRY_URL", sandbox.registryUrl().toString());
            try (WorkerProcess worker = new WorkerProcess(
                            home,
                            directory,
                            0,
                            1_024,
                            Map.of("bootstrap.servers", sandbox.bootstrapServers()),
                            environment)
                    .start()) {
                ConnectClient client = new ConnectClient(worker.url());
                client.awaitReady(LIMIT, worker::isAlive);
                ConnectorFile file = ConnectorFile.of(home.resolve("config/postgres.properties"));
                Map<String, String> config =
                        file.with(Map.of("tasks.max", Integer.toString(tasks))).config();
                client.run(file.name(), config, false);
                client.awaitRunning(file.name(), LIMIT);
                for (Load load : loads()) {
                    measure(load, sandbox, client, file.name(), postgres, out);
                }
            }
        }
        return 0;
    }

    private List<Load> loads() {
        String requests = "SELECT coalesce(sum(requests), 0) FROM spend_rollups";
        return List.of(
                new Load(
                        "new rows of usage_priced",
                        "usage-priced",
                        "SELECT count(*) FROM usage_priced",
                        rows,
                        n -> priced(n)),
                new Load("new rows of spend_rollups", "spend-rollups", requests, rows, n -> rollup(n, 1)),
                new Load("other totals in spend_rollups", "spend-rollups", requests, 2L * rows, n -> rollup(n, 2)));
    }

    /** From the first row that is seen to the last, the start of everything and the writing to Kafka apart. */
    private void measure(
            Load load, Sandbox sandbox, ConnectClient client, String connector, Postgres postgres, PrintWriter out)
            throws IOException, TimeoutException, SQLException {
        client.stop(connector);
        publish(load, sandbox);
        long before = answer(postgres, load.question());
        client.resume(connector);
        long deadline = System.nanoTime() + LIMIT.toNanos();
        long first = before;
        long firstNanos = 0;
        long seen = before;
        while (seen < load.done()) {
            LockSupport.parkNanos(LOOK_EVERY_NANOS);
            seen = answer(postgres, load.question());
            if (first == before && seen > before) {
                first = seen;
                firstNanos = System.nanoTime();
            }
            if (System.nanoTime() > deadline || client.status(connector).failed()) {
                throw new TimeoutException(load.what() + ": " + seen + " of " + load.done() + "; "
                        + client.status(connector).detail());
            }
        }
        double seconds = (System.nanoTime() - firstNanos) / 1e9;
        out.printf("%-30s %,9d rows/s%n", load.what(), Math.round((seen - first) / seconds));
        out.flush();
    }

    private void publish(Load load, Sandbox sandbox) {
        try (SchemaRegistry registry =
                        new ConfluentSchemaRegistry(sandbox.registryUrl().toString());
                KafkaProducer<String, byte[]> producer = new KafkaProducer<>(
                        Map.of(
                                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                                sandbox.bootstrapServers(),
                                ProducerConfig.COMPRESSION_TYPE_CONFIG,
                                "lz4",
                                ProducerConfig.LINGER_MS_CONFIG,
                                20),
                        new StringSerializer(),
                        new ByteArraySerializer())) {
            Serializer<SpecificRecord> serializer = serializer(load.record().apply(0), registry);
            for (long n = 0; n < rows; n++) {
                byte[] value = serializer.serialize(load.topic(), load.record().apply(n));
                producer.send(new ProducerRecord<>(load.topic(), "key-" + n, value));
            }
        }
    }

    @SuppressWarnings("unchecked")
    private static Serializer<SpecificRecord> serializer(SpecificRecord like, SchemaRegistry registry) {
        return new AvroSerde<>((Class<SpecificRecord>) like.getClass(), registry).serializer();
    }

    private static PricedUsage priced(long n) {
        Instant time = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        return PricedUsage.newBuilder()
                .setId("key-" + n)
                .setTime(time)
                .setTenant("default")
                .setFeature("feature-" + n % 10)
                .setModel("gpt-4o")
                .setTeam("team-" + n % 7)
                .setUser("user-" + n % 20_000)
                .setCostNanoUsd(5_000_000L + n)
                .setMeters(List.of(
                        new MeterCost("input_tokens", 1_200L, 2_500_000L, 3_000_000L),
                        new MeterCost("output_tokens", 200L, 10_000_000L, 2_000_000L + n)))
                .setCardModel("gpt-4o")
                .setCardEffectiveFrom(Instant.EPOCH)
                .build();
    }

    private static SpendRollup rollup(long n, long requests) {
        Instant start = Instant.parse("2026-11-01T00:00:00Z").plusSeconds(n % 1_000 * 900);
        return SpendRollup.newBuilder()
                .setBucketStart(start)
                .setBucketEnd(start.plusSeconds(900))
                .setTenant("default")
                .setFeature("feature-" + n % 10)
                .setModel("gpt-4o")
                .setTeam("team-" + n % 7)
                .setMeasures(Map.of(
                        "requests", requests,
                        "input_tokens", 1_200 * requests,
                        "output_tokens", 200 * requests,
                        "cost_nano_usd", 5_000_000 * requests,
                        "input_tokens_cost_nano_usd", 3_000_000 * requests,
                        "output_tokens_cost_nano_usd", 2_000_000 * requests))
                .build();
    }

    private static long answer(Postgres postgres, String question) throws SQLException {
        try (Connection connection = postgres.connect();
                Statement statement = connection.createStatement();
                ResultSet set = statement.executeQuery(question)) {
            set.next();
            return set.getLong(1);
        }
    }

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new PostgresBench()).execute(arguments));
    }
}
