package io.spendstream.connect.notify;

import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What values of the sinks' keys must be; an {@link IllegalArgumentException} says what is wrong. */
final class SinkValues {

    private static final int RECIPIENTS_MAX = 50;
    private static final Pattern SETTING = Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=(.+)");

    private SinkValues() {}

    /** @return a check of patterns with commas between them */
    static Consumer<String> patterns(String regex, String form) {
        return text -> {
            for (String pattern : text.split(",", -1)) {
                if (!pattern.matches(regex)) {
                    throw new IllegalArgumentException("'" + pattern + "' is no pattern of " + form);
                }
            }
        };
    }

    /** Without blanks about it; empty where there is none. */
    static String text(String value) {
        return value == null ? "" : value.strip();
    }

    static void checkUnlessEmpty(String text, Consumer<String> check) {
        if (!text.isEmpty()) {
            check.accept(text);
        }
    }

    /** Messages do not have the URL, which may be secret: that of a webhook of Slack is. */
    static void checkUrl(String text) {
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
            throw new IllegalArgumentException(
                    "a user and password do not belong into a URL; give " + SinkKeys.AUTHORIZATION);
        }
        if (url.getRawFragment() != null) {
            throw new IllegalArgumentException("what follows # is not sent; leave it out");
        }
    }

    static void checkLink(String text) {
        checkUnlessEmpty(text, SinkValues::checkUrl);
    }

    static void checkHeader(String text) {
        if (!text.matches("[\\x20-\\x7e]*")) {
            throw new IllegalArgumentException("a header has visible characters of ASCII alone");
        }
    }

    static void checkCertificates(String text) {
        checkUnlessEmpty(text, file -> TlsTrust.of(Path.of(file)));
    }

    static void checkSecret(String text) {
        WebhookSignature.of(List.of(text));
    }

    static void checkHost(String text) {
        if (!text.matches("[A-Za-z0-9._:-]+")) {
            throw new IllegalArgumentException("it is no host's name; the port is " + SinkKeys.SMTP_PORT);
        }
    }

    static InternetAddress address(String text) {
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

    static List<InternetAddress> addresses(String text) {
        List<InternetAddress> addresses = new ArrayList<>();
        Arrays.stream(text.split(",", -1)).forEach(one -> addresses.add(address(one.strip())));
        if (addresses.size() > RECIPIENTS_MAX) {
            throw new IllegalArgumentException("there are " + addresses.size() + "; " + RECIPIENTS_MAX
                    + " are the most: use a list of the mail server");
        }
        return addresses;
    }

    static Map<String, String> labels(String text) {
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
