package io.spendstream.connect.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.spendstream.connect.notify.Template.Escape;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertSeverity;
import io.spendstream.v1.AlertState;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TemplateTest {

    private static final String NASTY = "<!channel> & \"quotes\" \\ 'x' \n </td><script>";

    private static String render(String template, Escape escape, Alert.Builder alert) throws DeliveryException {
        return Template.of(template, escape)
                .render(TemplateModel.of(Alerts.alertRecord(alert.build()), "https://spend.example.com"));
    }

    @Test
    void what_is_put_in_is_escaped_for_where_it_goes() throws Exception {
        Alert.Builder alert = Alerts.budget("a", AlertState.OPEN).setSummary(NASTY);

        assertThat(render("{{summary}}", Escape.NONE, alert)).isEqualTo(NASTY);
        assertThat(render("{{summary}}", Escape.SLACK, alert))
                .isEqualTo("&lt;!channel&gt; &amp; \"quotes\" \\ 'x' \n &lt;/td&gt;&lt;script&gt;");
        assertThat(render("{{summary}}", Escape.HTML, alert))
                .isEqualTo("&lt;!channel&gt; &amp; &quot;quotes&quot; \\ &#39;x&#39; \n &lt;/td&gt;&lt;script&gt;");
        assertThat(new ObjectMapper()
                        .readTree(render("{\"s\": \"{{summary}}\"}", Escape.JSON, alert))
                        .get("s")
                        .asText())
                .isEqualTo(NASTY);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{{sumary}} | sumary",
                "{{#sumary}}x{{/sumary}} | sumary",
                "{{#summary}} | summary",
                "{{summary | tag",
                "{{> other}} | other",
                "{{summary.length}} | length",
                "{{summary.class}} | class",
            })
    void a_template_with_a_fault_is_refused_with_what_is_wrong(String template, String named) {
        assertThatThrownBy(() -> Template.of(template, Escape.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(named);
    }

    @Test
    void labels_and_scopes_that_an_alert_does_not_have_are_empty() throws Exception {
        Alert.Builder alert = Alerts.budget("a", AlertState.OPEN);

        assertThat(render("{{labels.owner}}/{{labels.rule}}/{{scope.feature}}/{{scope.team}}", Escape.NONE, alert))
                .isEqualTo("search//chat/");
        assertThat(render(
                        "{{#labels.rule}}rule{{/labels.rule}}{{^labels.rule}}none{{/labels.rule}}", Escape.NONE, alert))
                .isEqualTo("none");
    }

    @ParameterizedTest
    @CsvSource({
        "cost, 80000000001, 80.00 USD",
        "cost, 12500000000, 12.50 USD",
        "cost, 100000000000, 100.00 USD",
        "cost_share, 256000, 25.6 %",
        "cost_share, 1000000, 100 %",
        "cost_share, 0, 0 %",
        "requests, 1200, 1200"
    })
    void amounts_have_their_unit(String measure, long value, String text) throws Exception {
        Alert.Builder alert =
                Alerts.budget("a", AlertState.OPEN).setMeasure(measure).setValue(value);

        assertThat(render("{{value_text}}", Escape.NONE, alert)).isEqualTo(text);
    }

    @Test
    void small_amounts_are_written_plainly() throws Exception {
        assertThat(render(
                        "{{value}}",
                        Escape.NONE,
                        Alerts.budget("a", AlertState.OPEN).setValue(1)))
                .isEqualTo("0.000000001");
    }

    @Test
    void the_message_to_slack_shows_state_severity_amounts_and_who_spends() throws Exception {
        String message =
                render(AlertSinkConfig.shipped("slack.mustache"), Escape.SLACK, Alerts.budget("a1", AlertState.OPEN));

        assertThat(message).isEqualTo("""
                        :large_orange_circle: *Budget threshold (warning)*
                        80 % of the budget daily are spent
                        • limit: 100.00 USD, now: 80.00 USD
                        • tenant: acme
                        • feature: chat
                        • model large: 61.25 USD (76.5625 %)
                        <https://spend.example.com/v1/alerts?id=a1|Alert> · <https://spend.example.com/|Dashboard>
                        """);
    }

    @Test
    void a_tenant_that_is_the_scope_is_shown_once() throws Exception {
        Alert.Builder alert =
                Alerts.budget("a1", AlertState.OPEN).setScope(Map.of("tenant", "acme", "feature", "chat"));

        for (String template : List.of("slack.mustache", "mail-text.mustache")) {
            assertThat(render(AlertSinkConfig.shipped(template), Escape.NONE, alert))
                    .contains("feature: chat")
                    .containsOnlyOnce("acme");
        }
        assertThat(render("{{scope.tenant}}", Escape.NONE, alert)).isEqualTo("acme");
    }

    @ParameterizedTest
    @EnumSource(AlertState.class)
    void states_look_different(AlertState state) throws Exception {
        Alert.Builder alert = Alerts.budget("a1", state).setSeverity(AlertSeverity.CRITICAL);
        Map<AlertState, String> begin = Map.of(
                AlertState.OPEN, ":red_circle: *Budget threshold (critical)*",
                AlertState.ESCALATED, ":rotating_light: *More urgent (critical): Budget threshold*",
                AlertState.RESOLVED, ":white_check_mark: *Resolved: Budget threshold*");

        assertThat(render(AlertSinkConfig.shipped("slack.mustache"), Escape.SLACK, alert))
                .startsWith(begin.get(state) + "\n");
        assertThat(render(AlertSinkConfig.shipped("mail-subject.mustache"), Escape.NONE, alert))
                .startsWith(
                        switch (state) {
                            case OPEN -> "Alert (critical): 80 %";
                            case ESCALATED -> "More urgent (critical): 80 %";
                            // The summary says it: "Resolved, spend is below the threshold again. …"
                            case RESOLVED -> "80 %";
                        });
    }

    @Test
    void a_text_for_slack_is_cut_neither_in_an_entity_nor_in_a_link_nor_in_a_character() {
        String fits = "x".repeat(SlackChannel.TEXT_MAX);
        assertThat(SlackChannel.shortened(fits)).isEqualTo(fits);
        assertThat(SlackChannel.shortened(fits + "y")).isEqualTo("x".repeat(2_999) + "…");
        String before = "x".repeat(2_996);
        assertThat(SlackChannel.shortened(before + "&amp;yyyyy")).isEqualTo(before + "…");
        assertThat(SlackChannel.shortened("x".repeat(2_994) + "&amp;yyyyy")).isEqualTo("x".repeat(2_994) + "&amp;…");
        assertThat(SlackChannel.shortened("x".repeat(2_900) + "<https://example.com/" + "y".repeat(200) + "|Alert>"))
                .isEqualTo("x".repeat(2_900) + "…");
        assertThat(SlackChannel.shortened("x".repeat(2_998) + "😀y")).isEqualTo("x".repeat(2_998) + "…");
    }

    @Test
    void a_subject_is_one_short_line() {
        assertThat(EmailChannel.oneLine("a\r\nBcc: eve@example.com\n\tb \u2028c"))
                .isEqualTo("a Bcc: eve@example.com b c");
        assertThat(EmailChannel.oneLine("x".repeat(500))).hasSize(EmailChannel.SUBJECT_MAX);
    }
}
