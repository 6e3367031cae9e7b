package io.spendstream.connect.run;

import io.spendstream.schema.ConfluentSchemaRegistry;
import io.spendstream.schema.RegistryUnavailableException;
import io.spendstream.schema.SchemaRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code connect}: a Kafka Connect worker on this machine with the connectors in it, against the sandbox or another. */
@Command(
        name = "connect",
        mixinStandardHelpOptions = true,
        description =
                "Runs a Kafka Connect worker that writes spend, calls, budgets and alerts to PostgreSQL, and tells"
                        + " people and pagers of alerts where that is asked for, until Ctrl-C. Prints one line that begins with"
                        + " 'ready' and has the addresses.")
public final class ConnectCommand implements Callable<Integer> {

    static final int EXIT_FAILED = 1;
    /** An option or a configuration is wrong. */
    static final int EXIT_USAGE = 2;

    /** The module's directory; the launcher sets it. */
    static final String HOME_VARIABLE = "SPENDSTREAM_CONNECTORS";

    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final int WORKER_HEAP_MB = 512;

    @Option(
            names = "--bootstrap-servers",
            defaultValue = "localhost:9092",
            paramLabel = "HOST:PORT",
            description = "Kafka brokers. Default: ${DEFAULT-VALUE}")
    private String bootstrapServers;

    @Option(
            names = "--registry-url",
            defaultValue = "http://localhost:8081",
            paramLabel = "URL",
            description = "Schema registry. Default: ${DEFAULT-VALUE}")
    private String registryUrl;

    @Option(
            names = "--postgres-url",
            paramLabel = "URL",
            description = "A PostgreSQL that is there, such as jdbc:postgresql://localhost:5432/spend. Default: one of"
                    + " its own on this machine")
    private String postgresUrl;

    @Option(
            names = "--postgres-user",
            defaultValue = "postgres",
            paramLabel = "NAME",
            description = "Its user; the password is in the environment variable PGPASSWORD. Default: ${DEFAULT-VALUE}")
    private String postgresUser;

    @Option(
            names = "--postgres-port",
            defaultValue = "0",
            paramLabel = "PORT",
            description = "Port of the PostgreSQL of its own; 0: a free one. Default: ${DEFAULT-VALUE}")
    private int postgresPort;

    @Option(
            names = "--port",
            defaultValue = "8083",
            paramLabel = "PORT",
            description = "Port of the worker's REST interface; 0: a free one. Default: ${DEFAULT-VALUE}")
    private int port;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Configuration of a connector, in place of connectors/config/postgres.properties; several"
                    + " are several --config")
    private List<Path> files = List.of();

    @Option(
            names = "--replay",
            description = "Read the topics from their beginning again; a PostgreSQL of its own that is empty always"
                    + " has it so.")
    private boolean replay;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Where the PostgreSQL of its own keeps its data for the next start, and the worker its log."
                    + " Default: a temporary directory; the data are deleted at the end")
    private Path dataDir;

    @Mixin
    private AlertSinkOptions alertSinks;

    @Spec
    private CommandSpec spec;

    /** Of the process, where it does not end by a signal. */
    private final AtomicInteger exitCode = new AtomicInteger();

    /** A start that is refused; the message is for the terminal. */
    private static final class Refused extends Exception {

        private static final long serialVersionUID = 1L;
        private final int exitCode;

        Refused(int exitCode, String message) {
            super(message);
            this.exitCode = exitCode;
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        try {
            return run(out);
        } catch (Refused e) {
            return failed(err, e.getMessage(), e.exitCode);
        } catch (IOException | IllegalStateException e) {
            return failed(err, e.getMessage(), EXIT_FAILED);
        }
    }

    private int failed(PrintWriter err, String message, int code) {
        exitCode.set(code);
        err.println("spendstream: " + message);
        err.flush();
        return code;
    }

    private int run(PrintWriter out) throws Refused, IOException, InterruptedException {
        Path home = Path.of(System.getenv().getOrDefault(HOME_VARIABLE, "")).toAbsolutePath();
        List<ConnectorFile> connectors = connectors(home);
        List<ConnectorFile> sinks = alertSinks(home);
        checkPort();
        checkKafka();
        checkRegistry();
        Path directory = dataDir == null
                ? Files.createTempDirectory("spendstream-connect-")
                : Files.createDirectories(dataDir.toAbsolutePath());
        // A database that begins empty is filled from the beginning, however far the worker had come with another.
        boolean empty = postgresUrl == null && (dataDir == null || !Files.exists(directory.resolve("postgres")));
        try (Postgres postgres = postgres(directory)) {
            postgres.prepare(home);
            try (WorkerProcess worker = worker(home, directory, postgres)) {
                // Ctrl-C ends this process without unwinding it.
                Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(worker, postgres), "stop-connect"));
                start(worker, connectors, sinks, replay || empty);
                out.println(ready(worker, postgres, sinks));
                out.flush();
                int exit = worker.awaitEnd();
                throw new Refused(EXIT_FAILED, "the worker ended with " + exit + "; see " + worker.log());
            }
        }
    }

    private static String ready(WorkerProcess worker, Postgres postgres, List<ConnectorFile> sinks) {
        String ready = "ready connect=" + worker.url() + " postgres=" + postgres.address() + " log=" + worker.log();
        return sinks.isEmpty()
                ? ready
                : ready + " alerts=" + sinks.stream().map(ConnectorFile::name).collect(Collectors.joining(","));
    }

    private List<ConnectorFile> alertSinks(Path home) throws Refused, IOException {
        try {
            return alertSinks.connectors(home);
        } catch (IllegalArgumentException e) {
            throw new Refused(EXIT_USAGE, e.getMessage());
        }
    }

    private void stop(WorkerProcess worker, Postgres postgres) {
        worker.close();
        postgres.close();
        // A signal's own exit code would be taken for a failure by whoever asked to stop.
        Runtime.getRuntime().halt(exitCode.get());
    }

    private List<ConnectorFile> connectors(Path home) throws Refused, IOException {
        List<Path> given = files.isEmpty() ? List.of(home.resolve("config/postgres.properties")) : files;
        List<ConnectorFile> connectors = new ArrayList<>();
        for (Path file : given) {
            try {
                connectors.add(ConnectorFile.of(file));
            } catch (IOException e) {
                throw new Refused(EXIT_USAGE, e.getMessage());
            }
        }
        return connectors;
    }

    private void checkPort() throws Refused {
        if (port < 0 || port > 65_535 || postgresPort < 0 || postgresPort > 65_535) {
            throw new Refused(EXIT_USAGE, "--port and --postgres-port take 0 to 65535");
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        } catch (IOException e) {
            throw new Refused(EXIT_USAGE, "port " + port + " is taken; choose another with --port");
        }
    }

    private void checkKafka() throws Refused, InterruptedException {
        try (Admin admin = Admin.create(Map.of(
                CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                10_000,
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                5_000))) {
            admin.describeCluster().clusterId().get(15, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            throw new Refused(
                    EXIT_FAILED,
                    "no Kafka broker answers at " + bootstrapServers
                            + ": start './spendstream sandbox' or './spendstream demo' in another terminal, or give"
                            + " another with --bootstrap-servers");
        }
    }

    private void checkRegistry() throws Refused {
        try (SchemaRegistry registry = new ConfluentSchemaRegistry(registryUrl)) {
            registry.versions("spend-rollups-value");
        } catch (RegistryUnavailableException | IllegalArgumentException e) {
            throw new Refused(EXIT_FAILED, e.getMessage() + " (--registry-url)");
        }
    }

    private Postgres postgres(Path directory) throws IOException {
        if (postgresUrl != null) {
            return Postgres.at(postgresUrl, postgresUser, System.getenv().getOrDefault("PGPASSWORD", ""));
        }
        return Postgres.start(dataDir == null ? null : directory.resolve("postgres"), postgresPort);
    }

    private WorkerProcess worker(Path home, Path directory, Postgres postgres) throws IOException {
        Map<String, String> environment = new HashMap<>(postgres.environment());
        environment.put("SPENDSTREAM_REGISTRY_URL", registryUrl);
        environment.putAll(alertSinks.environment());
        return new WorkerProcess(
                        home,
                        directory,
                        port,
                        WORKER_HEAP_MB,
                        Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers),
                        environment)
                .start();
    }

    /** @param fromTheBeginning of the tables: nobody wants to be told of the alerts of the past */
    private void start(
            WorkerProcess worker, List<ConnectorFile> tables, List<ConnectorFile> alerts, boolean fromTheBeginning)
            throws Refused, IOException {
        ConnectClient client = new ConnectClient(worker.url());
        try {
            client.awaitReady(START_LIMIT, worker::isAlive);
            List<String> problems = new ArrayList<>();
            for (ConnectorFile connector : concat(tables, alerts)) {
                client.problems(connector.config()).forEach(problem -> problems.add(connector.file() + ": " + problem));
            }
            if (!problems.isEmpty()) {
                throw new Refused(EXIT_USAGE, String.join("\nspendstream: ", problems));
            }
            for (ConnectorFile connector : concat(tables, alerts)) {
                client.run(connector.name(), connector.config(), fromTheBeginning && tables.contains(connector));
                client.awaitRunning(connector.name(), START_LIMIT);
            }
        } catch (TimeoutException | IllegalStateException e) {
            throw new Refused(EXIT_FAILED, e.getMessage() + "; see " + worker.log());
        }
    }

    private static List<ConnectorFile> concat(List<ConnectorFile> one, List<ConnectorFile> other) {
        return Stream.concat(one.stream(), other.stream()).toList();
    }

    static CommandLine command() {
        return new CommandLine(new CommandLine(new Spendstream())
                .addSubcommand(new ConnectCommand())
                .getCommandSpec());
    }

    /** What the launcher calls; help is {@code spendstream connect}'s. */
    @Command(name = "spendstream")
    static final class Spendstream {}

    public static void main(String[] arguments) {
        System.exit(command().execute(arguments));
    }
}
