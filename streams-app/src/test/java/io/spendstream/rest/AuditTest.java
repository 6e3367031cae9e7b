package io.spendstream.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.access.Scope;
import io.spendstream.query.FakeCells;
import io.spendstream.query.IntakeFailure;
import io.spendstream.v1.AlertSeverity;
import io.spendstream.v1.AlertState;
import io.spendstream.v1.AuditEntry;
import io.spendstream.v1.AuditOutcome;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class AuditTest {

    private static final String BUDGET =
            "{'tenant': 'acme', 'limit': %s, 'period': 'day', 'thresholds': [{'at': 1," + " 'action': 'deny'}]}";
    private static final String SILENCE = "{'match': {'tenant': ['acme']}, 'until': '2026-11-22T00:00:00Z', 'by': 'x'}";
    private static final String PRICES = "{'cards': [{'effective_from': '2024-01-01T00:00:00Z', 'rates': [{'meter':"
            + " 'input_tokens', 'usd_per_million': 2.50}]}]}";

    private static final String LINES = "{'lines': [{'date': '2026-11-21', 'model': 'm', 'cost_usd': 9}]}";

    private final List<AuditEntry> entries = new CopyOnWriteArrayList<>();
    private final Callers callers = new Callers();
    private final String key = callers.key("olga", List.of(Scope.values()), "*");
    private final AtomicInteger refused = new AtomicInteger();
    private volatile boolean auditDown;
    private TestInstance instance;

    @BeforeEach
    void start() throws IOException {
        callers.audit = entry -> {
            if (auditDown) {
                refused.incrementAndGet();
                return CompletableFuture.failedFuture(
                        new IntakeFailure(IntakeFailure.Reason.UNAVAILABLE, "no log", Duration.ofSeconds(5)));
            }
            entries.add(entry);
            return CompletableFuture.completedFuture(null);
        };
        instance = new TestInstance(RestConfig.on("127.0.0.1", 0), callers.security());
        instance.cells.add(new FakeCells(0));
        instance.alerts.add(io.spendstream.v1.Alert.newBuilder()
                .setId("a")
                .setKind("daily_ratio")
                .setState(AlertState.OPEN)
                .setSeverity(AlertSeverity.WARNING)
                .setTenant("acme")
                .setMeasure("cost")
                .setValue(1L)
                .setOpenedAt(TestInstance.NOW)
                .setChangedAt(TestInstance.NOW)
                .setSummary("Much.")
                .build());
    }

    @AfterEach
    void stop() throws IOException {
        instance.close();
    }

    private int call(String method, String path, String body) throws Exception {
        HttpResponse<String> response = instance.send(instance.request(path)
                .header("X-API-Key", key)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body.replace('\'', '"'))));
        return response.statusCode();
    }

    @Test
    void a_change_is_told_with_who_what_before_and_after() throws Exception {
        // When
        call("PUT", "/v1/budgets/b", BUDGET.formatted("7"));
        call("PUT", "/v1/budgets/b", BUDGET.formatted("8"));
        call("DELETE", "/v1/budgets/b", "");

        // Then
        assertThat(entries)
                .extracting(AuditEntry::getOutcome)
                .containsExactly(
                        AuditOutcome.REQUESTED,
                        AuditOutcome.DONE,
                        AuditOutcome.REQUESTED,
                        AuditOutcome.DONE,
                        AuditOutcome.REQUESTED,
                        AuditOutcome.DONE);
        assertThat(entries).allSatisfy(entry -> {
            assertThat(entry.getCaller()).isEqualTo("olga");
            assertThat(entry.getCallerKind()).isEqualTo("key");
            assertThat(key).contains(entry.getCallerId());
            assertThat(entry.getKind()).isEqualTo("budget");
            assertThat(entry.getId()).isEqualTo("b");
            assertThat(entry.getTenant()).isEqualTo("acme");
            assertThat(entry.getAt()).isEqualTo(TestInstance.NOW);
        });
        assertThat(entries.get(0).getBefore()).isNull();
        assertThat(entries.get(2).getBefore())
                .isEqualTo(entries.get(0).getAfter())
                .contains("\"limit\":7");
        assertThat(entries.get(2).getAfter()).contains("\"limit\":8");
        assertThat(entries.get(4).getAfter()).isNull();
        assertThat(entries.get(4).getAction()).isEqualTo("delete");
        assertThat(entries.get(0).getChange()).isEqualTo(entries.get(1).getChange());
        assertThat(entries.get(2).getChange()).isNotEqualTo(entries.get(1).getChange());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PUT    | /v1/budgets/b           | budget  | budget",
                "PUT    | /v1/prices/m            | prices  | prices",
                "PUT    | /v1/silences/s          | silence | silence",
                "POST   | /v1/alerts/a/acknowledge | ack    | acknowledgement",
                "POST   | /v1/reconciliations     | lines   | reconciliation",
            })
    void every_route_that_changes_something_is_audited_and_changes_nothing_without(
            String method, String path, String body, String kind) throws Exception {
        // Given
        String json = switch (body) {
            case "budget" -> BUDGET.formatted("7");
            case "prices" -> PRICES;
            case "silence" -> SILENCE;
            case "lines" -> LINES;
            default -> "{'by': 'x'}";
        };

        // When the log is away
        auditDown = true;
        int answered = call(method, path, json);

        // Then it is asked once, as each try may take long
        assertThat(answered).isEqualTo(503);
        assertThat(refused).hasValue(1);
        assertThat(instance.budgets.list()).isEmpty();
        assertThat(instance.prices.list()).isEmpty();
        assertThat(instance.notes.silences()).isEmpty();
        assertThat(instance.reconciliations.list()).isEmpty();
        assertThat(instance.notes.acknowledgement(instance.alerts.get(0))).isEmpty();

        // When it is back
        auditDown = false;
        assertThat(call(method, path, json)).isIn(200, 201);

        // Then
        assertThat(entries).extracting(AuditEntry::getKind).containsOnly(kind).hasSize(2);

        // And what is not to be had is no change
        assertThat(call(method, path, "{'colour': 'red'}")).isEqualTo(400);
        assertThat(entries).hasSize(2);
        if (!method.equals("PUT") || !kind.equals("prices")) {
            String made = kind.equals("reconciliation")
                    ? path + "/" + instance.reconciliations.list().get(0).getId()
                    : path;
            assertThat(call("DELETE", made, "")).isEqualTo(204);
            assertThat(entries.get(3).getAction()).isEqualTo("delete");
            assertThat(entries.get(3).getBefore()).isEqualTo(entries.get(1).getAfter());
        }
    }

    @Test
    void every_route_that_takes_administer_is_among_those_above() {
        assertThat(instance.server.endpoints().stream()
                        .filter(e -> RouteAccess.of(e.method(), e.template()).scope() == Scope.ADMINISTER)
                        .map(e -> e.method() + " " + e.template()))
                .containsExactlyInAnyOrder(
                        "PUT /v1/budgets/{id}",
                        "DELETE /v1/budgets/{id}",
                        "PUT /v1/silences/{id}",
                        "DELETE /v1/silences/{id}",
                        "PUT /v1/prices/{model}",
                        "POST /v1/alerts/{id}/acknowledge",
                        "DELETE /v1/alerts/{id}/acknowledge",
                        "POST /v1/reconciliations",
                        "DELETE /v1/reconciliations/{id}");
    }
}
