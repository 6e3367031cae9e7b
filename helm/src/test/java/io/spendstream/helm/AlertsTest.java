package io.spendstream.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** What the chart watches by: every metric is one of the application's, every alert has its entry in the runbooks. */
class AlertsTest {

    private static final Pattern METRIC = Pattern.compile("\\b(spendstream|jvm|process)_[a-z_]+");

    @Test
    void everyAlertLinksToItsEntryAndEveryEntryHasAnAlert() throws IOException {
        // Given
        List<JsonNode> alerts = alerts(Chart.render(watched(), Map.of("metrics.prometheusRule.disabled", "null")));
        List<String> entries = Pattern.compile("^## (Spendstream\\w+)$", Pattern.MULTILINE)
                .matcher(Files.readString(Path.of("../docs/runbooks.md")))
                .results()
                .map(entry -> entry.group(1))
                .toList();

        // Then
        assertThat(alerts).hasSizeGreaterThan(12);
        assertThat(alerts)
                .extracting(alert -> alert.path("alert").asText())
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(entries);
        assertThat(alerts).allSatisfy(alert -> {
            assertThat(alert.at("/annotations/runbook_url").asText())
                    .endsWith(
                            "/docs/runbooks.md#" + alert.path("alert").asText().toLowerCase(java.util.Locale.ROOT));
            assertThat(alert.at("/annotations/summary").asText()).isNotBlank();
            assertThat(alert.at("/labels/severity").asText()).isIn("critical", "warning", "info");
        });
    }

    @Test
    void anAlertThatIsSwitchedOffIsNotThere() {
        List<JsonNode> all = alerts(Chart.render(watched(), Map.of("metrics.prometheusRule.disabled", "null")));
        List<JsonNode> some =
                alerts(Chart.render(watched(), Map.of("metrics.prometheusRule.disabled[0]", "SpendstreamUnpriced")));

        assertThat(some).hasSize(all.size() - 1);
        assertThat(some).extracting(alert -> alert.path("alert").asText()).doesNotContain("SpendstreamUnpriced");
    }

    @Test
    void alertsLookAtThisReleaseOnly() {
        assertThat(alerts(Chart.render(watched())))
                .allSatisfy(alert -> assertThat(alert.path("expr").asText())
                        .contains("namespace=\"finops\"")
                        .containsAnyOf(
                                "job=\"spendstream-headless\"", "persistentvolumeclaim=~\"state-spendstream-[0-9]+\""));
    }

    @Test
    void limitsAreThoseOfTheValues() {
        Chart chart = Chart.render(
                watched(),
                Map.of(
                        "metrics.prometheusRule.lagSeconds",
                        "7",
                        "config.cube\\.partitions",
                        "6",
                        "jvm.heapMb",
                        "1000"));

        assertThat(expression(chart, "SpendstreamLagging")).endsWith("> 7");
        assertThat(expression(chart, "SpendstreamPartitionsMissing")).endsWith("< 6");
        assertThat(expression(chart, "SpendstreamHeapShort")).contains("/ " + 1000 * 1024 * 1024 + " ");
    }

    @Test
    void bracketsAndQuotesOfExpressionsClose() {
        assertThat(expressions(Chart.render(watched()))).hasSizeGreaterThan(30).allSatisfy(expression -> {
            String bare = expression.replaceAll("\"[^\"]*\"", "\"\"");
            assertThat(bare.chars().filter(c -> c == '"').count() % 2).isZero();
            for (String pair : List.of("()", "{}", "[]")) {
                assertThat(bare.chars().filter(c -> c == pair.charAt(0)).count())
                        .isEqualTo(bare.chars().filter(c -> c == pair.charAt(1)).count());
            }
            assertThat(bare).doesNotContain("{{");
        });
    }

    @Test
    void metricsOfAlertsAndDashboardsAreDocumented() throws IOException {
        String document = Files.readString(Path.of("../docs/metrics.md"));

        assertThat(metrics(Chart.render(watched())))
                .hasSizeGreaterThan(15)
                .allSatisfy(metric -> assertThat(document)
                        .containsAnyOf(
                                "`" + metric + "`",
                                "`" + metric.replaceFirst("_(bucket|count|sum)$", "") + "` | histogram |",
                                "`" + metric.replaceFirst("_.*", "_") + metric.split("_")[1] + "_*`"));
    }

    /** Every metric of the application that an alert or a dashboard names. */
    static Set<String> metrics(Chart chart) {
        return expressions(chart).stream()
                .flatMap(expression -> METRIC.matcher(expression).results())
                .map(MatchResult::group)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    static Path watched() {
        return Chart.scenario("monitored");
    }

    private static List<String> expressions(Chart chart) {
        List<String> expressions = new ArrayList<>();
        alerts(chart).forEach(alert -> expressions.add(alert.path("expr").asText()));
        chart.all("ConfigMap").stream()
                .map(map -> map.path("data").properties())
                .flatMap(Collection::stream)
                .filter(file -> file.getKey().endsWith(".json"))
                .forEach(file -> expressions.addAll(dashboard(file.getValue().asText())));
        return expressions;
    }

    private static List<String> dashboard(String json) {
        try {
            JsonNode dashboard = new ObjectMapper().readTree(json);
            assertThat(dashboard.path("uid").asText()).isNotBlank();
            assertThat(dashboard.path("panels").findValuesAsText("id")).doesNotHaveDuplicates();
            return dashboard.path("panels").findValuesAsText("expr");
        } catch (IOException e) {
            throw new AssertionError("no JSON: " + json, e);
        }
    }

    private static List<JsonNode> alerts(Chart chart) {
        return StreamSupport.stream(
                        chart.one("PrometheusRule").at("/spec/groups/0/rules").spliterator(), false)
                .toList();
    }

    private static String expression(Chart chart, String alert) {
        return alerts(chart).stream()
                .filter(rule -> rule.path("alert").asText().equals(alert))
                .findFirst()
                .orElseThrow()
                .path("expr")
                .asText();
    }
}
