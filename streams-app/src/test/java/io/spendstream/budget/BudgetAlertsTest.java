package io.spendstream.budget;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.budget.BudgetAlerts.Cause;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertSeverity;
import io.spendstream.v1.AlertState;
import io.spendstream.v1.BudgetMeasure;
import io.spendstream.v1.Contributor;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BudgetAlertsTest {

    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final BudgetDefinition DEFINITION = Definitions.of("{'id': 'daily', 'owner': 'ann', 'limit': 10,"
            + " 'period': 'day', 'zone': 'Europe/Berlin', 'group_by': ['feature', 'team'],"
            + " 'thresholds': [{'at': 0.5, 'action': 'notify'}, {'at': 0.8, 'action': 'use_model', 'model': 'm'}]}");

    @Test
    void a_threshold_says_all_that_people_need() {
        // When
        Alert alert = BudgetAlerts.threshold(
                cause(8_450_000_001L), DEFINITION.thresholds().get(1), true);

        // Then
        assertThat(alert.getSummary())
                .isEqualTo("Budget 'daily' for feature 'chat', no team has spent 8.45 USD, 84.5 % of its limit of"
                        + " 10 USD, from Saturday 21 November 2026, 00:00 to Sunday 22 November 2026, 00:00"
                        + " (Europe/Berlin), and is past its threshold of 80 %: calls are to use the model 'm'.");
        assertThat(alert.getKind()).isEqualTo("budget_threshold");
        assertThat(alert.getState()).isEqualTo(AlertState.OPEN);
        assertThat(alert.getSeverity()).isEqualTo(AlertSeverity.WARNING);
        assertThat(alert.getThreshold()).isEqualTo(800_000);
        assertThat(alert.getAction()).isEqualTo("use_model");
        assertThat(alert.getScope()).containsEntry("feature", "chat").containsEntry("team", null);
        assertThat(alert.getPeriodStart()).isEqualTo("2026-11-20T23:00:00Z");
        assertThat(alert.getZone()).isEqualTo("Europe/Berlin");
        assertThat(alert.getLabels()).isEqualTo(Map.of("owner", "ann"));
        assertThat(alert.getContributors()).hasSize(1);
        assertThat(alert.getNotify()).isTrue();
    }

    @Test
    void what_was_an_alert_is_resolved_under_the_same_id() {
        // Given
        Alert open = BudgetAlerts.threshold(
                cause(8_500_000_000L), DEFINITION.thresholds().get(1), false);

        // When
        Alert resolved = BudgetAlerts.resolved(open, cause(4_000_000_000L));

        // Then
        assertThat(resolved.getId()).isEqualTo(open.getId());
        assertThat(resolved.getState()).isEqualTo(AlertState.RESOLVED);
        assertThat(resolved.getValue()).isEqualTo(4_000_000_000L);
        assertThat(resolved.getSummary())
                .startsWith("Resolved: Budget 'daily' for feature 'chat', no team has spent 4 USD, 40 %");
    }

    @Test
    void a_burn_rate_says_how_fast() {
        // When
        Alert alert = BudgetAlerts.burnRate(cause(2_000_000_000L), BurnRate.RULES.get(0), 15_290_000);

        // Then
        assertThat(alert.getSummary())
                .startsWith("Budget 'daily' for feature 'chat', no team has been spent at 15.2 times its even pace for"
                        + " the last hour and still is: 2 USD, 20 % of its limit of 10 USD,");
        assertThat(alert.getSeverity()).isEqualTo(AlertSeverity.CRITICAL);
        assertThat(alert.getLabels()).containsEntry("rule", "page-1h");
    }

    @Test
    void a_forecast_says_when() {
        // When
        Alert alert = BudgetAlerts.forecast(
                cause(2_000_000_000L), new Forecast(12_000_000_000L, Instant.parse("2026-11-21T19:30:00Z")));

        // Then
        assertThat(alert.getSummary())
                .isEqualTo("Budget 'daily' for feature 'chat', no team reaches its limit of 10 USD on Saturday 21"
                        + " November 2026, 20:30 (Europe/Berlin) at this pace, and 12 USD would be spent at the"
                        + " period's end; spent so far: 2 USD.");
        assertThat(alert.getBaseline()).isEqualTo(12_000_000_000L);
    }

    @Test
    void too_many_groups_are_told_with_what_to_do() {
        assertThat(BudgetAlerts.overflow(cause(0), 1_000).getSummary())
                .isEqualTo("Budget 'daily' has more than 1000 groups by feature, team; new ones share one counter and"
                        + " one limit. Group by fewer or coarser fields, or match less.");
    }

    @ParameterizedTest
    @CsvSource({
        "cost, 1, 0.000000001 USD",
        "cost, 999999999, 0.999999999 USD",
        "cost, 1005000000, 1.00 USD",
        "cost, 1500000000, 1.5 USD",
        "cost, -2000000000, -2 USD",
        "requests, 1, 1 request",
        "input_tokens, 0, 0 input tokens"
    })
    void amounts_are_words(String measure, long amount, String words) {
        assertThat(Words.amount(BudgetMeasure.valueOf(measure.toUpperCase(Locale.ROOT)), amount))
                .isEqualTo(words);
    }

    @Test
    void different_causes_have_different_ids_and_the_same_cause_the_same() {
        // Given
        List<String> ids = new ArrayList<>();
        ids.add(id("b", "s", "k", "1", "a", "b"));
        ids.add(id("c", "s", "k", "1", "a", "b"));
        ids.add(id("b", "t", "k", "1", "a", "b"));
        ids.add(id("b", "s", "l", "1", "a", "b"));
        ids.add(id("b", "s", "k", "2", "a", "b"));
        ids.add(id("b", "s", "k", null, "a", "b"));
        ids.add(id("b", "s", "k", "1", "ab", ""));
        ids.add(id("b", "s", "k", "1", "a", null));
        ids.add(id("b", "s", "k", "1", "a"));
        ids.add(AlertIds.of("b", "s", new String[] {"a", "b"}, NOW.plusMillis(1), "k", "1"));

        // Then
        Set<String> distinct = new HashSet<>(ids);
        assertThat(distinct).hasSize(ids.size()).allMatch(id -> id.matches("[0-9a-f]{32}"));
        assertThat(id("b", "s", "k", "1", "a", "b")).isEqualTo(ids.get(0));
    }

    private static String id(String budget, String scope, String kind, String detail, String... group) {
        return AlertIds.of(budget, scope, group, NOW, kind, detail);
    }

    private static Cause cause(long spent) {
        return new Cause(
                DEFINITION,
                Arrays.asList("chat", null),
                false,
                DEFINITION.period().windowOf(NOW),
                10_000_000_000L,
                spent,
                NOW,
                List.of(new Contributor("model", "m1", spent, 1_000_000L)));
    }
}
