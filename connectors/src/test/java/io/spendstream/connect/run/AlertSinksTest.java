package io.spendstream.connect.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import io.spendstream.acceptance.Await;
import io.spendstream.acceptance.Scene;
import io.spendstream.connect.notify.Alerts;
import io.spendstream.connect.notify.HttpStub;
import io.spendstream.connect.notify.HttpStub.Request;
import io.spendstream.schema.AvroSerde;
import io.spendstream.schema.ConfluentSchemaRegistry;
import io.spendstream.schema.SchemaRegistry;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertState;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stock worker, a real broker, real HTTP servers and a real mail server: alerts arrive, once per transition. */
@ExtendWith(ConnectWorld.Shared.class)
class AlertSinksTest {

    private static final List<String> SINKS = List.of("webhook", "slack", "alertmanager", "email");
    private static final int ALERTS = 60;
    private static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    private static final ObjectMapper JSON = new ObjectMapper();

    @ParameterizedTest
    @ValueSource(strings = {"webhook", "slack", "alertmanager", "email"})
    void the_shipped_configuration_is_valid(String sink, ConnectWorld world) throws Exception {
        assertThat(world.connect.problems(ConnectWorld.shipped(sink).config())).isEmpty();
    }

    @Test
    void a_bad_configuration_is_refused_with_the_key_and_the_reason(ConnectWorld world) throws Exception {
        Map<String, Map<String, String>> bad = Map.of(
                "webhook",
                Map.of(
                        "http.url", "ftp://example.com",
                        "http.timeout.ms", "0",
                        "webhook.secret", "whsec_short",
                        "webhook.template", "{\"a\": {{value}}",
                        "alert.severity.min", "urgent",
                        "webhook.secert", "whsec_secretsecret",
                        "slack.template", "x",
                        "retry.backoff.ms", "400000",
                        "errors.tolerance", "none"),
                "slack",
                Map.of("http.url", "${env:SPENDSTREAM_SLACK_NONE}", "slack.template", "{{sumary}}"),
                "alertmanager",
                Map.of("alertmanager.labels", "1a=b", "alertmanager.expire.ms", "60000", "alert.link", "nowhere"),
                "email",
                Map.of("mail.to", "ann", "smtp.security", "ssl", "smtp.user", "ann", "mail.html.template", "{{#a}}"));
        for (Map.Entry<String, Map<String, String>> sink : bad.entrySet()) {
            for (Map.Entry<String, String> entry : sink.getValue().entrySet()) {
                Map<String, String> config = ConnectWorld.shipped(sink.getKey())
                        .with(Map.of(entry.getKey(), entry.getValue()))
                        .config();

                List<String> problems = world.connect.problems(config);

                assertThat(problems)
                        .as(sink.getKey() + " " + entry)
                        .isNotEmpty()
                        .allMatch(problem -> problem.startsWith(culprit(entry.getKey()) + ": "))
                        .noneMatch(problem -> problem.contains(": " + culprit(entry.getKey()) + ": "));
                assertThat(problems.toString()).doesNotContain("whsec_short", "whsec_secretsecret");
            }
        }
    }

    /** The key that is told where two contradict each other. */
    private static String culprit(String changed) {
        return switch (changed) {
            case "errors.tolerance" -> "errors.deadletterqueue.topic.name";
            case "smtp.user" -> "smtp.password";
            default -> changed;
        };
    }

    @Test
    void after_a_kill_in_the_middle_every_transition_has_arrived_under_one_key(ConnectWorld world) throws Exception {
        // Given: servers that fail now and then, and the four sinks
        String topic = "kill-budget-alerts";
        List<Alert> first = transitions(0, ALERTS / 2);
        List<Alert> second = transitions(ALERTS / 2, ALERTS);
        List<Alert> all = Stream.concat(first.stream(), second.stream()).toList();
        world.webhook.behave(AlertSinksTest::moody);
        world.slack.behave(AlertSinksTest::moody);
        world.alertmanager.behave(AlertSinksTest::moody);
        try (Publisher publisher = new Publisher(world, topic)) {
            publisher.send(first);
            for (String sink : SINKS) {
                run(world, sink, topic, Map.of());
            }

            // When: the worker is lost while it tells, and more comes meanwhile
            Await.until("some told", Scene.PATIENCE, () -> keys(world.webhook).size(), told -> told > 10);
            world.worker.kill();
            int toldBefore = keys(world.webhook).size();
            publisher.send(second);
            int alertmanagerBefore = world.alertmanager.requests().size();
            world.worker.start();

            // Then
            assertThat(toldBefore).isLessThan(told(all).size());
            Set<String> expected = told(all);
            Await.until("webhooks of all", Scene.PATIENCE, () -> keys(world.webhook), expected::equals);
            Await.until("messages of all", Scene.PATIENCE, () -> keys(world.slack), expected::equals);
            Await.until("mails of all", Scene.PATIENCE, () -> mails(world), expected::equals);
            assertSignedAndTheSame(world.webhook);
            assertInOrder(world.webhook, all);
            Set<String> open = openInTheEnd(all);
            Await.until("what is open there", Scene.PATIENCE, () -> firing(world.alertmanager, 0), open::equals);
            // What was told before the kill is said again, as the Alertmanager may have restarted too.
            Await.until(
                    "what is open is said again",
                    Scene.PATIENCE,
                    () -> firing(world.alertmanager, alertmanagerBefore),
                    open::equals);
            assertThat(Files.readString(world.worker.log()))
                    .doesNotContain(ConnectWorld.WEBHOOK_SECRET)
                    .doesNotContain(ConnectWorld.SLACK_PATH);
        } finally {
            for (String sink : SINKS) {
                world.connect.stop(ConnectWorld.shipped(sink).name());
            }
        }
    }

    @Test
    void what_is_refused_for_good_is_in_the_dead_letter_queue_and_the_rest_is_told(ConnectWorld world)
            throws Exception {
        String topic = "refused-budget-alerts";
        Alert refused =
                alert("refused", AlertState.OPEN).setSummary("Refuse me").build();
        Alert fine = alert("fine", AlertState.OPEN).build();
        HttpStub endpoint = HttpStub.start((number, exchange) ->
                HttpStub.reply(exchange, number == 0 ? 400 : 200, "invalid_payload for " + ConnectWorld.SLACK_PATH));
        try (endpoint;
                Publisher publisher = new Publisher(world, topic)) {
            publisher.send(List.of(refused, fine));
            String url = endpoint.url(ConnectWorld.SLACK_PATH).toString();

            run(world, "slack", topic, Map.of("http.url", url, "errors.deadletterqueue.topic.name", "refused-letters"));

            Await.until(
                    "the other alert", Scene.PATIENCE, () -> endpoint.requests().size(), seen -> seen == 2);
            ConsumerRecord<byte[], byte[]> letter = letter(world, "refused-letters");
            assertThat(new String(letter.key(), StandardCharsets.UTF_8)).isEqualTo("refused");
            Map<String, String> headers = new TreeMap<>();
            letter.headers()
                    .forEach(header -> headers.put(header.key(), new String(header.value(), StandardCharsets.UTF_8)));
            assertThat(headers.get("__connect.errors.exception.message"))
                    .contains("answered 400: invalid_payload for /***");
            assertThat(headers.toString()).doesNotContain(ConnectWorld.SLACK_PATH);
        } finally {
            world.connect.stop(ConnectWorld.shipped("slack").name());
        }
    }

    @Test
    void without_a_dead_letter_queue_the_task_stops_and_says_why(ConnectWorld world) throws Exception {
        String topic = "stopped-budget-alerts";
        HttpStub endpoint = HttpStub.start(HttpStub.status(410));
        try (endpoint;
                Publisher publisher = new Publisher(world, topic)) {
            publisher.send(List.of(alert("gone", AlertState.OPEN).build()));
            Map<String, String> config =
                    new HashMap<>(ConnectWorld.shipped("slack").config());
            config.keySet().removeIf(key -> key.startsWith("errors."));
            config.put("name", "stopped");
            config.put("topics", topic);
            config.put("http.url", endpoint.url("/x").toString());

            world.connect.run("stopped", config, false);

            ConnectClient.Status status = Await.until(
                    "the task failed",
                    Scene.PATIENCE,
                    () -> world.connect.status("stopped"),
                    ConnectClient.Status::failed);
            assertThat(status.detail()).contains("The alert gone", "answered 410", "stops rather than lose it");
        } finally {
            world.connect.stop("stopped");
        }
    }

    /** Every seventh request fails, of five kinds by turns; the rest take a little. */
    private static void moody(int number, HttpExchange exchange) throws IOException, InterruptedException {
        if (number % 7 != 3) {
            HttpStub.reply(exchange, 200, "ok");
            return;
        }
        switch (number / 7 % 4) {
            case 0 -> HttpStub.reply(exchange, 503, "");
            case 1 -> {
                exchange.getResponseHeaders().add("Retry-After", "1");
                HttpStub.reply(exchange, 429, "");
            }
            case 2 -> Thread.sleep(3_000);
            default -> {
                // The connection is closed without an answer.
            }
        }
    }

    private static void run(ConnectWorld world, String sink, String topic, Map<String, String> more) throws Exception {
        Map<String, String> settings = new HashMap<>(Map.of(
                "topics",
                topic,
                "retry.backoff.ms",
                "20",
                "errors.deadletterqueue.topic.name",
                topic + "-letters",
                "consumer.override.session.timeout.ms",
                "6000"));
        if (sink.equals("email")) {
            settings.put("smtp.security", "none");
        } else {
            settings.put("http.timeout.ms", "1000");
        }
        if (sink.equals("alertmanager")) {
            settings.put("alertmanager.repeat.ms", "1000");
        }
        settings.putAll(more);
        ConnectorFile file = ConnectWorld.shipped(sink).with(settings);
        assertThat(world.connect.problems(file.config())).isEmpty();
        world.connect.run(file.name(), file.config(), false);
        world.connect.awaitRunning(file.name(), Scene.PATIENCE);
    }

    private static Alert.Builder alert(String id, AlertState state) {
        return Alerts.budget(id, state, NOW.minusSeconds(600));
    }

    /** Of alerts by number: all open, a third escalates, half is resolved; of every tenth nobody is told. */
    private static List<Alert> transitions(int from, int to) {
        List<Alert> transitions = new ArrayList<>();
        for (AlertState state : AlertState.values()) {
            for (int i = from; i < to; i++) {
                boolean happens = switch (state) {
                    case OPEN -> true;
                    case ESCALATED -> i % 3 == 0;
                    case RESOLVED -> i % 2 == 0;
                };
                if (happens) {
                    transitions.add(
                            alert("alert-" + i, state).setNotify(i % 10 != 9).build());
                }
            }
        }
        return transitions;
    }

    private static Set<String> told(List<Alert> all) {
        return all.stream().filter(Alert::getNotify).map(Alerts::key).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> openInTheEnd(List<Alert> all) {
        Map<String, Alert> last = new LinkedHashMap<>();
        all.forEach(alert -> last.put(alert.getId(), alert));
        return last.values().stream()
                .filter(alert -> alert.getNotify() && alert.getState() != AlertState.RESOLVED)
                .map(alert -> alert.getId() + " " + alert.getSeverity().name().toLowerCase(Locale.ROOT))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Keys of what was taken. */
    private static Set<String> keys(HttpStub stub) {
        return stub.requests().stream()
                .filter(request -> request.status() / 100 == 2)
                .map(request -> request.header("Idempotency-Key"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> mails(ConnectWorld world) {
        Set<String> ids = new TreeSet<>();
        for (MimeMessage message : world.mail.getReceivedMessages()) {
            try {
                ids.add(message.getMessageID().replaceAll("[<>]|@example.com", ""));
            } catch (MessagingException e) {
                throw new IllegalStateException(e);
            }
        }
        return ids;
    }

    private static void assertSignedAndTheSame(HttpStub stub) throws Exception {
        Map<String, String> bodies = new HashMap<>();
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(
                Base64.getDecoder().decode(ConnectWorld.WEBHOOK_SECRET.substring("whsec_".length())), "HmacSHA256"));
        for (Request request : stub.requests()) {
            assertThat(request.method() + " " + request.path()).isEqualTo("POST " + ConnectWorld.WEBHOOK_PATH);
            String signed =
                    request.header("webhook-id") + "." + request.header("webhook-timestamp") + "." + request.body();
            assertThat(request.header("webhook-signature"))
                    .isEqualTo("v1,"
                            + Base64.getEncoder().encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8))));
            String key = request.header("Idempotency-Key");
            assertThat(request.header("webhook-id")).isEqualTo(key);
            assertThat(bodies.merge(key, request.body(), (one, other) -> one)).isEqualTo(request.body());
        }
    }

    /** Each alert's transitions arrived first in the order in which they happened. */
    private static void assertInOrder(HttpStub stub, List<Alert> all) throws IOException {
        Map<String, List<String>> seen = new TreeMap<>();
        Set<String> keys = new TreeSet<>();
        for (Request request : stub.requests()) {
            if (request.status() / 100 == 2 && keys.add(request.header("Idempotency-Key"))) {
                JsonNode alert = JSON.readTree(request.body());
                seen.computeIfAbsent(alert.get("id").asText(), id -> new ArrayList<>())
                        .add(alert.get("state").asText());
            }
        }
        Map<String, List<String>> expected = new TreeMap<>();
        all.stream()
                .filter(Alert::getNotify)
                .forEach(alert -> expected.computeIfAbsent(alert.getId(), id -> new ArrayList<>())
                        .add(alert.getState().name()));
        assertThat(seen).isEqualTo(expected);
    }

    /** What an Alertmanager that got these requests has open, with its severity; it tells alerts apart by their labels. */
    private static Set<String> firing(HttpStub stub, int from) {
        Map<JsonNode, Instant> ends = new HashMap<>();
        List<Request> requests = stub.requests();
        for (Request request : requests.subList(from, requests.size())) {
            assertThat(request.path()).isEqualTo("/prefix/api/v2/alerts");
            if (request.status() == 200) {
                try {
                    for (JsonNode alert : JSON.readTree(request.body())) {
                        ends.put(
                                alert.get("labels"),
                                Instant.parse(alert.get("endsAt").asText()));
                    }
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
        return ends.entrySet().stream()
                .filter(entry -> entry.getValue().isAfter(Instant.now()))
                .map(entry -> entry.getKey().get("alert_id").asText() + " "
                        + entry.getKey().get("severity").asText())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static ConsumerRecord<byte[], byte[]> letter(ConnectWorld world, String topic) {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", world.cluster.bootstrapServers(), "auto.offset.reset", "earliest"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(new TopicPartition(topic, 0)));
            List<ConsumerRecord<byte[], byte[]>> letters = new ArrayList<>();
            Await.until(
                    "a record in " + topic,
                    Scene.PATIENCE,
                    () -> {
                        consumer.poll(Duration.ofMillis(100)).forEach(letters::add);
                        return letters.size();
                    },
                    size -> size == 1);
            return letters.get(0);
        }
    }

    /** Alerts to a topic of three partitions. */
    private static final class Publisher implements AutoCloseable {

        private final String topic;
        private final SchemaRegistry registry;
        private final KafkaProducer<String, Alert> producer;

        Publisher(ConnectWorld world, String topic) throws Exception {
            this.topic = topic;
            Map<String, Object> kafka = Map.of("bootstrap.servers", world.cluster.bootstrapServers());
            try (Admin admin = Admin.create(kafka)) {
                admin.createTopics(List.of(new NewTopic(topic, 3, (short) 1)))
                        .all()
                        .get();
            }
            registry = new ConfluentSchemaRegistry(world.cluster.registryUrl());
            producer = new KafkaProducer<>(
                    kafka, new StringSerializer(), new AvroSerde<>(Alert.class, registry).serializer());
        }

        void send(List<Alert> alerts) {
            alerts.forEach(alert -> producer.send(new ProducerRecord<>(topic, alert.getId(), alert)));
            producer.flush();
        }

        @Override
        public void close() {
            producer.close();
            registry.close();
        }
    }
}
