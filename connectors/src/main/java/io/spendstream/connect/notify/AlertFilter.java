package io.spendstream.connect.notify;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which alerts a sink is for.
 *
 * @param kinds patterns in which {@code *} is any text; one of them must match
 * @param tenants likewise; an alert of several tenants has none, and matches {@code *} alone
 * @param least the least urgent severity
 * @param resolved whether it is told too when an alert is resolved
 */
record AlertFilter(List<Pattern> kinds, List<Pattern> tenants, AlertRecord.Severity least, boolean resolved) {

    static AlertFilter of(List<String> kinds, List<String> tenants, AlertRecord.Severity least, boolean resolved) {
        return new AlertFilter(patterns(kinds), patterns(tenants), least, resolved);
    }

    private static List<Pattern> patterns(List<String> texts) {
        return texts.stream().map(AlertFilter::pattern).toList();
    }

    private static Pattern pattern(String text) {
        String regex =
                List.of(text.split("\\*", -1)).stream().map(Pattern::quote).collect(Collectors.joining(".*"));
        return Pattern.compile(regex, Pattern.DOTALL);
    }

    /** Whether this sink is to tell of the alert; whether of this change of it, the change says. */
    boolean matches(AlertRecord alert) {
        return (resolved || alert.state() != AlertRecord.State.RESOLVED)
                && alert.severity().compareTo(least) >= 0
                && any(kinds, alert.kind())
                && any(tenants, alert.tenant() == null ? "" : alert.tenant());
    }

    private static boolean any(List<Pattern> patterns, String text) {
        return patterns.stream().anyMatch(pattern -> pattern.matcher(text).matches());
    }
}
