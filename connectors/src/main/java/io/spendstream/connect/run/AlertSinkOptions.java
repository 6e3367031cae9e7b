package io.spendstream.connect.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** Where {@code connect} tells of alerts besides. What is secret comes from the environment. */
final class AlertSinkOptions {

    static final String WEBHOOK_URL = "SPENDSTREAM_WEBHOOK_URL";
    static final String WEBHOOK_SECRET = "SPENDSTREAM_WEBHOOK_SECRET";
    static final String SLACK_URL = "SPENDSTREAM_SLACK_URL";
    static final String ALERTMANAGER_URL = "SPENDSTREAM_ALERTMANAGER_URL";
    private static final String SMTP = "SPENDSTREAM_SMTP_";
    private static final String MAIL = "SPENDSTREAM_MAIL_";

    /** In place of an address: it is in the environment already. */
    private static final String FROM_ENVIRONMENT = "-";

    private static final Pattern HOST_AND_PORT = Pattern.compile("(.+):([0-9]{1,5})");

    @Option(
            names = "--webhook-url",
            paramLabel = "URL",
            description = "Posts alerts there as JSON, signed with the secret in the environment variable "
                    + WEBHOOK_SECRET + ". - takes the address from " + WEBHOOK_URL + ".")
    private String webhookUrl;

    @Option(
            names = "--slack-url",
            paramLabel = "URL",
            description = "Sends alerts to this incoming webhook of Slack. The address is a secret: - takes it from "
                    + SLACK_URL + ".")
    private String slackUrl;

    @Option(
            names = "--alertmanager-url",
            paramLabel = "URL",
            description = "Sends alerts to this Prometheus Alertmanager, such as http://localhost:9093. - takes the"
                    + " address from " + ALERTMANAGER_URL + ".")
    private String alertmanagerUrl;

    @Option(
            names = "--smtp",
            paramLabel = "HOST:PORT",
            description = "Sends alerts as mails by this server; user and password are in " + SMTP + "USER and " + SMTP
                    + "PASSWORD. Needs --mail-to.")
    private String smtp;

    @Option(
            names = "--smtp-security",
            defaultValue = "starttls",
            paramLabel = "HOW",
            description = "starttls, tls or none. Default: ${DEFAULT-VALUE}")
    private String smtpSecurity;

    @Option(
            names = "--mail-to",
            split = ",",
            paramLabel = "ADDRESS",
            description = "Whom mails are to; several are separated by commas.")
    private List<String> mailTo = List.of();

    @Option(
            names = "--mail-from",
            defaultValue = "spendstream@localhost",
            paramLabel = "ADDRESS",
            description = "Whom mails are from. Default: ${DEFAULT-VALUE}")
    private String mailFrom;

    @Option(
            names = "--link",
            defaultValue = "",
            paramLabel = "URL",
            description = "Where people reach the application: messages link to it, such as http://localhost:8080.")
    private String link;

    /**
     * The shipped configurations of what is asked for.
     *
     * @throws IllegalArgumentException where options contradict each other or something is missing; says what
     */
    List<ConnectorFile> connectors(Path home) throws IOException {
        Map<String, Map<String, String>> asked = new TreeMap<>();
        if (webhookUrl != null) {
            require(WEBHOOK_SECRET, "--webhook-url");
            asked.put("webhook", Map.of());
        }
        if (slackUrl != null) {
            asked.put("slack", Map.of());
        }
        if (alertmanagerUrl != null) {
            asked.put("alertmanager", Map.of());
        }
        if (smtp != null) {
            if (mailTo.isEmpty()) {
                throw new IllegalArgumentException("--smtp needs --mail-to");
            }
            hostAndPort();
            asked.put("email", Map.of("smtp.security", smtpSecurity));
        } else if (!mailTo.isEmpty()) {
            throw new IllegalArgumentException("--mail-to needs --smtp");
        }
        List<ConnectorFile> connectors = new ArrayList<>();
        for (Map.Entry<String, Map<String, String>> sink : asked.entrySet()) {
            connectors.add(ConnectorFile.of(home.resolve("config/" + sink.getKey() + ".properties"))
                    .with(sink.getValue())
                    .with(Map.of("alert.link", link)));
        }
        return connectors;
    }

    /** What the configurations name as {@code ${env:...}}, as far as it is not in this process's environment. */
    Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>();
        put(environment, WEBHOOK_URL, webhookUrl);
        put(environment, SLACK_URL, slackUrl);
        put(environment, ALERTMANAGER_URL, alertmanagerUrl);
        if (smtp != null) {
            Matcher server = hostAndPort();
            environment.put(SMTP + "HOST", server.group(1));
            environment.put(SMTP + "PORT", server.group(2));
            environment.put(SMTP + "USER", System.getenv().getOrDefault(SMTP + "USER", ""));
            environment.put(SMTP + "PASSWORD", System.getenv().getOrDefault(SMTP + "PASSWORD", ""));
            environment.put(MAIL + "FROM", mailFrom);
            environment.put(MAIL + "TO", String.join(",", mailTo));
        }
        return environment;
    }

    private static void put(Map<String, String> environment, String name, String url) {
        if (url != null && !url.equals(FROM_ENVIRONMENT)) {
            environment.put(name, url);
        }
    }

    private static void require(String variable, String option) {
        if (System.getenv().getOrDefault(variable, "").isEmpty()) {
            throw new IllegalArgumentException(option + " needs a secret in the environment variable " + variable
                    + "; make one: export " + variable + "=\"whsec_$(openssl rand -base64 32)\"");
        }
    }

    private Matcher hostAndPort() {
        Matcher server = HOST_AND_PORT.matcher(smtp);
        if (!server.matches()) {
            throw new IllegalArgumentException("--smtp takes HOST:PORT, such as mail.example.com:587, not " + smtp);
        }
        return server;
    }
}
