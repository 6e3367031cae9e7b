package io.spendstream.connect.notify;

import static io.spendstream.connect.notify.SinkKey.flag;
import static io.spendstream.connect.notify.SinkKey.list;
import static io.spendstream.connect.notify.SinkKey.millis;
import static io.spendstream.connect.notify.SinkKey.number;
import static io.spendstream.connect.notify.SinkKey.oneOf;
import static io.spendstream.connect.notify.SinkKey.patterns;
import static io.spendstream.connect.notify.SinkKey.secret;
import static io.spendstream.connect.notify.SinkKey.template;
import static io.spendstream.connect.notify.SinkKey.text;
import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;

import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigDef;

/** Every key of the sinks of alerts, and which sink has which. */
final class SinkKeys {

    static final String TLS = "tls";
    static final String STARTTLS = "starttls";
    static final String NO_TLS = "none";

    private static final int HOUR_MS = 3_600_000;
    private static final long DAY_MS = 24L * HOUR_MS;
    /** Well below the interval after which a consumer that does not poll is left out (five minutes by default). */
    private static final int TIMEOUT_MAX_MS = 60_000;

    private static final String CERTIFICATES =
            "Certificates in PEM that TLS trusts, and no others; empty: those of the JVM.";

    static final SinkKey KINDS = patterns(
                    "alert.kinds",
                    "[a-z0-9_*]+",
                    "kinds of alerts, such as budget_*",
                    "Kinds of alerts that are told, with * for any text.")
            .of(MEDIUM);
    static final SinkKey TENANTS = patterns(
                    "alert.tenants",
                    ".+",
                    "tenants, such as team-*",
                    "Tenants whose alerts are told, with * for any text.")
            .of(MEDIUM);
    static final SinkKey SEVERITY_MIN = oneOf(
                    "alert.severity.min",
                    List.of("info", "warning", "critical"),
                    "The least urgent severity that is told: info, warning or critical.")
            .of(MEDIUM);
    static final SinkKey RESOLVED = flag("alert.resolved", true, "Whether it is told when an alert is resolved.")
            .of(MEDIUM);
    static final SinkKey MAX_AGE_MS =
            millis("alert.max.age.ms", DAY_MS, 60_000, 90 * DAY_MS, "What is older when it is read is not told.");
    static final SinkKey LINK = text(
            "alert.link",
            SinkValues::checkLink,
            "http(s)://host[:port][/path]",
            "Where people reach the application; messages link to it. Empty: no links.");
    static final SinkKey ATTEMPTS = number("retry.attempts", 20, 1, 1_000, "How often one alert is tried in all.");
    static final SinkKey BACKOFF_MS = number(
            "retry.backoff.ms",
            1_000,
            1,
            HOUR_MS,
            "How long after the first try the second is; doubled from try to try.");
    static final SinkKey BACKOFF_MAX_MS =
            number("retry.backoff.max.ms", 300_000, 1, HOUR_MS, "The longest time between two tries.");

    static final SinkKey URL = secret(
                    "http.url", SinkValues::checkUrl, "http(s)://host[:port][/path]", "Where alerts are posted to.")
            .required();
    static final SinkKey AUTHORIZATION = secret(
            "http.authorization",
            SinkValues::checkHeader,
            "such as: Bearer TOKEN",
            "Value of the header Authorization; empty: none.");
    static final SinkKey TIMEOUT_MS =
            number("http.timeout.ms", 10_000, 1, TIMEOUT_MAX_MS, "How long one request may take, with its answer.");
    static final SinkKey CA_FILE =
            text("http.ca.file", SinkValues::checkCertificates, "a file of the worker", CERTIFICATES);

    static final SinkKey SECRET = secret(
                    "webhook.secret", SinkValues::checkSecret, "whsec_ and Base64", "What messages are signed with.")
            .required();
    static final SinkKey SECRET_PREVIOUS = secret(
            "webhook.secret.previous",
            text -> SinkValues.checkUnlessEmpty(text, SinkValues::checkSecret),
            "whsec_ and Base64",
            "Another secret that they are signed with too, while it is replaced; empty: none.");
    static final SinkKey WEBHOOK_TEMPLATE = template(
            "webhook.template",
            WebhookChannel::jsonTemplate,
            "Template of the body, which must be JSON; empty: the alert as GET /v1/alerts has it.");

    static final SinkKey SLACK_TEMPLATE = template(
            "slack.template",
            Template.Escape.SLACK,
            "Template of the message in Slack's mrkdwn; empty: the one of the release.");

    static final SinkKey LABELS = list(
            "alertmanager.labels",
            SinkValues::labels,
            "name=value, ...",
            "Labels that every alert has besides its own.");
    static final SinkKey REPEAT_MS =
            number("alertmanager.repeat.ms", 60_000, 1_000, HOUR_MS, "How often what is open is said again.");
    static final SinkKey EXPIRE_MS = number(
            "alertmanager.expire.ms",
            HOUR_MS,
            10_000,
            24 * HOUR_MS,
            "After how long the Alertmanager takes for resolved what is not said again.");
    static final SinkKey DESCRIPTION_TEMPLATE = template(
            "alertmanager.description.template",
            Template.Escape.NONE,
            "Template of the annotation description; empty: the one of the release.");

    static final SinkKey SMTP_HOST = text("smtp.host", SinkValues::checkHost, "a host's name", "The mail server.")
            .required();
    static final SinkKey SMTP_PORT =
            number("smtp.port", 587, 1, 65_535, "Its port.").of(HIGH);
    static final SinkKey SMTP_SECURITY = oneOf(
                    "smtp.security",
                    List.of(STARTTLS, TLS, NO_TLS),
                    "starttls (must be offered), tls (from the beginning) or none.")
            .of(HIGH);
    static final SinkKey SMTP_USER =
            text("smtp.user", "Who logs in; empty: nobody.").of(MEDIUM);
    static final SinkKey SMTP_PASSWORD =
            secret("smtp.password", "The user's password.").of(MEDIUM);
    static final SinkKey SMTP_TIMEOUT_MS = number(
            "smtp.timeout.ms",
            10_000,
            1,
            TIMEOUT_MAX_MS,
            "How long connecting, one answer and one write may take each.");
    static final SinkKey SMTP_CA_FILE =
            text("smtp.ca.file", SinkValues::checkCertificates, "a file of the worker", CERTIFICATES);
    static final SinkKey FROM = text("mail.from", SinkValues::address, "name@host", "Whom mails are from.")
            .required();
    static final SinkKey TO = list(
                    "mail.to", SinkValues::addresses, "name@host, ...", "Whom mails are to, separated by commas.")
            .required();
    static final SinkKey SUBJECT_TEMPLATE = template(
            "mail.subject.template", Template.Escape.NONE, "Template of the subject; empty: the one of the release.");
    static final SinkKey TEXT_TEMPLATE = template(
            "mail.text.template", Template.Escape.NONE, "Template of the plain text; empty: the one of the release.");
    static final SinkKey HTML_TEMPLATE = template(
            "mail.html.template", Template.Escape.HTML, "Template of the HTML; empty: the one of the release.");

    private static final List<SinkKey> ALL =
            List.of(KINDS, TENANTS, SEVERITY_MIN, RESOLVED, MAX_AGE_MS, LINK, ATTEMPTS, BACKOFF_MS, BACKOFF_MAX_MS);
    private static final List<SinkKey> HTTP = List.of(URL, AUTHORIZATION, TIMEOUT_MS, CA_FILE);
    private static final List<SinkKey> MAIL = List.of(
            SMTP_HOST,
            SMTP_PORT,
            SMTP_SECURITY,
            SMTP_USER,
            SMTP_PASSWORD,
            SMTP_TIMEOUT_MS,
            SMTP_CA_FILE,
            FROM,
            TO,
            SUBJECT_TEMPLATE,
            TEXT_TEMPLATE,
            HTML_TEMPLATE);

    private SinkKeys() {}

    /** Of a sink that sends over HTTP. */
    static ConfigDef http(SinkKey... own) {
        return definition(HTTP, List.of(own));
    }

    static ConfigDef email() {
        return definition(MAIL, List.of());
    }

    private static ConfigDef definition(List<SinkKey> way, List<SinkKey> own) {
        ConfigDef definition = new ConfigDef();
        Stream.of(ALL, way, own).flatMap(List::stream).forEach(key -> key.addTo(definition));
        return definition;
    }
}
