package io.spendstream.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.Mutations;
import io.spendstream.alert.Notes;
import io.spendstream.query.FakeCells;
import io.spendstream.v1.AlertSeverity;
import io.spendstream.v1.AlertState;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever is asked or sent over HTTP: the answer is a success or says what was wrong with the request, and comes. */
@Timeout(120)
class FuzzedRequestsTest {

    private static final long SEED = Long.getLong("fuzz.seed", 1);
    private static final int EACH = Integer.getInteger("fuzz.requests", 300);

    /** Pools fill up to their size, some threads a processor; nothing grows with the requests. */
    private static final int THREADS_MORE = 40 + 4 * Runtime.getRuntime().availableProcessors();

    private static final String EVENT = """
            {"id": "e1", "time": "2026-11-21T11:59:00Z", "tenant": "acme", "feature": "chat", "model": "gpt-4o",
             "user": "u1", "operation": "chat", "service_tier": "BATCH", "input_tokens": 10, "output_tokens": 5,
             "reasoning_tokens": 2, "other_units": {"images": 1}, "status": "SUCCESS", "attempt": 1,
             "quality_score": 0.5, "prompt_tokens": {"system": 3}, "tags": {"region": "eu"}}""";
    private static final String CLOUD_EVENT = """
            {"specversion": "1.0", "id": "c1", "source": "/s", "type": "usage", "time": "2026-11-21T11:59:00Z",
             "datacontenttype": "application/json", "data": {"feature": "chat", "model": "gpt-4o"}}""";

    private static final String ADMISSION = """
            {"tenant": "acme", "feature": "chat", "model": "gpt-4o", "input_tokens": 1200,
             "max_output_tokens": 500, "tags": {"region": "eu"}}""";

    /** What is sent where: method, address, media type, a good body. */
    private record Target(String name, String method, String path, String type, String body) {}

    private static final String JSON = "application/json";
    private static final List<Target> TARGETS = List.of(
            new Target("event", "POST", "/v1/events", JSON, EVENT),
            new Target("events", "POST", "/v1/events", JSON, "[" + EVENT + "," + EVENT + "]"),
            new Target("cloud event", "POST", "/v1/events", "application/cloudevents+json", CLOUD_EVENT),
            new Target(
                    "cloud events",
                    "POST",
                    "/v1/events",
                    "application/cloudevents-batch+json",
                    "[" + CLOUD_EVENT + "," + CLOUD_EVENT + "]"),
            new Target("price", "PUT", "/v1/prices/gpt-4o", JSON, """
                    {"model": "gpt-4o", "aliases": ["4o"], "cards": [{"effective_from": "2026-01-01T00:00:00Z",
                     "rates": [{"meter": "input_tokens", "usd_per_million": 2.5}, {"meter": "output_tokens",
                     "pico_usd_per_unit": 10000000, "service_tier": "BATCH", "above_context_tokens": 200000}],
                     "source": "list"}]}"""),
            new Target("budget", "PUT", "/v1/budgets/daily", JSON, """
                    {"id": "daily", "match": {"feature": ["chat*"], "tags.region": ["eu"]}, "group_by": ["feature"],
                     "measure": "cost", "limit": 1, "period": "day", "zone": "UTC", "thresholds": [{"at": 0.5,
                     "action": "notify"}, {"at": 0.8, "action": "use_model", "model": "gpt-4o"}, {"at": 1.0,
                     "action": "deny"}]}"""),
            new Target(
                    "quote",
                    "POST",
                    "/v1/prices/gpt-4o/quote",
                    JSON,
                    EVENT.replace("\"other_units\": {\"images\": 1}, ", "")),
            new Target("admission", "POST", "/v1/admission", JSON, ADMISSION),
            new Target("silence", "PUT", "/v1/silences/s1", JSON, """
                    {"match": {"feature": ["chat"]}, "from": "2026-11-21T00:00:00Z", "until": "2026-11-22T00:00:00Z",
                     "by": "ann", "comment": "a load test"}"""),
            new Target(
                    "acknowledgement",
                    "POST",
                    "/v1/alerts/a/acknowledge",
                    JSON,
                    "{\"by\": \"ann\", \"comment\": \"x\"}"),
            ofOthers("anthropic", FormatsTest.MESSAGE),
            ofOthers("openai-chat", """
                    {"id": "c1", "model": "gpt-4o", "created": 1763726340, "service_tier": "default",
                     "usage": {"prompt_tokens": 1200, "completion_tokens": 50, "prompt_tokens_details":
                     {"cached_tokens": 1024}, "completion_tokens_details": {"reasoning_tokens": 7}}}"""),
            ofOthers("openai-responses", """
                    {"id": "r1", "model": "gpt-4o", "created_at": 1763726340, "usage": {"input_tokens": 9,
                     "input_tokens_details": {"cached_tokens": 2}, "output_tokens": 4,
                     "output_tokens_details": {"reasoning_tokens": 1}}}"""),
            ofOthers("gemini", """
                    {"responseId": "g1", "modelVersion": "gemini-2.5-flash", "usageMetadata": {"promptTokenCount": 9,
                     "cachedContentTokenCount": 3, "candidatesTokenCount": 4, "thoughtsTokenCount": 2}}"""),
            ofOthers("litellm", """
                    {"id": "l1", "model": "gpt-4o", "startTime": 1763726340.5, "endTime": 1763726341.5,
                     "prompt_tokens": 9, "completion_tokens": 4, "status": "success", "metadata": {}}"""),
            ofOthers("otlp-json", """
                    {"resourceSpans": [{"scopeSpans": [{"spans": [{"attributes": [{"key": "gen_ai.usage.input_tokens",
                     "value": {"intValue": 7}}, {"key": "gen_ai.request.model", "value": {"stringValue": "m"}}],
                     "spanId": "EEE19B7EC3C1B174", "traceId": "5B8EFFF798038103D269B633813FC60C",
                     "endTimeUnixNano": "1763726340000000000"}]}]}]}"""));

    private static final Target VALID_BUDGET = new Target("valid budget", "PUT", "/v1/budgets/valid", JSON, "");

    /** What other systems write of a call. */
    private static Target ofOthers(String format, String body) {
        return new Target(
                format, "POST", "/v1/events/" + format + "?feature=chat&time=2026-11-21T11:59:00Z", JSON, body);
    }

    private static final List<String> QUERIES = List.of(
            "/v1/spend",
            "/v1/alerts",
            "/v1/budgets",
            "/v1/budgets/daily",
            "/v1/budgets/daily/status",
            "/v1/prices",
            "/v1/prices/gpt-4o",
            "/v1/silences",
            "/v1/instances",
            "/internal/v1/spend");
    private static final List<String> NAMES = List.of(
            "from",
            "to",
            "zone",
            "granularity",
            "group_by",
            "limit",
            "order",
            "feature",
            "tenant",
            "tags.region",
            "state",
            "kind",
            "since",
            "until",
            "budget",
            "acknowledged",
            "format",
            "");
    private static final List<String> VALUES = List.of(
            "2026-11-20T00:00:00Z",
            "2026-11-21",
            "now",
            "UTC",
            "Asia/Kathmandu",
            "day",
            "15m",
            "hour",
            "month",
            "feature",
            "feature,model",
            "user",
            "10",
            "-cost_usd",
            "chat",
            "acme",
            "OPEN",
            "true");

    private final Mutations mutations = new Mutations(SEED);
    private final Map<String, Map<Integer, Integer>> answers = new TreeMap<>();

    @Test
    void no_request_is_answered_with_a_fault_of_the_server() throws Exception {
        try (TestInstance instance = new TestInstance()) {
            // Given
            instance.alerts.add(Notes.alert(AlertState.OPEN, AlertSeverity.WARNING)
                    .setId("a")
                    .build());
            instance.cells.add(new FakeCells(0).spend("2026-11-21T00:00:00Z", Map.of("feature", "chat"), null, 1));

            // When
            int threads = Thread.activeCount();
            for (Target target : TARGETS) {
                send(instance, target, utf8(target.body()));
                assertThat(answers.get(target.name()).keySet())
                        .as("what is good: %s", target.name())
                        .allSatisfy(status -> assertThat(status).isBetween(200, 299));
                for (int i = 0; i < EACH; i++) {
                    byte[] body = mutations.json(target.body());
                    send(instance, target, i % 8 == 0 ? mutations.bytes(body) : body);
                }
            }
            for (int i = 0; i < EACH; i++) {
                send(instance, VALID_BUDGET, utf8(budget()));
                check("decision", "", instance.post("/v1/admission", ADMISSION));
                check("status", "", instance.get("/v1/budgets/valid/status"));
            }
            for (int i = 0; i < EACH * QUERIES.size() / 3; i++) {
                String path = mutations.anyOf(QUERIES) + query();
                check("query", path, instance.get(path));
            }

            // Then
            assertThat(answers.get(VALID_BUDGET.name()).keySet()).isSubsetOf(200, 201);
            assertThat(answers.get("decision")).containsOnlyKeys(200);
            assertThat(answers.get("status")).containsOnlyKeys(200);
            assertThat(answers.get("budget").getOrDefault(200, 0))
                    .as("mutated budgets that are still valid")
                    .isPositive();
            assertThat(Thread.activeCount()).as("threads").isLessThanOrEqualTo(threads + THREADS_MORE);
            answers.forEach((what, statuses) -> System.out.printf("fuzzed %s: %s (seed %d)%n", what, statuses, SEED));
            assertThat(instance.get("/health/live").statusCode()).isEqualTo(200);
        }
    }

    private void send(TestInstance instance, Target target, byte[] body) throws IOException, InterruptedException {
        HttpRequest.Builder request = instance.request(target.path())
                .header("Content-Type", target.type())
                .method(target.method(), HttpRequest.BodyPublishers.ofByteArray(body));
        check(target.name(), new String(body, StandardCharsets.UTF_8), instance.send(request));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** One that is valid, whatever is drawn. */
    private String budget() {
        return """
                {"match": {"%s": ["%s"]}, "group_by": [%s], "measure": "%s", "limit": %d, "period": "%s",
                 "zone": "%s", "thresholds": [{"at": 0.%d, "action": "%s"}, {"at": 1, "action": "%s"}]}""".formatted(
                        mutations.anyOf(List.of("feature", "model", "team", "tags.region")),
                        mutations.anyOf(List.of("*", "chat", "c*t", "gpt-4o", "eu")),
                        mutations.anyOf(List.of("", "\"feature\"", "\"tenant\", \"model\"", "\"user\"")),
                        mutations.anyOf(List.of("cost", "tokens", "input_tokens", "output_tokens", "requests")),
                        1 + mutations.below(1_000_000_000),
                        mutations.anyOf(List.of("hour", "day", "week", "month", "quarter", "year", "lifetime")),
                        mutations.anyOf(List.of("UTC", "Asia/Kathmandu", "America/New_York", "+05:45")),
                        1 + mutations.below(9),
                        mutations.anyOf(List.of("notify", "compress_context", "queue_batch")),
                        mutations.anyOf(List.of("notify", "throttle", "deny")));
    }

    private String query() {
        return IntStream.range(0, mutations.below(5))
                .mapToObj(i -> encode(name()) + (mutations.below(10) == 0 ? "" : "=" + encode(value())))
                .collect(Collectors.joining("&", "?", ""));
    }

    private String name() {
        return mutations.below(10) == 0 ? shortened(mutations.word()) : mutations.anyOf(NAMES);
    }

    private String value() {
        return mutations.below(3) == 0 ? shortened(mutations.word()) : mutations.anyOf(VALUES);
    }

    /** A line of a request has a limit of its own. */
    private static String shortened(String word) {
        return word.substring(0, Math.min(500, word.length()));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private void check(String what, String sent, HttpResponse<String> answer) {
        answers.computeIfAbsent(what, w -> new TreeMap<>()).merge(answer.statusCode(), 1, Integer::sum);
        assertThat(answer.statusCode())
                .as("%s of seed %d: %.2000s%n%s", what, SEED, sent, answer.body())
                .isLessThan(500);
        if (answer.statusCode() >= 400) {
            assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        }
    }
}
