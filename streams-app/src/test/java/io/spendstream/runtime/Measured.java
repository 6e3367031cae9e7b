package io.spendstream.runtime;

import io.spendstream.topic.Topics;
import io.spendstream.usage.Tally;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What a scrape says, taken apart. */
record Measured(String text) {

    private static final Pattern FAMILY = Pattern.compile("# HELP (spendstream_\\S+) (.+)\n# TYPE \\S+ (\\S+)\n");
    private static final Pattern SAMPLE = Pattern.compile("(?m)^(\\w+?)(?:_bucket|_sum|_count)?(?:\\{(.*)})? \\S+$");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"(?:[^\"\\\\]|\\\\.)*\"");

    /** A scrape of these, and of what every instance has. */
    static Measured of(Totals totals, FreshnessProbe probe, Meters... more) {
        try (AppMetrics metrics = new AppMetrics(totals, probe, () -> 0, Topics.withPrefix(""), List.of(more))) {
            return new Measured(metrics.prometheus());
        }
    }

    static Measured of(Meters... more) {
        return of(new Totals(), IdleGroup.probe(), more);
    }

    /** The samples of a metric, as they are printed: labels to value. */
    Map<String, String> samples(String metric) {
        return Pattern.compile("(?m)^" + metric + "(\\{.*})? (\\S+)$")
                .matcher(text)
                .results()
                .collect(Collectors.toMap(
                        sample -> sample.group(1) == null ? "" : sample.group(1), sample -> sample.group(2)));
    }

    /** The application's metrics as rows of a table: name, kind, labels, meaning. */
    String table() {
        Map<String, TreeSet<String>> labels = new TreeMap<>();
        SAMPLE.matcher(text).results().forEach(sample -> {
            TreeSet<String> found = labels.computeIfAbsent(sample.group(1), name -> new TreeSet<>());
            if (sample.group(2) != null) {
                LABEL.matcher(sample.group(2))
                        .results()
                        .map(label -> label.group(1))
                        .forEach(found::add);
            }
            found.remove("le");
        });
        return FAMILY.matcher(text)
                .results()
                .map(family -> row(family, labels.getOrDefault(family.group(1), new TreeSet<>())))
                .collect(Collectors.joining());
    }

    private static String row(MatchResult family, TreeSet<String> labels) {
        return "| `%s` | %s | %s | %s |\n"
                .formatted(
                        family.group(1),
                        family.group(3),
                        labels.stream().map(label -> "`" + label + "`").collect(Collectors.joining(" ")),
                        family.group(2));
    }

    static Totals totals(Tally tally) {
        Totals totals = new Totals();
        totals.add(tally);
        return totals;
    }
}
