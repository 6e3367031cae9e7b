package io.spendstream.detect;

import io.spendstream.anomaly.Detector;
import io.spendstream.anomaly.Figure;
import io.spendstream.detect.LabelledSet.Kind;
import io.spendstream.detect.LabelledSet.Label;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Runs the stage that judges over a labelled set and counts what people would be told.
 *
 * <p>A <em>notification</em> is an alert that notifies, counted once, when it first does: with the stage's hysteresis,
 * cooldown and grouping, so that what is told as a part of another alert is none. It is right if it comes from a label's
 * beginning to the end of the UTC day on which this ends (daily detectors need the day's sum), at least two hours. A
 * label is found if a notification of its tenant is right by it.
 *
 * <p>Precision: {@code causes / (causes + wrong)}, where causes are the labels that right notifications are of, so that an
 * anomaly that rings often (a new level rings each day) counts once, and each wrong notification counts. Recall: found
 * labels of all. For one detector the same with all of its alerts, also those that are told as a part; its recall is of
 * the labels that it is meant to see.
 */
final class DetectionQuality {

    private static final long TOLERANCE = 2 * 4;
    private static final long LONG = 96 * 5;
    private static final int QUARTERS_OF_BLOCK = 4;
    private static final int QUARTERS_OF_HOUR = 4;

    /**
     * @param notified the quarter-hour at whose close people were told; {@link Long#MAX_VALUE} where they were not
     * @param ended {@link Long#MAX_VALUE} where it is open still
     */
    record Told(Detector detector, String scope, long opened, long notified, long ended, String summary) {

        boolean isNotified() {
            return notified != Long.MAX_VALUE;
        }
    }

    record Score(int right, int causes, int wrong, int found, int missed) {

        static final Score NONE = new Score(0, 0, 0, 0, 0);

        double precision() {
            return causes + wrong == 0 ? 1 : (double) causes / (causes + wrong);
        }

        double recall() {
            return found + missed == 0 ? 1 : (double) found / (found + missed);
        }

        Score plus(Score other) {
            return new Score(
                    right + other.right,
                    causes + other.causes,
                    wrong + other.wrong,
                    found + other.found,
                    missed + other.missed);
        }
    }

    private final Map<Detector, Score> byDetector = new EnumMap<>(Detector.class);
    private final Map<String, Score> byFamily = new TreeMap<>();
    private final Map<Kind, Score> byKind = new EnumMap<>(Kind.class);
    private final List<Integer> quartersToSpike = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();
    private final List<String> longest = new ArrayList<>();
    private final long end;
    private Score overall = Score.NONE;

    /** @param end the quarter-hour after the last one */
    private DetectionQuality(long end) {
        this.end = end;
    }

    /** Of all tenants of these sets together. */
    static DetectionQuality of(long... seeds) {
        return of(LabelledSet.DAYS, tenant -> true, seeds);
    }

    /** Of the first days of some tenants of these sets. Each tenant is on its own: as many at a time as there are cores. */
    static DetectionQuality of(int days, Predicate<LabelledSet.Tenant> which, long... seeds) {
        List<LabelledSet.Tenant> tenants = Arrays.stream(seeds)
                .boxed()
                .flatMap(seed -> new LabelledSet(seed).tenants().stream())
                .filter(which)
                .toList();
        List<List<Told>> told =
                tenants.parallelStream().map(tenant -> alerts(tenant, days)).toList();
        DetectionQuality quality = new DetectionQuality(LabelledSet.FIRST + (long) days * LabelledSet.QUARTERS_OF_DAY);
        for (int i = 0; i < tenants.size(); i++) {
            quality.score(tenants.get(i), told.get(i));
        }
        return quality;
    }

    Score overall() {
        return overall;
    }

    /** Quarter-hours from the beginning of each spike of 3 × until its notification, most at the end; of those found. */
    List<Integer> quartersToSpike() {
        return quartersToSpike.stream().sorted().toList();
    }

    /** Spikes of 3 × that were found within an hour, of all of them. */
    double spikesWithinAnHour() {
        Score spikes = byKind.getOrDefault(Kind.SPIKE_3X, Score.NONE);
        int all = spikes.found() + spikes.missed();
        return all == 0
                ? 1
                : (double) quartersToSpike.stream()
                                .filter(q -> q <= QUARTERS_OF_HOUR)
                                .count()
                        / all;
    }

    /** Each wrong notification, each missed label, and each spike of 3 × that was told after an hour. */
    List<String> faults() {
        return faults;
    }

    /** Alerts, other than those of silence, that were open for more than five days. */
    List<String> longest() {
        return longest;
    }

    private static List<Told> alerts(LabelledSet.Tenant tenant, int days) {
        StageRun run = new StageRun();
        Map<String, Told> byId = new LinkedHashMap<>();
        for (int q = 0; q < days * LabelledSet.QUARTERS_OF_DAY; q++) {
            long now = LabelledSet.FIRST + q;
            for (LabelledSet.Quarter quarter : tenant.at(q)) {
                Combination of = new Combination(tenant.name, quarter.feature(), quarter.team(), quarter.model());
                amounts(run, now, now, of, quarter.sums());
                for (int i = 0; i < quarter.requests().costs().length; i++) {
                    run.request(
                            now,
                            of,
                            quarter.requests().costs()[i],
                            quarter.requests().tokens()[i]);
                }
                if (quarter.late() != null) {
                    amounts(run, now, now - LabelledSet.LATE_QUARTERS, of, quarter.late());
                }
            }
            if ((q + 1) % QUARTERS_OF_BLOCK == 0) {
                run.users(tenant.name, Math.floorDiv(now, (long) LabelledSet.QUARTERS_OF_DAY), tenant.users());
                run.close(now + 1).forEach(alert -> follow(byId, alert));
            }
        }
        return List.copyOf(byId.values());
    }

    private static void amounts(StageRun run, long cameIn, long quarterHour, Combination of, long[] sums) {
        long[] figures = Figure.of(sums);
        if (Arrays.stream(figures).anyMatch(figure -> figure != 0)) {
            run.amounts(cameIn, quarterHour, of, figures);
        }
    }

    private static void follow(Map<String, Told> byId, Alert alert) {
        long at = alert.getChangedAt().toEpochMilli() / 900_000 - 1;
        Told before = byId.get(alert.getId());
        if (before == null) {
            Map<String, String> scope = new TreeMap<>(alert.getScope());
            before = new Told(
                    Detector.named(alert.getKind()).orElseThrow(),
                    scope.toString(),
                    at,
                    Long.MAX_VALUE,
                    Long.MAX_VALUE,
                    alert.getSummary());
        }
        boolean over = alert.getState() == AlertState.RESOLVED;
        byId.put(
                alert.getId(),
                new Told(
                        before.detector(),
                        before.scope(),
                        before.opened(),
                        alert.getNotify() && !over ? Math.min(before.notified(), at) : before.notified(),
                        over ? at : Long.MAX_VALUE,
                        before.summary()));
    }

    private void score(LabelledSet.Tenant tenant, List<Told> alerts) {
        List<Label> labels =
                tenant.labels.stream().filter(label -> label.to() <= end).toList();
        List<Told> notified = alerts.stream().filter(Told::isNotified).toList();
        Score score = score(labels, labels, notified);
        overall = overall.plus(score);
        byFamily.merge(tenant.family.name(), score, Score::plus);
        for (Told told : notified) {
            if (labels.stream().noneMatch(label -> isRight(told.notified(), label))) {
                faults.add("wrong: " + tenant.name + ", day "
                        + (told.notified() - LabelledSet.FIRST) / (double) LabelledSet.QUARTERS_OF_DAY + ", " + told);
            }
        }
        for (Detector detector : Detector.values()) {
            List<Told> own =
                    alerts.stream().filter(told -> told.detector() == detector).toList();
            List<Label> meant = labels.stream()
                    .filter(label -> label.kind().seenBy().contains(detector))
                    .toList();
            byDetector.merge(detector, score(labels, meant, own), Score::plus);
        }
        for (Label label : labels) {
            Score one = score(List.of(), List.of(label), notified);
            byKind.merge(label.kind(), new Score(0, 0, 0, one.found(), one.missed()), Score::plus);
            if (one.missed() > 0) {
                faults.add("missed: " + label + ", day "
                        + (label.from() - LabelledSet.FIRST) / (double) LabelledSet.QUARTERS_OF_DAY);
            }
            if (label.kind() == Kind.SPIKE_3X) {
                notified.stream()
                        .filter(told -> isRight(told.notified(), label))
                        .mapToInt(told -> (int) (told.notified() + 1 - label.from()))
                        .min()
                        .ifPresent(quarters -> toldAfter(label, quarters));
            }
        }
        alerts.stream()
                .filter(told ->
                        told.detector() != Detector.SILENCE && Math.min(end, told.ended()) - told.opened() > LONG)
                .forEach(told -> longest.add(tenant.name + ": " + told));
    }

    private void toldAfter(Label spike, int quarters) {
        quartersToSpike.add(quarters);
        if (quarters > QUARTERS_OF_HOUR) {
            faults.add("late: " + spike + ", after " + quarters + " quarter-hours");
        }
    }

    private static Score score(List<Label> labels, List<Label> meant, List<Told> alerts) {
        int right = (int) alerts.stream()
                .filter(told -> labels.stream().anyMatch(label -> isRight(time(told), label)))
                .count();
        int causes = found(labels, alerts);
        int found = found(meant, alerts);
        return new Score(right, causes, alerts.size() - right, found, meant.size() - found);
    }

    private static int found(List<Label> labels, List<Told> alerts) {
        return (int) labels.stream()
                .filter(label -> alerts.stream().anyMatch(told -> isRight(time(told), label)))
                .count();
    }

    private static long time(Told told) {
        return told.isNotified() ? told.notified() : told.opened();
    }

    private static boolean isRight(long at, Label label) {
        long day = LabelledSet.QUARTERS_OF_DAY;
        long dayEnd = (label.to() + day - 1) / day * day;
        return at >= label.from() && at <= Math.max(dayEnd, label.to() + TOLERANCE);
    }

    /** Precision and recall of each detector, each family and overall. */
    String table() {
        StringBuilder text = new StringBuilder();
        text.append(line("", "right", "causes", "wrong", "found", "missed", "precision", "recall"));
        byDetector.forEach((detector, score) -> text.append(line(detector.label(), score)));
        byFamily.forEach((family, score) -> text.append(line("family " + family, score)));
        byKind.forEach((kind, score) -> text.append(line("kind " + kind, score)));
        text.append(line("overall", overall));
        text.append("spikes of 3x: quarter-hours until people are told ")
                .append(quartersToSpike())
                .append(System.lineSeparator());
        return text.toString();
    }

    private static String line(String name, Score score) {
        return line(
                name,
                score.right(),
                score.causes(),
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

    /** Prints the table of the sets of these seeds together, and what was wrong with {@code -Danomaly.faults=true}. */
    public static void main(String[] seeds) {
        DetectionQuality quality =
                of(Arrays.stream(seeds).mapToLong(Long::parseLong).toArray());
        System.out.println(quality.table());
        if (Boolean.getBoolean("anomaly.faults")) {
            quality.faults().forEach(System.out::println);
            quality.longest().forEach(told -> System.out.println("long: " + told));
        }
    }
}
