package io.spendstream.connect.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every fault of a configuration, with the key and the reason, before anything is started. */
class AlertSinkConfigTest {

    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private static final Map<String, AlertSinkConnector> CONNECTORS = Map.of(
            "webhook", new WebhookSinkConnector(),
            "slack", new SlackSinkConnector(),
            "alertmanager", new AlertmanagerSinkConnector(),
            "email", new EmailSinkConnector());

    private static final Map<String, Map<String, String>> SOUND = Map.of(
            "webhook", Map.of("http.url", "https://example.com/hook?a=b", "webhook.secret", SECRET),
            "slack", Map.of("http.url", "https://hooks.slack.com/services/T/B/x"),
            "alertmanager", Map.of("http.url", "http://alertmanager:9093"),
            "email",
                    Map.of(
                            "smtp.host", "mail.example.com",
                            "mail.from", "Spend <spend@example.com>",
                            "mail.to", "a@example.com,b@example.com"));

    private static Map<String, String> faults(String sink, Map<String, String> changes) {
        Map<String, String> props = new HashMap<>(SOUND.get(sink));
        changes.forEach((key, value) -> {
            if (value == null) {
                props.remove(key);
            } else {
                props.put(key, value);
            }
        });
        Map<String, String> faults = new TreeMap<>();
        for (ConfigValue value : CONNECTORS.get(sink).validate(props).configValues()) {
            if (!value.errorMessages().isEmpty()) {
                faults.put(value.name(), String.join("; ", value.errorMessages()));
            }
        }
        return faults;
    }

    @Test
    void a_sound_configuration_has_no_faults() {
        SOUND.keySet()
                .forEach(sink -> assertThat(faults(sink, Map.of())).as(sink).isEmpty());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "webhook | http.url | | http.url | Missing required",
                "webhook | http.url | '' | http.url | http:// or https://",
                "webhook | http.url | /hook | http.url | http:// or https://",
                "webhook | http.url | https:///hook | http.url | a host",
                "webhook | http.url | https://user:pass-word@example.com/ | http.url | http.authorization",
                "webhook | http.url | https://example.com/#pass-word | http.url | #",
                "webhook | http.url | https://exa mple.com/pass-word | http.url | no URL",
                "webhook | http.authorization | 'Bearer é-pass-word' | http.authorization | ASCII",
                "webhook | http.timeout.ms | 60001 | http.timeout.ms | no more than 60000",
                "webhook | http.ca.file | /no/such/file | http.ca.file | cannot read",
                "webhook | http.ca.file | pom.xml | http.ca.file | certificate",
                "webhook | webhook.secret | | webhook.secret | Missing required",
                "webhook | webhook.secret | pass-word | webhook.secret | random bytes",
                "webhook | webhook.secret.previous | pass-word | webhook.secret.previous | random bytes",
                "webhook | webhook.secret.previous | whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw | webhook.secret.previous | the same",
                "webhook | webhook.template | '{\"a\": {{valu}}}' | webhook.template | valu",
                "webhook | webhook.template | '{\"a\": {{summary}}}' | webhook.template | no JSON",
                "webhook | webhook.secert | pass-word | webhook.secert | no such key",
                "webhook | slack.template | x | slack.template | no such key",
                "webhook | smtp.host | x | smtp.host | no such key",
                "webhook | alert.kinds | budget_*,B! | alert.kinds | 'B!'",
                "webhook | alert.severity.min | urgent | alert.severity.min | warning",
                "webhook | alert.resolved | perhaps | alert.resolved | true or false",
                "webhook | alert.max.age.ms | 1 | alert.max.age.ms | 60000",
                "webhook | alert.link | spend.example.com | alert.link | http://",
                "webhook | retry.attempts | 0 | retry.attempts | at least 1",
                "webhook | retry.backoff.ms | 300001 | retry.backoff.ms | retry.backoff.max.ms",
                "webhook | errors.tolerance | all | errors.tolerance | errors.deadletterqueue.topic.name",
                "webhook | errors.deadletterqueue.topic.name | x | errors.deadletterqueue.topic.name | errors.tolerance",
                "webhook | webhook.secret | ${env:SPENDSTREAM_WEBHOOK_SECRET} | webhook.secret | the worker has no such variable",
                "slack | http.url | ${env:SPENDSTREAM_SLACK_URL} | http.url | SPENDSTREAM_SLACK_URL",
                "slack | slack.template | {{#is_open}} | slack.template | is_open",
                "alertmanager | alertmanager.labels | team | alertmanager.labels | name=value",
                "alertmanager | alertmanager.labels | 'a=b,1x=y' | alertmanager.labels | 1x=y",
                "alertmanager | alertmanager.labels | severity=low | alertmanager.labels | severity",
                "alertmanager | alertmanager.expire.ms | 119999 | alertmanager.expire.ms | twice",
                "alertmanager | alertmanager.description.template | {{x}} | alertmanager.description.template | x",
                "email | smtp.host | 'mail.example.com/x' | smtp.host | no host",
                "email | smtp.port | 0 | smtp.port | at least 1",
                "email | smtp.security | ssl | smtp.security | starttls",
                "email | smtp.user | ann | smtp.password | both",
                "email | smtp.password | pass-word | smtp.password | both",
                "email | mail.from | spend | mail.from | no address",
                "email | mail.to | 'a@example.com,@' | mail.to | no address",
                "email | mail.to | | mail.to | Missing required",
                "email | mail.subject.template | {{x}} | mail.subject.template | x",
                "email | mail.html.template | {{/x}} | mail.html.template | x",
                "email | http.url | https://example.com | http.url | no such key"
            })
    void a_fault_is_told_with_its_key_and_the_reason_and_without_secrets(
            String sink, String key, String value, String culprit, String reason) {
        Map<String, String> change = new HashMap<>();
        change.put(key, value);

        Map<String, String> faults = faults(sink, change);

        assertThat(faults).containsOnlyKeys(culprit);
        assertThat(faults.get(culprit))
                .contains(reason)
                .doesNotContain("pass-word")
                .doesNotContain("MfKQ");
    }

    @Test
    void a_password_does_not_go_over_the_network_in_the_open() {
        Map<String, String> login = Map.of("smtp.user", "ann", "smtp.password", "p", "smtp.security", "none");
        Map<String, String> local = new HashMap<>(login);
        local.put("smtp.host", "localhost");

        assertThat(faults("email", login)).containsOnlyKeys("smtp.security");
        assertThat(faults("email", local)).isEmpty();
    }

    @Test
    void a_task_refuses_what_was_not_asked_about() {
        Map<String, String> props = new HashMap<>(SOUND.get("email"));
        props.put("spendstream.target", "EMAIL");
        props.put("smtp.user", "ann");

        assertThat(catchThrowable(() -> AlertSinkConfig.of(props))).hasMessageContaining("smtp.password: ");
    }

    @Test
    void tasks_get_the_configuration_and_where_to() {
        SlackSinkConnector connector = new SlackSinkConnector();
        connector.start(SOUND.get("slack"));

        assertThat(connector.taskConfigs(2))
                .hasSize(2)
                .allSatisfy(task -> assertThat(task)
                        .containsEntry("spendstream.target", "SLACK")
                        .containsAllEntriesOf(SOUND.get("slack")));
        assertThat(connector.taskClass()).isEqualTo(AlertSinkTask.class);
    }
}
