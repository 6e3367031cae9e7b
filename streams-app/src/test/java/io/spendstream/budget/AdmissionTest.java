package io.spendstream.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spendstream.budget.Admission.Answer;
import io.spendstream.budget.Admission.Estimate;
import io.spendstream.v1.BudgetStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdmissionTest {

    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final Attributes CALL = Definitions.call("tenant", "default", "feature", "chat");
    private static final Estimate CENT = new Estimate(1_000, 500, 10_000_000L, null);
    private static final Estimate UNPRICED = new Estimate(1_000, 500, null, "no rate card");
    private static final String LADDER = "{'at': 0.5, 'action': 'notify'}, {'at': 0.7, 'action': 'compress_context'},"
            + " {'at': 0.8, 'action': 'use_model', 'model': 'm'}, {'at': 0.9, 'action': 'throttle'},"
            + " {'at': 1, 'action': 'deny'}";

    private final Map<String, BudgetStatus> statuses = new HashMap<>();
    private Instant asOf = NOW.minusMillis(40);
    private Instant defined = NOW.minus(Duration.ofDays(30));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // spent of 1 USD, in cents | decision | actions
                "0 | ALLOW | ",
                "49 | ALLOW | ",
                "50 | WARN | notify",
                "70 | DEGRADE | notify compress_context",
                "80 | DEGRADE | notify compress_context use_model:m",
                "90 | THROTTLE | notify compress_context use_model:m throttle",
                // One cent more is just what is left.
                "99 | THROTTLE | notify compress_context use_model:m throttle",
                "100 | DENY | notify compress_context use_model:m throttle deny",
                "250 | DENY | notify compress_context use_model:m throttle deny",
            })
    void passed_thresholds_decide_and_their_actions_come_in_order(long cents, Decision decision, String actions) {
        // Given
        BudgetDefinition definition = Definitions.daily(LADDER);
        spent(definition, cents * 10_000_000);

        // When
        Answer answer = decide(CENT, definition);

        // Then
        assertThat(answer.decision()).isEqualTo(decision);
        assertThat(actions(answer)).isEqualTo(actions == null ? "" : actions);
        assertThat(answer.binding().standing().remaining()).isEqualTo(1_000_000_000 - cents * 10_000_000);
        assertThat(answer.retryAfter())
                .isEqualTo(decision.compareTo(Decision.THROTTLE) >= 0 ? Instant.parse("2026-11-22T00:00:00Z") : null);
    }

    @ParameterizedTest
    @CsvSource({
        "notify, WARN",
        "compress_context, DEGRADE",
        "use_model, DEGRADE",
        "queue_batch, DEGRADE",
        "throttle, THROTTLE",
        "deny, DENY"
    })
    void each_action_amounts_to_a_decision(String action, Decision decision) {
        // Given
        String model = action.equals("use_model") ? ", 'model': 'm'" : "";
        BudgetDefinition definition = Definitions.daily("{'at': 0.5, 'action': '" + action + "'" + model + "}");
        spent(definition, 500_000_000);

        // When
        Answer answer = decide(CENT, definition);

        // Then
        assertThat(answer.decision()).isEqualTo(decision);
        assertThat(actions(answer)).isEqualTo(action + (model.isEmpty() ? "" : ":m"));
    }

    @ParameterizedTest
    @CsvSource({
        // measure, limit, spent, decision: a call of 1,000 and 500 tokens
        "tokens, 2000, 500, ALLOW",
        "tokens, 2000, 501, DENY",
        "input_tokens, 2000, 1000, ALLOW",
        "input_tokens, 2000, 1001, DENY",
        "output_tokens, 2000, 1500, ALLOW",
        "output_tokens, 2000, 1501, DENY",
        "requests, 10, 9, ALLOW",
        "requests, 10, 10, DENY",
    })
    void deny_looks_ahead_by_what_the_call_will_use(String measure, long limit, long spent, Decision decision) {
        // Given
        BudgetDefinition definition = Definitions.of("{'id': 'b', 'measure': '" + measure + "', 'limit': " + limit
                + ", 'thresholds': [{'at': 1, 'action': 'deny'}]}");
        spent(definition, spent);

        // Then
        assertThat(decide(CENT, definition).decision()).isEqualTo(decision);
        assertThat(decide(UNPRICED, definition).decision()).isEqualTo(decision);
    }

    @Test
    void a_call_dearer_than_what_remains_is_denied_and_a_warning_is_not_given_ahead() {
        // Given
        BudgetDefinition definition = Definitions.daily(LADDER);
        spent(definition, 400_000_000);

        // Then
        assertThat(decide(new Estimate(1, 1, 600_000_000L, null), definition).decision())
                .isEqualTo(Decision.ALLOW);
        Answer denied = decide(new Estimate(1, 1, 600_000_001L, null), definition);
        assertThat(denied.decision()).isEqualTo(Decision.DENY);
        assertThat(denied.reasons()).containsExactly("Budget 'daily': The call's estimate is more than what remains");
    }

    @Test
    void the_strictest_budget_binds_and_all_are_considered() {
        // Given
        BudgetDefinition hard = Definitions.of("{'id': 'hard', 'limit': 1, 'period': 'month',"
                + " 'match': {'feature': ['chat']}, 'thresholds': [{'at': 0.9, 'action': 'deny'}]}");
        BudgetDefinition soft =
                Definitions.of("{'id': 'soft', 'limit': 1, 'thresholds': [{'at': 0.5, 'action': 'notify'}]}");
        BudgetDefinition roomy = Definitions.of("{'id': 'roomy', 'limit': 100}");
        BudgetDefinition other = Definitions.of("{'id': 'other', 'limit': 1, 'match': {'feature': ['mail']}}");
        BudgetDefinition off = Definitions.of("{'id': 'off', 'limit': 1, 'enabled': false}");
        spent(hard, 950_000_000);
        spent(soft, 990_000_000);
        spent(off, 990_000_000);

        // When
        Answer answer = decide(CENT, hard, soft, roomy, other, off);

        // Then
        assertThat(answer.decision()).isEqualTo(Decision.DENY);
        assertThat(answer.binding().definition()).isEqualTo(hard);
        assertThat(answer.considered())
                .extracting(c -> c.definition().id() + " " + c.decision())
                .containsExactly("hard DENY", "soft WARN", "roomy ALLOW");
        assertThat(actions(answer)).isEqualTo("notify deny");
        assertThat(answer.retryAfter()).isEqualTo("2026-12-01T00:00:00Z");
    }

    @Test
    void another_try_helps_when_the_last_period_in_the_way_has_ended() {
        // Given
        BudgetDefinition day =
                Definitions.of("{'id': 'a', 'limit': 1, 'period': 'day', 'thresholds': [{'at': 1, 'action': 'deny'}]}");
        BudgetDefinition month = Definitions.of(
                "{'id': 'b', 'limit': 1, 'period': 'month', 'thresholds': [{'at': 0.5, 'action': 'throttle'}]}");
        spent(day, 1_000_000_000);
        spent(month, 600_000_000);

        // Then
        assertThat(decide(CENT, day, month).binding().definition()).isEqualTo(day);
        assertThat(decide(CENT, day, month).retryAfter()).isEqualTo("2026-12-01T00:00:00Z");
        assertThat(decide(CENT, month, day).retryAfter()).isEqualTo("2026-12-01T00:00:00Z");
        assertThat(decide(CENT, day).retryAfter()).isEqualTo("2026-11-22T00:00:00Z");
    }

    @Test
    void where_no_budget_counts_the_call_it_may_be_made() {
        // When
        Answer answer = decide(UNPRICED);

        // Then
        assertThat(answer.decision()).isEqualTo(Decision.ALLOW);
        assertThat(answer.binding()).isNull();
        assertThat(answer.considered()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // caps | decision | reason
                "'max_tokens': 1500 | ALLOW | ",
                "'max_tokens': 1499 | DENY | 1500 tokens are more than the 1499 of a single call",
                "'max_cost_usd': 0.01 | ALLOW | ",
                "'max_cost_usd': 0.009999999 | DENY | 0.01 USD is more than the 0.009999999 USD of a single call",
            })
    void single_calls_are_capped(String caps, Decision decision, String reason) {
        // Given
        BudgetDefinition definition = Definitions.of("{'id': 'caps', 'per_request': {" + caps + "}}");

        // When
        Answer answer = decide(CENT, definition);

        // Then
        assertThat(answer.decision()).isEqualTo(decision);
        assertThat(answer.considered().get(0).reasons()).isEqualTo(reason == null ? List.of() : List.of(reason));
        assertThat(answer.considered().get(0).standing()).isNull();
        assertThat(answer.retryAfter())
                .as("waiting does not make a call smaller")
                .isNull();
    }

    @ParameterizedTest
    @CsvSource({"DENY, DENY", "THROTTLE, THROTTLE", "WARN, WARN"})
    void what_has_no_price_is_not_free_where_cost_is_limited(Decision policy, Decision decision) {
        // Given
        AdmissionPolicy unpriced = new AdmissionPolicy(Decision.ALLOW, policy, Duration.ofSeconds(5));
        BudgetDefinition cost = Definitions.of("{'id': 'cost', 'limit': 1}");
        BudgetDefinition cap = Definitions.of("{'id': 'cap', 'per_request': {'max_cost_usd': 1}}");
        BudgetDefinition tokens = Definitions.of(
                "{'id': 'tokens', 'limit': 9000, 'measure': 'tokens'," + " 'per_request': {'max_tokens': 1499}}");

        // Then
        assertThat(decide(UNPRICED, unpriced, cost).decision()).isEqualTo(decision);
        assertThat(decide(UNPRICED, unpriced, cost).reasons())
                .containsExactly("Budget 'cost': The call's cost is not known: no rate card");
        assertThat(decide(UNPRICED, unpriced, cost).retryAfter()).isNull();
        assertThat(decide(UNPRICED, unpriced, cap).decision()).isEqualTo(decision);
        assertThat(decide(UNPRICED, unpriced, tokens).decision())
                .as("still capped")
                .isEqualTo(Decision.DENY);
    }

    @ParameterizedTest
    @CsvSource({
        // as of, policy, spent of 1 USD in cents, known, decision, retry after
        "5000, DENY, 60, true, WARN,",
        "5001, DENY, 60, false, DENY, 2026-11-21T12:00:05Z",
        "5001, ALLOW, 60, false, WARN,",
        ", DENY, 60, false, DENY, 2026-11-21T12:00:05Z",
        ", ALLOW, 60, false, WARN,",
        // What is known to be spent does not end with the counters known again.
        "5001, DENY, 100, false, DENY, 2026-11-22T00:00:00Z",
        "5001, ALLOW, 100, false, DENY, 2026-11-22T00:00:00Z"
    })
    void what_to_do_without_state_is_configured_and_said(
            Long ageMs, Decision policy, long cents, boolean known, Decision decision, Instant retryAfter) {
        // Given
        BudgetDefinition definition = Definitions.daily("{'at': 0.5, 'action': 'notify'}, {'at': 1, 'action': 'deny'}");
        spent(definition, cents * 10_000_000);
        asOf = ageMs == null ? null : NOW.minusMillis(ageMs);

        // When
        Answer answer = decide(CENT, new AdmissionPolicy(policy, Decision.DENY, Duration.ofSeconds(5)), definition);

        // Then
        assertThat(answer.stateKnown()).isEqualTo(known);
        assertThat(answer.decision()).isEqualTo(decision);
        assertThat(answer.retryAfter()).isEqualTo(retryAfter);
    }

    @Test
    void a_period_that_is_over_binds_no_more() {
        // Given
        BudgetDefinition definition = Definitions.daily("{'at': 1, 'action': 'deny'}");
        spent(definition, 2_000_000_000L, NOW.minus(Duration.ofDays(1)));

        // When
        Answer answer = decide(CENT, definition);

        // Then
        assertThat(answer.decision()).isEqualTo(Decision.ALLOW);
        assertThat(answer.binding().standing().spent()).isZero();
        assertThat(answer.binding().standing().window().start()).isEqualTo("2026-11-21T00:00:00Z");
    }

    @ParameterizedTest
    @CsvSource({
        // days ago, spent in cents, limit now in cents: up to 30 of what is unused are carried over
        "0, 40, 100",
        "1, 80, 120",
        "1, 40, 130",
        "1, 120, 100",
        "2, 120, 130"
    })
    void what_is_carried_over_raises_the_limit_from_the_first_moment(int daysAgo, long spent, long limit) {
        // Given
        BudgetDefinition definition =
                Definitions.of("{'id': 'b', 'limit': 1, 'period': 'day', 'rollover': {'max': 0.3}}");
        spent(definition, spent * 10_000_000, NOW.minus(Duration.ofDays(daysAgo)));

        // Then
        assertThat(decide(CENT, definition).binding().standing().limit()).isEqualTo(limit * 10_000_000);
    }

    @ParameterizedTest
    @CsvSource({
        // defined days ago, limit now in cents: the day of the definition is the first that leaves anything
        "0, 30",
        "1, 60",
        "2, 90",
        "4, 150",
        "5, 170",
        "40, 170"
    })
    void a_group_that_never_spent_carries_over_since_the_budget_was_made(int daysAgo, long cents) {
        // Given
        BudgetDefinition definition =
                Definitions.of("{'id': 'b', 'limit': 0.3, 'period': 'day', 'rollover': {'max': 1.4}}");
        defined = NOW.minus(Duration.ofDays(daysAgo));

        // Then
        assertThat(decide(CENT, definition).binding().standing().limit()).isEqualTo(cents * 10_000_000);
    }

    @Test
    void what_was_carried_into_the_last_status_is_carried_on() {
        // Given: of 1 + 0.3 half a USD was spent two days ago, and nothing since
        BudgetDefinition definition =
                Definitions.of("{'id': 'b', 'limit': 1, 'period': 'day', 'rollover': {'max': 2}}");
        spent(definition, 500_000_000, NOW.minus(Duration.ofDays(2)));
        statuses.get("b").setRollover(300_000_000L);

        // Then: 0.8 were left, then 1.8
        assertThat(decide(CENT, definition).binding().standing().rollover()).isEqualTo(1_800_000_000);
    }

    @Test
    void a_new_limit_counts_at_once_and_a_new_scope_starts_anew() {
        // Given
        BudgetDefinition before = Definitions.daily("{'at': 1, 'action': 'deny'}");
        spent(before, 1_500_000_000);

        // Then
        BudgetDefinition raised = Definitions.of(
                "{'id': 'daily', 'limit': 2, 'period': 'day', 'thresholds': [{'at': 1, 'action': 'deny'}]}");
        assertThat(decide(CENT, raised).decision()).isEqualTo(Decision.ALLOW);
        assertThat(decide(CENT, raised).binding().standing().fractionPpm()).isEqualTo(750_000);
        BudgetDefinition moved = Definitions.of("{'id': 'daily', 'limit': 1, 'period': 'day', 'measure': 'cost',"
                + " 'match': {'feature': ['chat']}, 'thresholds': [{'at': 1, 'action': 'deny'}]}");
        assertThat(decide(CENT, moved).binding().standing().spent()).isZero();
    }

    @Test
    void a_lifetime_that_is_spent_does_not_come_back() {
        // Given
        BudgetDefinition definition = Definitions.of(
                "{'id': 'trial', 'limit': 1, 'period': 'lifetime'," + " 'thresholds': [{'at': 1, 'action': 'deny'}]}");
        spent(definition, 1_000_000_000);

        // When
        Answer answer = decide(CENT, definition);

        // Then
        assertThat(answer.decision()).isEqualTo(Decision.DENY);
        assertThat(answer.retryAfter()).isNull();
    }

    @Test
    void policies_that_make_no_sense_are_refused() {
        assertThatThrownBy(() -> new AdmissionPolicy(Decision.WARN, Decision.DENY, Duration.ofSeconds(1)))
                .hasMessage("unavailable must be allow or deny, not WARN");
        assertThatThrownBy(() -> new AdmissionPolicy(Decision.DENY, Decision.ALLOW, Duration.ofSeconds(1)))
                .hasMessageStartingWith("unpriced must be warn, degrade, throttle or deny");
        assertThatThrownBy(() -> new AdmissionPolicy(Decision.DENY, Decision.DENY, Duration.ZERO))
                .hasMessage("staleAfter must be positive, not PT0S");
    }

    private Answer decide(Estimate estimate, BudgetDefinition... definitions) {
        return decide(estimate, AdmissionPolicy.DEFAULT, definitions);
    }

    private Answer decide(Estimate estimate, AdmissionPolicy policy, BudgetDefinition... definitions) {
        return Admission.decide(
                CALL,
                estimate,
                BudgetIndex.of(Arrays.asList(definitions)),
                (entry, call, now) -> Standing.of(
                        entry.definition(),
                        Arrays.asList(entry.matcher().groupOf(call)),
                        statuses.get(entry.definition().id()),
                        now,
                        defined.toEpochMilli()),
                asOf,
                NOW,
                policy);
    }

    private void spent(BudgetDefinition definition, long amount) {
        spent(definition, amount, NOW);
    }

    private void spent(BudgetDefinition definition, long amount, Instant time) {
        Window window = definition.period().windowOf(time);
        statuses.put(
                definition.id(),
                BudgetStatus.newBuilder()
                        .setBudget(definition.id())
                        .setScope(definition.scopeId())
                        .setMeasure(definition.measure())
                        .setLimit(definition.limit())
                        .setSpent(amount)
                        .setFractionPpm(0)
                        .setPeriodStart(window.start())
                        .setPeriodEnd(window.end())
                        .setMeasuredFrom(window.start())
                        .setUpdatedAt(time)
                        .setAsOf(time)
                        .build());
    }

    private static String actions(Answer answer) {
        return answer.steps().stream()
                .map(step -> BudgetJson.name(step.action()) + (step.model() == null ? "" : ":" + step.model()))
                .collect(Collectors.joining(" "));
    }
}
