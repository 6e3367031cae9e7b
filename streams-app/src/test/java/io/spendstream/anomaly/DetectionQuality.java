package io.spendstream.anomaly;

import io.spendstream.anomaly.LabelledSet.Kind;
import io.spendstream.anomaly.LabelledSet.Label;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Runs the detectors over a labelled set and counts.
 *
 * <p>An <em>alert</em> of one detector on one scope opens when it fires and ends when it is clear; one that fires again
 * within six hours is the same. Alerts of one tenant that open while another is open, or within two hours of its end,
 * are one <em>incident</em>. An alert is right if it opens from a label's beginning to the end of the UTC day on which it
 * ends (daily detectors need the day's sum), at least two hours. An incident is right if one of its alerts is. A label is
 * found if an alert of its tenant is right by it, and found by a detector if an alert of this detector is.
 *
 * <p>Precision: right incidents of all; recall: found labels of all. For one detector the same with its alerts alone and
 * with the labels that it is meant to see.
 */
final class DetectionQuality {

    private static final long SAME_ALERT = 6 * 4;
    private static final long SAME_INCIDENT = 2 * 4;
    private static final long TOLERANCE = 2 * 4;

    record Alert(String tenant, Scope scope, Detector detector, long opened, long ended, String text) {}

    record Score(int right, int wrong, int found, int missed) {

        double precision() {
            return right + wrong == 0 ? 1 : (double) right / (right + wrong);
        }

        double recall() {
            return found + missed == 0 ? 1 : (double) found / (found + missed);
        }

        Score plus(Score other) {
            return new Score(right + other.right, wrong + other.wrong, found + other.found, missed + other.missed);
        }
    }

    private final Map<Detector, Score> byDetector = new EnumMap<>(Detector.class);
    private final Map<String, Score> byFamily = new TreeMap<>();
    private final Map<Kind, Score> byKind = new EnumMap<>(Kind.class);
    private final List<Integer> quartersToSpike = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();
    private final List<Alert> longest = new ArrayList<>();
    private Score overall = new Score(0, 0, 0, 0);
    private long judged;
    private long nanos;

    static DetectionQuality of(long seed) {
        DetectionQuality quality = new DetectionQuality();
        for (LabelledSet.Tenant tenant : new LabelledSet(seed).tenants()) {
            quality.score(tenant, quality.alerts(tenant));
        }
        return quality;
    }

    Score overall() {
        return overall;
    }

    Map<Detector, Score> byDetector() {
        return byDetector;
    }

    /** Quarter-hours from the beginning of each spike of 3 × until its alert, most at the end. */
    List<Integer> quartersToSpike() {
        return quartersToSpike.stream().sorted().toList();
    }

    List<String> faults() {
        return faults;
    }

    List<Alert> longest() {
        return longest;
    }

    private List<Alert> alerts(LabelledSet.Tenant tenant) {
        Scopes scopes = new Scopes();
        DetectorSettings settings = DetectorSettings.defaults();
        Map<String, Alert> open = new HashMap<>();
        Map<String, Alert> ended = new HashMap<>();
        List<Alert> all = new ArrayList<>();
        for (int q = 0; q < LabelledSet.DAYS * LabelledSet.QUARTERS_OF_DAY; q++) {
            long now = LabelledSet.FIRST + q;
            for (LabelledSet.Quarter quarter : tenant.at(q)) {
                long[] figures = Figure.of(quarter.sums());
                if (quarter.late() != null) {
                    long[] late = Figure.late(quarter.late());
                    for (int i = 0; i < late.length; i++) {
                        figures[i] += late[i];
                    }
                }
                if (!isZero(figures)) {
                    scopes.add(tenant.name, quarter.feature(), quarter.team(), quarter.model(), now, figures);
                }
            }
            scopes.users(tenant.name, now, tenant.topUsers());
            long before = System.nanoTime();
            List<Scopes.Judged> verdicts = scopes.judge(now, settings);
            nanos += System.nanoTime() - before;
            judged += verdicts.size();
            for (Scopes.Judged scope : verdicts) {
                for (Verdict verdict : scope.verdicts()) {
                    follow(tenant.name, scope.scope(), verdict, now, open, ended, all);
                }
            }
        }
        open.forEach((key, alert) -> all.add(end(alert, Long.MAX_VALUE)));
        ended.forEach((key, alert) -> all.add(alert));
        all.sort((a, b) -> Long.compare(a.opened(), b.opened()));
        return all;
    }

    private static void follow(
            String tenant,
            Scope scope,
            Verdict verdict,
            long now,
            Map<String, Alert> open,
            Map<String, Alert> ended,
            List<Alert> all) {
        String key = scope + verdict.detector().label();
        Alert current = open.get(key);
        if (verdict.level() == Verdict.Level.FIRING && current == null) {
            Alert last = ended.remove(key);
            if (last != null && now - last.ended() <= SAME_ALERT) {
                open.put(key, last);
            } else {
                if (last != null) {
                    all.add(last);
                }
                open.put(key, new Alert(tenant, scope, verdict.detector(), now, 0, verdict.toString()));
            }
        } else if (verdict.level() == Verdict.Level.CLEAR && current != null) {
            open.remove(key);
            ended.put(key, end(current, now));
        }
    }

    private static Alert end(Alert alert, long now) {
        return new Alert(alert.tenant(), alert.scope(), alert.detector(), alert.opened(), now, alert.text());
    }

    private static boolean isZero(long[] figures) {
        for (long figure : figures) {
            if (figure != 0) {
                return false;
            }
        }
        return true;
    }

    private void score(LabelledSet.Tenant tenant, List<Alert> alerts) {
        Score score = score(tenant.labels, alerts, "overall");
        overall = overall.plus(score);
        byFamily.merge(tenant.family.name(), score, Score::plus);
        for (Detector detector : Detector.values()) {
            List<Alert> own =
                    alerts.stream().filter(a -> a.detector() == detector).toList();
            Score all = score(tenant.labels, own, null);
            List<Label> meant = tenant.labels.stream()
                    .filter(label -> label.kind().seenBy().contains(detector))
                    .toList();
            Score seen = score(meant, own, null);
            byDetector.merge(detector, new Score(all.right(), all.wrong(), seen.found(), seen.missed()), Score::plus);
        }
        for (Label label : tenant.labels) {
            Score one = score(List.of(label), alerts, null);
            byKind.merge(label.kind(), new Score(0, 0, one.found(), one.missed()), Score::plus);
            if (label.kind() == Kind.SPIKE_3X) {
                alerts.stream()
                        .filter(alert -> isRight(alert, label))
                        .mapToInt(alert -> (int) (alert.opened() + 1 - label.from()))
                        .min()
                        .ifPresent(quartersToSpike::add);
            }
        }
        alerts.stream()
                .filter(alert -> alert.detector() != Detector.SILENCE && alert.ended() - alert.opened() > 96 * 5)
                .forEach(longest::add);
    }

    private Score score(List<Label> labels, List<Alert> alerts, String note) {
        int right = 0;
        int wrong = 0;
        long until = Long.MIN_VALUE;
        boolean anyRight = false;
        Alert first = null;
        for (Alert alert : alerts) {
            if (first == null || alert.opened() > until) {
                if (first != null) {
                    right += anyRight ? 1 : 0;
                    wrong += anyRight ? 0 : 1;
                    note(note, anyRight, "wrong: ", first);
                }
                first = alert;
                anyRight = false;
                until = Long.MIN_VALUE;
            }
            anyRight |= labels.stream().anyMatch(label -> isRight(alert, label));
            until = Math.max(until, alert.ended() == Long.MAX_VALUE ? alert.ended() : alert.ended() + SAME_INCIDENT);
        }
        if (first != null) {
            right += anyRight ? 1 : 0;
            wrong += anyRight ? 0 : 1;
            note(note, anyRight, "wrong: ", first);
        }
        int found = 0;
        for (Label label : labels) {
            boolean isFound = alerts.stream().anyMatch(alert -> isRight(alert, label));
            found += isFound ? 1 : 0;
            note(note, isFound, "missed: ", label);
        }
        return new Score(right, wrong, found, labels.size() - found);
    }

    private void note(String note, boolean good, String what, Object of) {
        if (note != null && !good) {
            faults.add(what + of);
        }
    }

    private static boolean isRight(Alert alert, Label label) {
        long dayEnd = (label.to() + 95) / 96 * 96;
        return alert.opened() >= label.from() && alert.opened() <= Math.max(dayEnd, label.to() + TOLERANCE);
    }

    /** Precision and recall of each detector, each family and overall. */
    String table() {
        StringBuilder text = new StringBuilder();
        text.append(line("", "right", "wrong", "found", "missed", "precision", "recall"));
        byDetector.forEach((detector, score) -> text.append(line(detector.label(), score)));
        byFamily.forEach((family, score) -> text.append(line("family " + family, score)));
        byKind.forEach((kind, score) -> text.append(line("kind " + kind, score)));
        text.append(line("overall", overall));
        text.append(String.format(
                Locale.ROOT,
                "spikes of 3x: quarter-hours until the alert %s; %.2f us a scope and close%n",
                quartersToSpike(),
                nanos / 1e3 / judged));
        return text.toString();
    }

    private static String line(String name, Score score) {
        return line(
                name,
                score.right(),
                score.wrong(),
                score.found(),
                score.missed(),
                String.format(Locale.ROOT, "%.2f", score.precision()),
                String.format(Locale.ROOT, "%.2f", score.recall()));
    }

    private static String line(String name, Object... columns) {
        StringBuilder text = new StringBuilder(String.format("%-24s", name));
        for (Object column : columns) {
            text.append(String.format("%10s", column));
        }
        return text.append(System.lineSeparator()).toString();
    }
}
