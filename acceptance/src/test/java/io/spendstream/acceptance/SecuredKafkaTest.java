package io.spendstream.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.spendstream.Spendstream;
import io.spendstream.access.ApiKeys;
import io.spendstream.access.Scope;
import io.spendstream.runtime.AppConfig;
import io.spendstream.runtime.SecurityConfig;
import io.spendstream.sandbox.BrokerPlace;
import io.spendstream.sandbox.EmbeddedBroker;
import io.spendstream.sandbox.registry.DevelopmentRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A broker that lets nobody do anything unless told, and an application that may do what docs/security.md lists. */
@Timeout(180)
class SecuredKafkaTest {

    private static final Path DOCUMENT = Path.of("..", "docs", "security.md");
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| ([A-Z_]+) \\| `([^`]+)` \\| ([A-Z]+) \\| ([A-Z ]+) \\|$");
    private static final String PASSWORD = "marker-of-the-password-71";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private String key;

    private static Map<String, String> broker() {
        return Map.of(
                "listener.security.protocol.map",
                "PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
                "inter.broker.listener.name",
                "PLAINTEXT",
                "sasl.enabled.mechanisms",
                "PLAIN",
                "sasl.mechanism.inter.broker.protocol",
                "PLAIN",
                "listener.name.plaintext.plain.sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"admin\""
                        + " password=\"admin\" user_admin=\"admin\" user_app=\"" + PASSWORD + "\";",
                "authorizer.class.name",
                RecordingAuthorizer.class.getName(),
                // Of one second each: what was read before does not count for long.
                "quota.window.num",
                "2",
                // The controller's own connections have no name; nobody else reaches that listener as one.
                "super.users",
                "User:admin;User:ANONYMOUS");
    }

    private static Map<String, String> client(String user, String password) {
        return Map.of(
                "security.protocol",
                "SASL_PLAINTEXT",
                "sasl.mechanism",
                "PLAIN",
                "sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"" + user + "\" password=\""
                        + password + "\";");
    }

    /** What the document lists, as one grant for each operation. */
    private static List<AclBinding> documented() throws IOException {
        String text = Files.readString(DOCUMENT);
        String listed = text.substring(text.indexOf("<!-- acls: begin -->"), text.indexOf("<!-- acls: end -->"));
        List<AclBinding> grants = new ArrayList<>();
        for (MatchResult row : ROW.matcher(listed).results().toList()) {
            for (String operation : row.group(4).trim().split(" ")) {
                grants.add(new AclBinding(
                        new ResourcePattern(
                                ResourceType.valueOf(row.group(1)), row.group(2), PatternType.valueOf(row.group(3))),
                        new AccessControlEntry(
                                "User:app", "*", AclOperation.valueOf(operation), AclPermissionType.ALLOW)));
            }
        }
        return grants;
    }

    private static Admin admin(EmbeddedBroker broker) {
        Map<String, Object> config = new HashMap<>(client("admin", "admin"));
        config.put("bootstrap.servers", broker.bootstrapServers());
        return Admin.create(config);
    }

    @Test
    void theDocumentedGrantsAreEnoughAndNoneIsTooMuchAndTheirSecretIsNowhere(@TempDir Path directory) throws Exception {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.addAppender(log);
        try (EmbeddedBroker broker =
                        new EmbeddedBroker(directory.resolve("kafka"), 0, BrokerPlace.ALONE, broker()).start();
                DevelopmentRegistry registry = new DevelopmentRegistry(directory.resolve("registry.json"), 0);
                Admin admin = admin(broker)) {
            // Given
            List<AclBinding> grants = documented();
            assertThat(grants).hasSizeGreaterThan(30);
            admin.createAcls(grants).all().get();
            AppConfig config = config(directory, broker, registry);

            try (Spendstream app = Spendstream.start(config)) {
                // When
                app.awaitReady(PATIENCE);
                assertStatus(201, app, "PUT", "/v1/prices/m", """
                        {"cards": [{"effective_from": "2024-01-01T00:00:00Z",
                          "rates": [{"meter": "input_tokens", "usd_per_million": 1}]}]}""");
                assertStatus(201, app, "PUT", "/v1/budgets/b", """
                        {"limit": 1, "period": "day", "thresholds": [{"at": 0.5, "action": "notify"}]}""");
                assertStatus(202, app, "POST", "/v1/events", event("e1", "m"));
                assertStatus(202, app, "POST", "/v1/events", event("e2", "unpriced"));

                // Then what is counted goes through every topic
                await(
                        "spend",
                        () -> send(app, "GET", "/v1/spend?model=m", "").body().contains("\"cost_usd\":0.6"));
                await(
                        "the alert",
                        () -> send(app, "GET", "/v1/alerts?budget=b", "").body().contains("\"threshold\":0.5"));
                assertThat(send(app, "GET", "/metrics", "").body()).doesNotContain(PASSWORD);
                useWhatIsLeft(app, broker);
                awaitNone("grants that nothing needs", () -> notUsed(grants));
                awaitNone("documented metrics that are not there", () -> missing(app));

                // When one of them is taken back
                admin.deleteAcls(List.of(grants.stream()
                                .filter(grant -> grant.pattern().name().equals("usage-events")
                                        && grant.entry().operation() == AclOperation.WRITE)
                                .findFirst()
                                .orElseThrow()
                                .toFilter()))
                        .all()
                        .get();

                // Then
                await(
                        "a refusal",
                        () -> send(app, "POST", "/v1/events", event("e3", "m")).statusCode() == 503);
            }
            assertNotReadyWhileItsStateIsReadBack(config, directory.resolve("another-state"), admin);
            assertThat(config.toString() + config.security()).doesNotContain(PASSWORD);
            assertThat(log.list)
                    .isNotEmpty()
                    .noneMatch(said -> said.getFormattedMessage().contains(PASSWORD));
        } finally {
            root.detachAppender(log);
        }
    }

    /**
     * A quota holds up what is read back, for as long as the test likes: a fetch of some hundred bytes is put off by its size
     * over the quota, again and again.
     */
    private void assertNotReadyWhileItsStateIsReadBack(AppConfig config, Path none, Admin admin) throws Exception {
        // Given
        limitReads(admin, 50.0);
        try (Spendstream app = Spendstream.start(config.with(Map.of(AppConfig.STATE_DIR, none.toString())))) {
            // Then it is alive, has started and says what is left
            await(
                    "a start that reads its state back",
                    () -> send(app, "GET", "/health/ready", "").body().contains("of state are to be read back"));
            assertStatus(503, app, "GET", "/health/ready", "");
            assertStatus(200, app, "GET", "/health/startup", "");
            assertStatus(200, app, "GET", "/health/live", "");
            assertThat(send(app, "GET", "/metrics", "").body())
                    .containsPattern("(?m)^spendstream_restore_left_records\\{store=\"[a-z-]+\"} [1-9]");

            // When it may read
            limitReads(admin, null);

            // Then
            app.awaitReady(PATIENCE);
            assertStatus(200, app, "GET", "/health/ready", "");
        }
    }

    private static void limitReads(Admin admin, Double bytesPerSecond) throws Exception {
        admin.alterClientQuotas(List.of(new ClientQuotaAlteration(
                        new ClientQuotaEntity(Map.of(ClientQuotaEntity.USER, "app")),
                        List.of(new ClientQuotaAlteration.Op("consumer_byte_rate", bytesPerSecond)))))
                .all()
                .get();
    }

    /** Of the metrics of docs/metrics.md, all of which this instance has something to show for. */
    private List<String> missing(Spendstream app) throws Exception {
        String scrape = send(app, "GET", "/metrics", "").body();
        return Pattern.compile("(?m)^\\| `(spendstream_[a-z_]+)` \\| ")
                .matcher(Files.readString(Path.of("..", "docs", "metrics.md")))
                .results()
                .map(row -> row.group(1))
                .filter(metric -> !scrape.contains("\n# TYPE " + metric + " "))
                .toList();
    }

    /** What needs the grants that the way of an event does not. */
    private void useWhatIsLeft(Spendstream app, EmbeddedBroker broker) throws Exception {
        Map<String, Object> admin = new HashMap<>(client("admin", "admin"));
        admin.put("bootstrap.servers", broker.bootstrapServers());
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(admin, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>("usage-events", new byte[] {1}, new byte[] {1}))
                    .get();
        }
        assertStatus(201, app, "POST", "/v1/reconciliations", """
                {"lines": [{"date": "2026-01-01", "model": "m", "cost_usd": 1}]}""");
        Instant ends = Instant.now().plusSeconds(3_600);
        assertStatus(201, app, "PUT", "/v1/silences/s", """
                {"match": {"tenant": ["default"]}, "until": "%s", "by": "ann", "comment": "a test"}""".formatted(ends));
        // An hour that has events without a price and is over is an anomaly.
        String anHourAgo = event("e4", "unpriced")
                .replaceFirst(
                        "\"time\": \"[^\"]+\"", "\"time\": \"" + Instant.now().minusSeconds(3_600) + "\"");
        assertStatus(202, app, "POST", "/v1/events", anHourAgo);
        assertStatus(202, app, "POST", "/v1/events", event("e5", "m"));
    }

    /** Grants without which everything that was done would have been allowed as well. */
    private static List<AclBinding> notUsed(List<AclBinding> grants) {
        Set<RecordingAuthorizer.Allowed> allowed = RecordingAuthorizer.allowed();
        return grants.stream()
                .filter(grant -> allowed.stream()
                        .filter(action -> action.user().equals("User:app"))
                        .noneMatch(action -> grants.stream()
                                .filter(other -> allows(other, action))
                                .toList()
                                .equals(List.of(grant))))
                .toList();
    }

    /** By the rules of the authorizer: whoever may do one of some operations may also see what it is. */
    private static boolean allows(AclBinding grant, RecordingAuthorizer.Allowed action) {
        ResourcePattern pattern = grant.pattern();
        AclOperation operation = grant.entry().operation();
        boolean described = action.operation() == AclOperation.DESCRIBE
                && Set.of(AclOperation.READ, AclOperation.WRITE, AclOperation.DELETE, AclOperation.ALTER)
                        .contains(operation);
        return pattern.resourceType() == action.type()
                && (pattern.patternType() == PatternType.PREFIXED
                        ? action.name().startsWith(pattern.name())
                        : action.name().equals(pattern.name()))
                && (operation == action.operation() || described);
    }

    private AppConfig config(Path directory, EmbeddedBroker broker, DevelopmentRegistry registry) throws IOException {
        ApiKeys.Created created =
                ApiKeys.create("test", List.of(Scope.values()), List.of("*"), null, new SecureRandom());
        key = created.key();
        Path keys = Files.writeString(directory.resolve("keys.jsonl"), created.line());
        Map<String, String> config = new HashMap<>();
        client("app", PASSWORD).forEach((name, value) -> config.put("kafka." + name, value));
        config.put(AppConfig.BOOTSTRAP_SERVERS, broker.bootstrapServers());
        config.put(AppConfig.REGISTRY_URL, registry.url().toString());
        config.put(AppConfig.HTTP_PORT, "0");
        config.put(AppConfig.STATE_DIR, directory.resolve("state").toString());
        config.put(SecurityConfig.KEYS_FILE, keys.toString());
        // Quarter-hours close when all partitions have come so far.
        config.put(AppConfig.TOPIC_PARTITIONS, "1");
        config.put(AppConfig.CUBE_PARTITIONS, "1");
        // What was read of internal topics is deleted soon.
        config.put("kafka.repartition.purge.interval.ms", "1000");
        return AppConfig.of(config);
    }

    private static String event(String id, String model) {
        return """
                {"id": "%s", "time": "%s", "feature": "chat", "model": "%s", "input_tokens": 600000}""".formatted(id, Instant.now(), model);
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private interface Left {
        List<?> over() throws Exception;
    }

    private static void awaitNone(String what, Left left) {
        Await.until(
                "no " + what,
                PATIENCE,
                () -> {
                    try {
                        return left.over();
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                },
                List::isEmpty);
    }

    private static void await(String what, Condition condition) {
        Await.until(
                what,
                PATIENCE,
                () -> {
                    try {
                        return condition.holds();
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                },
                holds -> holds);
    }

    private void assertStatus(int status, Spendstream app, String method, String path, String body) throws Exception {
        HttpResponse<String> response = send(app, method, path, body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    }

    private HttpResponse<String> send(Spendstream app, String method, String path, String body)
            throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(app.url() + path))
                        .header("Content-Type", "application/json")
                        .header("Authorization", "Bearer " + key)
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
