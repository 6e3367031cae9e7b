package io.spendstream.connect.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertSeverity;
import io.spendstream.v1.AlertState;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AlertRecordTest {

    @Test
    void an_alert_has_the_names_and_units_of_rest() {
        AlertRecord alert =
                Alerts.alertRecord(Alerts.budget("a1", AlertState.OPEN).build());

        assertThat(new String(JsonText.bytes(alert.fields()), StandardCharsets.UTF_8))
                .isEqualTo("{\"id\":\"a1\",\"kind\":\"budget_threshold\",\"state\":\"OPEN\",\"severity\":\"warning\","
                        + "\"notify\":true,\"silenced\":null,\"tenant\":\"acme\",\"scope\":{\"feature\":\"chat\"},"
                        + "\"budget\":\"daily\",\"threshold\":0.8,\"action\":\"notify\",\"measure\":\"cost\","
                        + "\"limit\":100,\"value\":80.000000001,\"fraction\":0.8,\"baseline\":null,"
                        + "\"period_start\":\"2026-11-21T00:00:00Z\",\"period_end\":\"2026-11-22T00:00:00Z\","
                        + "\"zone\":\"UTC\",\"opened_at\":\"2026-11-21T12:00:00Z\","
                        + "\"changed_at\":\"2026-11-21T12:00:00Z\",\"summary\":\"80 % of the budget daily are spent\","
                        + "\"contributors\":[{\"field\":\"model\",\"value\":\"large\",\"amount\":61.25,"
                        + "\"share\":0.765625}],\"labels\":{\"owner\":\"search\"}}");
    }

    @ParameterizedTest
    @CsvSource({
        "cost, 1, 0.000000001, 61.25",
        "cost, 9223372036854775807, 9223372036.854775807, 61.25",
        "cost_share, 250000, 0.25, 61.25",
        "late_share, 1000000, 1, 61250000000",
        "requests, 1200, 1200, 61250000000"
    })
    void amounts_are_exact_in_the_unit_of_the_measure(String measure, long value, String text, String contributor) {
        AlertRecord alert = Alerts.alertRecord(Alerts.budget("a", AlertState.OPEN)
                .setMeasure(measure)
                .setValue(value)
                .build());

        assertThat(((BigDecimal) alert.fields().get("value")).toPlainString()).isEqualTo(text);
        assertThat(alert.fields().get("contributors").toString()).contains("amount=" + contributor);
    }

    @Test
    void a_key_is_of_the_transition_and_of_nothing_else() {
        Alert open = Alerts.budget("a", AlertState.OPEN).build();
        Alert sameToldOtherwise =
                Alert.newBuilder(open).setSummary("Other words").setValue(1).build();
        List<Alert> others = Stream.of(
                        Alert.newBuilder(open).setId("b"),
                        Alert.newBuilder(open).setState(AlertState.ESCALATED),
                        Alert.newBuilder(open).setSeverity(AlertSeverity.CRITICAL),
                        Alert.newBuilder(open).setOpenedAt(Alerts.OPENED.minusMillis(1)),
                        Alert.newBuilder(open).setChangedAt(Alerts.OPENED.plusMillis(1)))
                .map(Alert.Builder::build)
                .toList();

        assertThat(Alerts.key(open)).matches("[0-9a-f]{32}").isEqualTo(Alerts.key(sameToldOtherwise));
        Set<String> keys = new HashSet<>();
        keys.add(Alerts.key(open));
        others.forEach(other -> keys.add(Alerts.key(other)));
        assertThat(keys).hasSize(1 + others.size());
    }

    @Test
    void what_is_no_alert_is_refused_with_what_is_wrong() {
        SinkRecord text = new SinkRecord(
                "budget-alerts",
                0,
                Schema.STRING_SCHEMA,
                "k",
                Schema.STRING_SCHEMA,
                "x",
                0,
                0L,
                TimestampType.CREATE_TIME);

        assertThatThrownBy(() -> AlertRecord.of(text))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("budget-alerts")
                .hasMessageContaining("AvroConverter");
    }

    @Test
    void the_samples_that_templates_are_tried_with_have_the_fields_of_alerts() {
        AlertRecord alert =
                Alerts.alertRecord(Alerts.budget("a1", AlertState.OPEN).build());

        for (AlertRecord sample : Samples.ALL) {
            assertThat(sample.fields()).containsOnlyKeys(alert.fields().keySet());
        }
        assertThat(TemplateModel.of(Samples.FULL, null))
                .containsOnlyKeys(TemplateModel.of(alert, null).keySet());
    }

    @ParameterizedTest
    @CsvSource({
        "*, *, info, true, OPEN, true",
        "budget_*, *, info, true, OPEN, true",
        "budget, *, info, true, OPEN, false",
        "seasonal;budget_thresh*, *, info, true, OPEN, true",
        "*, ac*, info, true, OPEN, true",
        "*, other, info, true, OPEN, false",
        "*, *, warning, true, OPEN, true",
        "*, *, critical, true, OPEN, false",
        "*, *, critical, true, RESOLVED, true",
        "*, *, info, false, RESOLVED, false"
    })
    void a_filter_goes_by_kind_tenant_severity_and_state(
            String kinds, String tenants, String least, boolean resolved, AlertState state, boolean matches) {
        AlertFilter filter = AlertFilter.of(
                List.of(kinds.split(";")),
                List.of(tenants.split(";")),
                AlertRecord.Severity.valueOf(least.toUpperCase(Locale.ROOT)),
                resolved);

        assertThat(filter.matches(Alerts.alertRecord(Alerts.budget("a", state).build())))
                .isEqualTo(matches);
    }

    @Test
    void an_alert_of_several_tenants_matches_all_tenants_alone() {
        AlertRecord alert = Alerts.alertRecord(
                Alerts.budget("a", AlertState.OPEN).setTenant(null).build());

        assertThat(AlertFilter.of(List.of("*"), List.of("*"), AlertRecord.Severity.INFO, true)
                        .matches(alert))
                .isTrue();
        assertThat(AlertFilter.of(List.of("*"), List.of("a*"), AlertRecord.Severity.INFO, true)
                        .matches(alert))
                .isFalse();
    }

    @Test
    void a_dimension_that_calls_did_not_say_is_null() {
        Map<String, String> scope = new HashMap<>();
        scope.put("team", null);

        AlertRecord alert = Alerts.alertRecord(
                Alerts.budget("a", AlertState.OPEN).setScope(scope).build());

        assertThat(alert.scope()).containsEntry("team", null);
    }
}
