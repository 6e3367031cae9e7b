package io.spendstream.connect.notify;

import jakarta.mail.Session;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigException;

/** The settings of a sink of alerts, whose keys are {@link SinkKeys}, and what is made of them. */
final class AlertSinkConfig extends AbstractConfig {

    /** Which target a task has; set by the connector. */
    static final String TARGET = "spendstream.target";

    private static final String TOLERANCE = "errors.tolerance";
    private static final String DEAD_LETTERS = "errors.deadletterqueue.topic.name";

    private static final List<String> PREFIXES =
            List.of("alert.", "retry.", "http.", "webhook.", "slack.", "alertmanager.", "smtp.", "mail.");
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{([a-z]+:[^}]*)}");

    private final Target target;

    private AlertSinkConfig(Target target, Map<String, String> props) {
        super(target.definition(), props, false);
        this.target = target;
    }

    /**
     * A task's.
     *
     * @throws ConfigException names the key that is wrong, and why
     */
    static AlertSinkConfig of(Map<String, String> props) {
        Target target = Target.valueOf(props.get(TARGET));
        unresolved(props).forEach((key, reason) -> {
            throw new ConfigException(key + ": " + reason);
        });
        AlertSinkConfig config = new AlertSinkConfig(target, props);
        contradictions(target, props).forEach((key, reason) -> {
            throw new ConfigException(key + ": " + reason);
        });
        return config;
    }

    /** Keys whose reference to an environment variable or a file led nowhere, each with the reason. */
    static Map<String, String> unresolved(Map<String, String> props) {
        Map<String, String> unresolved = new TreeMap<>();
        props.forEach((key, value) -> {
            Matcher reference = REFERENCE.matcher(value == null ? "" : value);
            if (isOurs(key) && reference.find()) {
                unresolved.put(
                        key,
                        "${" + reference.group(1) + "} is not there: the worker has no such variable, or its"
                                + " config.providers do not let it through");
            }
        });
        return unresolved;
    }

    /** Keys that look like ours and are not the target's. */
    static List<String> unknown(Target target, Map<String, String> props) {
        return props.keySet().stream()
                .filter(key -> isOurs(key) && !target.definition().names().contains(key))
                .sorted()
                .toList();
    }

    private static boolean isOurs(String key) {
        return PREFIXES.stream().anyMatch(key::startsWith);
    }

    /** Keys that contradict others, each with the reason. Values are sound by themselves. */
    static Map<String, String> contradictions(Target target, Map<String, String> props) {
        Map<String, String> faults = new TreeMap<>();
        AlertSinkConfig config = new AlertSinkConfig(target, props);
        if (config.number(SinkKeys.BACKOFF_MS) > config.number(SinkKeys.BACKOFF_MAX_MS)) {
            faults.put(SinkKeys.BACKOFF_MS.name(), "it must not be more than " + SinkKeys.BACKOFF_MAX_MS);
        }
        boolean tolerant = "all".equals(props.get(TOLERANCE));
        boolean kept = !SinkValues.text(props.get(DEAD_LETTERS)).isEmpty();
        if (tolerant && !kept) {
            faults.put(
                    TOLERANCE, "with all, what cannot be told is lost without " + DEAD_LETTERS + ": give one, or none");
        }
        if (kept && !tolerant) {
            faults.put(DEAD_LETTERS, "nothing goes there unless " + TOLERANCE + " is all");
        }
        switch (target) {
            case WEBHOOK -> {
                if (config.secret(SinkKeys.SECRET).equals(config.secret(SinkKeys.SECRET_PREVIOUS))) {
                    faults.put(SinkKeys.SECRET_PREVIOUS.name(), "it is the same as " + SinkKeys.SECRET);
                }
            }
            case ALERTMANAGER -> {
                if (config.number(SinkKeys.EXPIRE_MS) < 2L * config.number(SinkKeys.REPEAT_MS)) {
                    faults.put(
                            SinkKeys.EXPIRE_MS.name(),
                            "it must be twice " + SinkKeys.REPEAT_MS
                                    + " at the least, or open alerts would be taken for resolved");
                }
            }
            case EMAIL -> config.mailFaults(faults);
            case SLACK -> {}
        }
        return faults;
    }

    private void mailFaults(Map<String, String> faults) {
        if (text(SinkKeys.SMTP_USER).isEmpty() != secret(SinkKeys.SMTP_PASSWORD).isEmpty()) {
            faults.put(
                    SinkKeys.SMTP_PASSWORD.name(),
                    "there must be both " + SinkKeys.SMTP_USER + " and " + SinkKeys.SMTP_PASSWORD + ", or neither");
        }
        boolean plain = text(SinkKeys.SMTP_SECURITY).equals(SinkKeys.NO_TLS);
        if (plain && !text(SinkKeys.SMTP_CA_FILE).isEmpty()) {
            faults.put(
                    SinkKeys.SMTP_CA_FILE.name(),
                    "there are no certificates to trust with " + SinkKeys.SMTP_SECURITY + "=" + SinkKeys.NO_TLS);
        }
        if (plain && !text(SinkKeys.SMTP_USER).isEmpty() && !isLoopback(text(SinkKeys.SMTP_HOST))) {
            faults.put(
                    SinkKeys.SMTP_SECURITY.name(),
                    "with " + SinkKeys.NO_TLS + " the password would go over the network for all to read; take "
                            + SinkKeys.STARTTLS + " or " + SinkKeys.TLS);
        }
    }

    private static boolean isLoopback(String host) {
        return List.of("localhost", "127.0.0.1", "::1").contains(host);
    }

    Backoff backoff() {
        return new Backoff(number(SinkKeys.ATTEMPTS), millis(SinkKeys.BACKOFF_MS), millis(SinkKeys.BACKOFF_MAX_MS));
    }

    /** What is older is no news. */
    Duration maxAge() {
        return Duration.ofMillis(getLong(SinkKeys.MAX_AGE_MS.name()));
    }

    /** Whether what cannot be told is kept somewhere. */
    boolean hasDeadLetters() {
        return !SinkValues.text(originalsStrings().get(DEAD_LETTERS)).isEmpty();
    }

    Channel channel(Clock clock) {
        return switch (target) {
            case WEBHOOK ->
                new WebhookChannel(
                        endpoint(clock),
                        filter(),
                        WebhookSignature.of(Stream.of(secret(SinkKeys.SECRET), secret(SinkKeys.SECRET_PREVIOUS))
                                .filter(secret -> !secret.isEmpty())
                                .toList()),
                        text(SinkKeys.WEBHOOK_TEMPLATE).isEmpty()
                                ? null
                                : WebhookChannel.jsonTemplate(text(SinkKeys.WEBHOOK_TEMPLATE)),
                        link(),
                        clock);
            case SLACK ->
                new SlackChannel(
                        endpoint(clock),
                        filter(),
                        template(SinkKeys.SLACK_TEMPLATE, "slack.mustache", Template.Escape.SLACK),
                        link());
            case ALERTMANAGER ->
                new AlertmanagerChannel(
                        endpoint(clock),
                        filter(),
                        template(SinkKeys.DESCRIPTION_TEMPLATE, "description.mustache", Template.Escape.NONE),
                        new AlertmanagerChannel.Settings(
                                SinkValues.labels(String.join(",", getList(SinkKeys.LABELS.name()))),
                                millis(SinkKeys.REPEAT_MS),
                                millis(SinkKeys.EXPIRE_MS),
                                link()),
                        clock);
            case EMAIL ->
                new EmailChannel(
                        mailServer(),
                        SinkValues.address(text(SinkKeys.FROM)),
                        SinkValues.addresses(String.join(",", getList(SinkKeys.TO.name()))),
                        new EmailChannel.Texts(
                                template(SinkKeys.SUBJECT_TEMPLATE, "mail-subject.mustache", Template.Escape.NONE),
                                template(SinkKeys.TEXT_TEMPLATE, "mail-text.mustache", Template.Escape.NONE),
                                template(SinkKeys.HTML_TEMPLATE, "mail-html.mustache", Template.Escape.HTML)),
                        filter(),
                        link(),
                        clock);
        };
    }

    private AlertFilter filter() {
        return AlertFilter.of(
                getList(SinkKeys.KINDS.name()),
                getList(SinkKeys.TENANTS.name()),
                AlertRecord.Severity.valueOf(text(SinkKeys.SEVERITY_MIN).toUpperCase(Locale.ROOT)),
                getBoolean(SinkKeys.RESOLVED.name()));
    }

    private String link() {
        String link = text(SinkKeys.LINK).strip().replaceAll("/+$", "");
        return link.isEmpty() ? null : link;
    }

    private HttpEndpoint endpoint(Clock clock) {
        URI url = URI.create(secret(SinkKeys.URL));
        if (target == Target.ALERTMANAGER) {
            // The address of an Alertmanager, as Prometheus is given it, or that of its API.
            String text = secret(SinkKeys.URL).replaceAll("/+$", "");
            url = URI.create(text.endsWith("/api/v2/alerts") ? text : text + "/api/v2/alerts");
        }
        String authorization = secret(SinkKeys.AUTHORIZATION);
        return new HttpEndpoint(
                url,
                millis(SinkKeys.TIMEOUT_MS),
                authorization.isEmpty() ? null : authorization,
                trust(SinkKeys.CA_FILE),
                clock);
    }

    private SSLContext trust(SinkKey key) {
        return text(key).isEmpty() ? null : TlsTrust.of(Path.of(text(key)));
    }

    private EmailChannel.Server mailServer() {
        String timeout = Integer.toString(number(SinkKeys.SMTP_TIMEOUT_MS));
        String security = text(SinkKeys.SMTP_SECURITY);
        boolean login = !text(SinkKeys.SMTP_USER).isEmpty();
        String protocol = security.equals(SinkKeys.TLS) ? "smtps" : "smtp";
        String prefix = "mail." + protocol + ".";
        Properties mail = new Properties();
        mail.put("mail.transport.protocol", protocol);
        mail.put(prefix + "connectiontimeout", timeout);
        mail.put(prefix + "timeout", timeout);
        mail.put(prefix + "writetimeout", timeout);
        mail.put(prefix + "auth", Boolean.toString(login));
        mail.put(prefix + "starttls.enable", Boolean.toString(security.equals(SinkKeys.STARTTLS)));
        mail.put(prefix + "starttls.required", Boolean.toString(security.equals(SinkKeys.STARTTLS)));
        mail.put(prefix + "ssl.checkserveridentity", "true");
        // One wrong address must not keep the alert from the others.
        mail.put(prefix + "sendpartial", "true");
        SSLContext trust = trust(SinkKeys.SMTP_CA_FILE);
        if (trust != null) {
            mail.put(prefix + "ssl.socketFactory", trust.getSocketFactory());
        }
        return new EmailChannel.Server(
                text(SinkKeys.SMTP_HOST),
                number(SinkKeys.SMTP_PORT),
                login ? text(SinkKeys.SMTP_USER) : null,
                login ? secret(SinkKeys.SMTP_PASSWORD) : null,
                Session.getInstance(mail));
    }

    private Template template(SinkKey key, String shipped, Template.Escape escape) {
        String text = text(key);
        return Template.of(text.isEmpty() ? shipped(shipped) : text, escape);
    }

    /** A template of the release. */
    static String shipped(String name) {
        try (InputStream text = AlertSinkConfig.class.getResourceAsStream(name)) {
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("the plugin has no " + name, e);
        }
    }

    private String text(SinkKey key) {
        return getString(key.name());
    }

    private int number(SinkKey key) {
        return getInt(key.name());
    }

    private String secret(SinkKey key) {
        return getPassword(key.name()).value();
    }

    private Duration millis(SinkKey key) {
        return Duration.ofMillis(number(key));
    }
}
