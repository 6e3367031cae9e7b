package io.spendstream.connect.notify;

import jakarta.mail.Session;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.types.Password;

/** The settings of the sinks of alerts: every key, its limits, and what is made of it. */
final class AlertSinkConfig extends AbstractConfig {

    /** Which target a task has; set by the connector. */
    static final String TARGET = "spendstream.target";

    static final String KINDS = "alert.kinds";
    static final String TENANTS = "alert.tenants";
    static final String SEVERITY_MIN = "alert.severity.min";
    static final String RESOLVED = "alert.resolved";
    static final String MAX_AGE_MS = "alert.max.age.ms";
    static final String LINK = "alert.link";
    static final String ATTEMPTS = "retry.attempts";
    static final String BACKOFF_MS = "retry.backoff.ms";
    static final String BACKOFF_MAX_MS = "retry.backoff.max.ms";

    static final String URL = "http.url";
    static final String AUTHORIZATION = "http.authorization";
    static final String TIMEOUT_MS = "http.timeout.ms";
    static final String CA_FILE = "http.ca.file";

    static final String SECRET = "webhook.secret";
    static final String SECRET_PREVIOUS = "webhook.secret.previous";
    static final String WEBHOOK_TEMPLATE = "webhook.template";

    static final String SLACK_TEMPLATE = "slack.template";

    static final String LABELS = "alertmanager.labels";
    static final String REPEAT_MS = "alertmanager.repeat.ms";
    static final String EXPIRE_MS = "alertmanager.expire.ms";
    static final String DESCRIPTION_TEMPLATE = "alertmanager.description.template";

    static final String SMTP_HOST = "smtp.host";
    static final String SMTP_PORT = "smtp.port";
    static final String SMTP_SECURITY = "smtp.security";
    static final String SMTP_USER = "smtp.user";
    static final String SMTP_PASSWORD = "smtp.password";
    static final String SMTP_TIMEOUT_MS = "smtp.timeout.ms";
    static final String SMTP_CA_FILE = "smtp.ca.file";
    static final String FROM = "mail.from";
    static final String TO = "mail.to";
    static final String SUBJECT_TEMPLATE = "mail.subject.template";
    static final String TEXT_TEMPLATE = "mail.text.template";
    static final String HTML_TEMPLATE = "mail.html.template";

    private static final String TOLERANCE = "errors.tolerance";
    private static final String DEAD_LETTERS = "errors.deadletterqueue.topic.name";
    private static final String TLS = "tls";
    private static final String STARTTLS = "starttls";
    private static final String NO_TLS = "none";

    private static final int HOUR_MS = 3_600_000;
    private static final long DAY_MS = 24L * HOUR_MS;
    /** Well below the interval after which a consumer that does not poll is left out (five minutes by default). */
    private static final int TIMEOUT_MAX_MS = 60_000;

    private static final int RECIPIENTS_MAX = 50;
    private static final List<String> PREFIXES =
            List.of("alert.", "retry.", "http.", "webhook.", "slack.", "alertmanager.", "smtp.", "mail.");
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{([a-z]+:[^}]*)}");
    private static final Pattern SETTING = Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=(.+)");

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

    private static ConfigDef common() {
        return new ConfigDef()
                .define(
                        KINDS,
                        Type.LIST,
                        "*",
                        patterns("[a-z0-9_*]+", "kinds of alerts, such as budget_*"),
                        Importance.MEDIUM,
                        "Kinds of alerts that are told, with * for any text.")
                .define(
                        TENANTS,
                        Type.LIST,
                        "*",
                        patterns(".+", "tenants, such as team-*"),
                        Importance.MEDIUM,
                        "Tenants whose alerts are told, with * for any text.")
                .define(
                        SEVERITY_MIN,
                        Type.STRING,
                        "info",
                        ConfigDef.ValidString.in("info", "warning", "critical"),
                        Importance.MEDIUM,
                        "The least urgent severity that is told: info, warning or critical.")
                .define(
                        RESOLVED,
                        Type.BOOLEAN,
                        true,
                        Importance.MEDIUM,
                        "Whether it is told when an alert is resolved.")
                .define(
                        MAX_AGE_MS,
                        Type.LONG,
                        DAY_MS,
                        ConfigDef.Range.between(60_000, 90 * DAY_MS),
                        Importance.LOW,
                        "What is older when it is read is not told.")
                .define(
                        LINK,
                        Type.STRING,
                        "",
                        check(AlertSinkConfig::checkLink, "http(s)://host[:port][/path]"),
                        Importance.LOW,
                        "Where people reach the application; messages link to it. Empty: no links.")
                .define(
                        ATTEMPTS,
                        Type.INT,
                        20,
                        ConfigDef.Range.between(1, 1_000),
                        Importance.LOW,
                        "How often one alert is tried in all.")
                .define(
                        BACKOFF_MS,
                        Type.INT,
                        1_000,
                        ConfigDef.Range.between(1, HOUR_MS),
                        Importance.LOW,
                        "How long after the first try the second is; doubled from try to try.")
                .define(
                        BACKOFF_MAX_MS,
                        Type.INT,
                        300_000,
                        ConfigDef.Range.between(1, HOUR_MS),
                        Importance.LOW,
                        "The longest time between two tries.");
    }

    private static ConfigDef http() {
        return common().define(
                        URL,
                        Type.PASSWORD,
                        ConfigDef.NO_DEFAULT_VALUE,
                        check(AlertSinkConfig::checkUrl, "http(s)://host[:port][/path]"),
                        Importance.HIGH,
                        "Where alerts are posted to.")
                .define(
                        AUTHORIZATION,
                        Type.PASSWORD,
                        "",
                        check(AlertSinkConfig::checkHeader, "such as: Bearer TOKEN"),
                        Importance.LOW,
                        "Value of the header Authorization; empty: none.")
                .define(
                        TIMEOUT_MS,
                        Type.INT,
                        10_000,
                        ConfigDef.Range.between(1, TIMEOUT_MAX_MS),
                        Importance.LOW,
                        "How long one request may take, with its answer.")
                .define(
                        CA_FILE,
                        Type.STRING,
                        "",
                        check(AlertSinkConfig::checkCertificates, "a file of the worker"),
                        Importance.LOW,
                        "Certificates in PEM that TLS trusts, and no others; empty: those of the JVM.");
    }

    static ConfigDef webhook() {
        return http().define(
                        SECRET,
                        Type.PASSWORD,
                        ConfigDef.NO_DEFAULT_VALUE,
                        check(AlertSinkConfig::checkSecret, "whsec_ and Base64"),
                        Importance.HIGH,
                        "What messages are signed with.")
                .define(
                        SECRET_PREVIOUS,
                        Type.PASSWORD,
                        "",
                        check(text -> checkUnlessEmpty(text, AlertSinkConfig::checkSecret), "whsec_ and Base64"),
                        Importance.LOW,
                        "Another secret that they are signed with too, while it is replaced; empty: none.")
                .define(
                        WEBHOOK_TEMPLATE,
                        Type.STRING,
                        "",
                        check(text -> checkUnlessEmpty(text, WebhookChannel::jsonTemplate), "a Mustache template"),
                        Importance.LOW,
                        "Template of the body, which must be JSON; empty: the alert as GET /v1/alerts has it.");
    }

    static ConfigDef slack() {
        return http().define(
                        SLACK_TEMPLATE,
                        Type.STRING,
                        "",
                        template(Template.Escape.SLACK),
                        Importance.LOW,
                        "Template of the message in Slack's mrkdwn; empty: the one of the release.");
    }

    static ConfigDef alertmanager() {
        return http().define(
                        LABELS,
                        Type.LIST,
                        "",
                        check(AlertSinkConfig::labels, "name=value, ..."),
                        Importance.LOW,
                        "Labels that every alert has besides its own.")
                .define(
                        REPEAT_MS,
                        Type.INT,
                        60_000,
                        ConfigDef.Range.between(1_000, HOUR_MS),
                        Importance.LOW,
                        "How often what is open is said again.")
                .define(
                        EXPIRE_MS,
                        Type.INT,
                        HOUR_MS,
                        ConfigDef.Range.between(10_000, 24 * HOUR_MS),
                        Importance.LOW,
                        "After how long the Alertmanager takes for resolved what is not said again.")
                .define(
                        DESCRIPTION_TEMPLATE,
                        Type.STRING,
                        "",
                        template(Template.Escape.NONE),
                        Importance.LOW,
                        "Template of the annotation description; empty: the one of the release.");
    }

    static ConfigDef email() {
        return common().define(
                        SMTP_HOST,
                        Type.STRING,
                        ConfigDef.NO_DEFAULT_VALUE,
                        check(AlertSinkConfig::checkHost, "a host's name"),
                        Importance.HIGH,
                        "The mail server.")
                .define(SMTP_PORT, Type.INT, 587, ConfigDef.Range.between(1, 65_535), Importance.HIGH, "Its port.")
                .define(
                        SMTP_SECURITY,
                        Type.STRING,
                        STARTTLS,
                        ConfigDef.ValidString.in(STARTTLS, TLS, NO_TLS),
                        Importance.HIGH,
                        "starttls (must be offered), tls (from the beginning) or none.")
                .define(SMTP_USER, Type.STRING, "", Importance.MEDIUM, "Who logs in; empty: nobody.")
                .define(SMTP_PASSWORD, Type.PASSWORD, "", Importance.MEDIUM, "The user's password.")
                .define(
                        SMTP_TIMEOUT_MS,
                        Type.INT,
                        10_000,
                        ConfigDef.Range.between(1, TIMEOUT_MAX_MS),
                        Importance.LOW,
                        "How long connecting, one answer and one write may take each.")
                .define(
                        SMTP_CA_FILE,
                        Type.STRING,
                        "",
                        check(AlertSinkConfig::checkCertificates, "a file of the worker"),
                        Importance.LOW,
                        "Certificates in PEM that TLS trusts, and no others; empty: those of the JVM.")
                .define(
                        FROM,
                        Type.STRING,
                        ConfigDef.NO_DEFAULT_VALUE,
                        check(AlertSinkConfig::address, "name@host"),
                        Importance.HIGH,
                        "Whom mails are from.")
                .define(
                        TO,
                        Type.LIST,
                        ConfigDef.NO_DEFAULT_VALUE,
                        check(AlertSinkConfig::addresses, "name@host, ..."),
                        Importance.HIGH,
                        "Whom mails are to, separated by commas.")
                .define(
                        SUBJECT_TEMPLATE,
                        Type.STRING,
                        "",
                        template(Template.Escape.NONE),
                        Importance.LOW,
                        "Template of the subject; empty: the one of the release.")
                .define(
                        TEXT_TEMPLATE,
                        Type.STRING,
                        "",
                        template(Template.Escape.NONE),
                        Importance.LOW,
                        "Template of the plain text; empty: the one of the release.")
                .define(
                        HTML_TEMPLATE,
                        Type.STRING,
                        "",
                        template(Template.Escape.HTML),
                        Importance.LOW,
                        "Template of the HTML; empty: the one of the release.");
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
        if (config.getInt(BACKOFF_MS) > config.getInt(BACKOFF_MAX_MS)) {
            faults.put(BACKOFF_MS, "it must not be more than " + BACKOFF_MAX_MS);
        }
        boolean tolerant = "all".equals(props.get(TOLERANCE));
        boolean kept = !text(props.get(DEAD_LETTERS)).isEmpty();
        if (tolerant && !kept) {
            faults.put(
                    TOLERANCE, "with all, what cannot be told is lost without " + DEAD_LETTERS + ": give one, or none");
        }
        if (kept && !tolerant) {
            faults.put(DEAD_LETTERS, "nothing goes there unless " + TOLERANCE + " is all");
        }
        switch (target) {
            case WEBHOOK -> {
                if (config.secret(SECRET).equals(config.secret(SECRET_PREVIOUS))) {
                    faults.put(SECRET_PREVIOUS, "it is the same as " + SECRET);
                }
            }
            case ALERTMANAGER -> {
                if (config.getInt(EXPIRE_MS) < 2L * config.getInt(REPEAT_MS)) {
                    faults.put(
                            EXPIRE_MS,
                            "it must be twice " + REPEAT_MS
                                    + " at the least, or open alerts would be taken for resolved");
                }
            }
            case EMAIL -> config.mailFaults(faults);
            case SLACK -> {}
        }
        return faults;
    }

    private void mailFaults(Map<String, String> faults) {
        if (getString(SMTP_USER).isEmpty() != secret(SMTP_PASSWORD).isEmpty()) {
            faults.put(SMTP_PASSWORD, "there must be both " + SMTP_USER + " and " + SMTP_PASSWORD + ", or neither");
        }
        boolean plain = getString(SMTP_SECURITY).equals(NO_TLS);
        if (plain && !getString(SMTP_CA_FILE).isEmpty()) {
            faults.put(SMTP_CA_FILE, "there are no certificates to trust with " + SMTP_SECURITY + "=" + NO_TLS);
        }
        if (plain && !getString(SMTP_USER).isEmpty() && !isLoopback(getString(SMTP_HOST))) {
            faults.put(
                    SMTP_SECURITY,
                    "with " + NO_TLS + " the password would go over the network for all to read; take " + STARTTLS
                            + " or " + TLS);
        }
    }

    private static boolean isLoopback(String host) {
        return List.of("localhost", "127.0.0.1", "::1").contains(host);
    }

    Backoff backoff() {
        return new Backoff(
                getInt(ATTEMPTS), Duration.ofMillis(getInt(BACKOFF_MS)), Duration.ofMillis(getInt(BACKOFF_MAX_MS)));
    }

    /** What is older is no news. */
    Duration maxAge() {
        return Duration.ofMillis(getLong(MAX_AGE_MS));
    }

    /** Whether what cannot be told is kept somewhere. */
    boolean hasDeadLetters() {
        return !text(originalsStrings().get(DEAD_LETTERS)).isEmpty();
    }

    Channel channel(Clock clock) {
        return switch (target) {
            case WEBHOOK ->
                new WebhookChannel(
                        endpoint(clock),
                        filter(),
                        WebhookSignature.of(Stream.of(secret(SECRET), secret(SECRET_PREVIOUS))
                                .filter(secret -> !secret.isEmpty())
                                .toList()),
                        getString(WEBHOOK_TEMPLATE).isEmpty()
                                ? null
                                : WebhookChannel.jsonTemplate(getString(WEBHOOK_TEMPLATE)),
                        link(),
                        clock);
            case SLACK ->
                new SlackChannel(
                        endpoint(clock),
                        filter(),
                        template(SLACK_TEMPLATE, "slack.mustache", Template.Escape.SLACK),
                        link());
            case ALERTMANAGER ->
                new AlertmanagerChannel(
                        endpoint(clock),
                        filter(),
                        template(DESCRIPTION_TEMPLATE, "description.mustache", Template.Escape.NONE),
                        new AlertmanagerChannel.Settings(
                                labels(String.join(",", getList(LABELS))),
                                Duration.ofMillis(getInt(REPEAT_MS)),
                                Duration.ofMillis(getInt(EXPIRE_MS)),
                                link()),
                        clock);
            case EMAIL ->
                new EmailChannel(
                        mailServer(),
                        address(getString(FROM)),
                        addresses(String.join(",", getList(TO))),
                        new EmailChannel.Texts(
                                template(SUBJECT_TEMPLATE, "mail-subject.mustache", Template.Escape.NONE),
                                template(TEXT_TEMPLATE, "mail-text.mustache", Template.Escape.NONE),
                                template(HTML_TEMPLATE, "mail-html.mustache", Template.Escape.HTML)),
                        filter(),
                        link(),
                        clock);
        };
    }

    private AlertFilter filter() {
        return AlertFilter.of(
                getList(KINDS),
                getList(TENANTS),
                AlertRecord.Severity.valueOf(getString(SEVERITY_MIN).toUpperCase(Locale.ROOT)),
                getBoolean(RESOLVED));
    }

    private String link() {
        String link = getString(LINK).strip().replaceAll("/+$", "");
        return link.isEmpty() ? null : link;
    }

    private HttpEndpoint endpoint(Clock clock) {
        URI url = URI.create(secret(URL));
        if (target == Target.ALERTMANAGER) {
            // The address of an Alertmanager, as Prometheus is given it, or that of its API.
            String text = secret(URL).replaceAll("/+$", "");
            url = URI.create(text.endsWith("/api/v2/alerts") ? text : text + "/api/v2/alerts");
        }
        String authorization = secret(AUTHORIZATION);
        return new HttpEndpoint(
                url,
                Duration.ofMillis(getInt(TIMEOUT_MS)),
                authorization.isEmpty() ? null : authorization,
                trust(CA_FILE),
                clock);
    }

    private SSLContext trust(String key) {
        return getString(key).isEmpty() ? null : TlsTrust.of(Path.of(getString(key)));
    }

    private EmailChannel.Server mailServer() {
        String timeout = getInt(SMTP_TIMEOUT_MS).toString();
        String security = getString(SMTP_SECURITY);
        boolean login = !getString(SMTP_USER).isEmpty();
        String protocol = security.equals(TLS) ? "smtps" : "smtp";
        String prefix = "mail." + protocol + ".";
        Properties mail = new Properties();
        mail.put("mail.transport.protocol", protocol);
        mail.put(prefix + "connectiontimeout", timeout);
        mail.put(prefix + "timeout", timeout);
        mail.put(prefix + "writetimeout", timeout);
        mail.put(prefix + "auth", Boolean.toString(login));
        mail.put(prefix + "starttls.enable", Boolean.toString(security.equals(STARTTLS)));
        mail.put(prefix + "starttls.required", Boolean.toString(security.equals(STARTTLS)));
        mail.put(prefix + "ssl.checkserveridentity", "true");
        // One wrong address must not keep the alert from the others.
        mail.put(prefix + "sendpartial", "true");
        SSLContext trust = trust(SMTP_CA_FILE);
        if (trust != null) {
            mail.put(prefix + "ssl.socketFactory", trust.getSocketFactory());
        }
        return new EmailChannel.Server(
                getString(SMTP_HOST),
                getInt(SMTP_PORT),
                login ? getString(SMTP_USER) : null,
                login ? secret(SMTP_PASSWORD) : null,
                Session.getInstance(mail));
    }

    private Template template(String key, String shipped, Template.Escape escape) {
        String text = getString(key);
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

    private String secret(String key) {
        return getPassword(key).value();
    }

    private static String text(String value) {
        return value == null ? "" : value.strip();
    }

    /** A validator that asks for the text of a value and does not repeat it where it may be a secret. */
    private static ConfigDef.Validator check(Consumer<String> check, String form) {
        return ConfigDef.LambdaValidator.with(
                (key, value) -> {
                    String text = value instanceof Password password
                            ? password.value()
                            : value instanceof List<?> list ? joined(list) : String.valueOf(value);
                    try {
                        check.accept(text);
                    } catch (IllegalArgumentException e) {
                        throw new ConfigException(key + ": " + e.getMessage());
                    }
                },
                () -> form);
    }

    private static String joined(List<?> list) {
        return String.join(",", list.stream().map(String::valueOf).toList());
    }

    private static ConfigDef.Validator patterns(String regex, String form) {
        return check(
                text -> {
                    for (String pattern : text.split(",", -1)) {
                        if (!pattern.matches(regex)) {
                            throw new IllegalArgumentException("'" + pattern + "' is no pattern of " + form);
                        }
                    }
                },
                form);
    }

    private static ConfigDef.Validator template(Template.Escape escape) {
        return check(text -> checkUnlessEmpty(text, given -> Template.of(given, escape)), "a Mustache template");
    }

    private static void checkUnlessEmpty(String text, Consumer<String> check) {
        if (!text.isEmpty()) {
            check.accept(text);
        }
    }

    /** Messages do not have the URL, which may be secret: that of a webhook of Slack is. */
    private static void checkUrl(String text) {
        URI url;
        try {
            url = new URI(text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("it is no URL; one is https://host/path", e);
        }
        String scheme = text(url.getScheme()).toLowerCase(Locale.ROOT);
        if (!List.of("http", "https").contains(scheme) || text(url.getHost()).isEmpty()) {
            throw new IllegalArgumentException("it must be http:// or https://, and a host");
        }
        if (url.getRawUserInfo() != null) {
            throw new IllegalArgumentException("a user and password do not belong into a URL; give " + AUTHORIZATION);
        }
        if (url.getRawFragment() != null) {
            throw new IllegalArgumentException("what follows # is not sent; leave it out");
        }
    }

    private static void checkLink(String text) {
        checkUnlessEmpty(text, AlertSinkConfig::checkUrl);
    }

    private static void checkHeader(String text) {
        if (!text.matches("[\\x20-\\x7e]*")) {
            throw new IllegalArgumentException("a header has visible characters of ASCII alone");
        }
    }

    private static void checkCertificates(String text) {
        checkUnlessEmpty(text, file -> TlsTrust.of(Path.of(file)));
    }

    private static void checkSecret(String text) {
        WebhookSignature.of(List.of(text));
    }

    private static void checkHost(String text) {
        if (!text.matches("[A-Za-z0-9._:-]+")) {
            throw new IllegalArgumentException("it is no host's name; the port is " + SMTP_PORT);
        }
    }

    private static InternetAddress address(String text) {
        try {
            InternetAddress[] addresses = InternetAddress.parse(text, true);
            if (addresses.length != 1) {
                throw new IllegalArgumentException("there must be one address");
            }
            addresses[0].validate();
            if (!addresses[0].getAddress().contains("@")) {
                throw new IllegalArgumentException("'" + text + "' has no host; an address is name@host");
            }
            return addresses[0];
        } catch (AddressException e) {
            throw new IllegalArgumentException("'" + text + "' is no address: " + e.getMessage(), e);
        }
    }

    private static List<InternetAddress> addresses(String text) {
        List<InternetAddress> addresses = new ArrayList<>();
        Arrays.stream(text.split(",", -1)).forEach(one -> addresses.add(address(one.strip())));
        if (addresses.size() > RECIPIENTS_MAX) {
            throw new IllegalArgumentException("there are " + addresses.size() + "; " + RECIPIENTS_MAX
                    + " are the most: use a list of the mail server");
        }
        return addresses;
    }

    private static Map<String, String> labels(String text) {
        Map<String, String> labels = new TreeMap<>();
        if (text.isEmpty()) {
            return labels;
        }
        for (String setting : text.split(",", -1)) {
            Matcher parts = SETTING.matcher(setting.strip());
            if (!parts.matches()) {
                throw new IllegalArgumentException("'" + setting
                        + "' is no name=value; a name has letters, digits and _, and begins with no digit");
            }
            if (List.of("alertname", "alert_id", "severity").contains(parts.group(1))) {
                throw new IllegalArgumentException("'" + parts.group(1) + "' is a label that alerts have themselves");
            }
            labels.put(parts.group(1), parts.group(2));
        }
        return labels;
    }
}
