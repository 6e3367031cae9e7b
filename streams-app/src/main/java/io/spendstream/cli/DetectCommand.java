package io.spendstream.cli;

import io.spendstream.anomaly.DetectorSettings;
import io.spendstream.cli.LabelFile.Window;
import io.spendstream.detect.Hindsight;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertState;
import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code detect}: what the detectors would have told people of a history in CSV, and with labels how right that is. Exit
 * codes: 0 judged, 2 a file or the command line is wrong.
 */
@Command(
        name = "detect",
        description =
                "Says what the detectors would have told of a history of spend: what GET /v1/spend answers as CSV by"
                        + " quarter-hour or hour, or any CSV with the columns time and value. Needs no Kafka.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class DetectCommand implements Callable<Integer> {

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "CSV, each with a history of its own.")
    private List<Path> files;

    @Option(
            names = "--labels",
            paramLabel = "FILE",
            description =
                    "When something was odd, to count what was found: CSV with the columns from and to, or JSON from"
                            + " the names of series to lists of [from, to].")
    private Path labels;

    @Option(
            names = "--usd-per-unit",
            defaultValue = "1",
            paramLabel = "USD",
            description = "What one unit of the column value costs. Detectors have least amounts in USD.")
    private BigDecimal usdPerUnit;

    @Option(
            names = "--learn-days",
            defaultValue = "0",
            paramLabel = "DAYS",
            description = "Days at the beginning of which nothing is told or counted.")
    private int learnDays;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Tunes a detector, as detector.seasonal.least_ratio=2. May be repeated.")
    private Map<String, String> tuning = new HashMap<>();

    @Spec
    private CommandSpec spec;

    /**
     * What is counted.
     *
     * @param found windows in which somebody was told
     * @param wrong notifications outside of all windows
     */
    private record Score(int windows, int found, int told, int wrong) {

        Score plus(Score other) {
            return new Score(windows + other.windows, found + other.found, told + other.told, wrong + other.wrong);
        }

        String text() {
            return String.format(
                    Locale.ROOT,
                    "%d of %d windows found, %d of %d notifications outside of windows: precision %s, recall %s",
                    found,
                    windows,
                    wrong,
                    told,
                    part(found, found + wrong),
                    part(found, windows));
        }

        private static String part(int some, int all) {
            return all == 0 ? "-" : String.format(Locale.ROOT, "%.2f", (double) some / all);
        }
    }

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        try {
            DetectorSettings settings = DetectorSettings.of(tuning);
            Score total = new Score(0, 0, 0, 0);
            for (Path file : files) {
                total = total.plus(judge(file, settings, out));
            }
            if (files.size() > 1) {
                out.println(labels == null ? "all: " + total.told() + " notifications" : "all: " + total.text());
            }
            out.flush();
            return 0;
        } catch (TraceException | IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage());
        }
    }

    private Score judge(Path file, DetectorSettings settings, PrintWriter out) throws TraceException, IOException {
        List<Window> windows = labels == null ? List.of() : LabelFile.read(labels, file);
        List<HistoryFile.Row> rows = new HistoryFile(file, usdPerUnit).read();
        List<Alert> alerts = new ArrayList<>();
        Hindsight hindsight = new Hindsight(settings, alerts::add);
        rows.forEach(
                row -> hindsight.add(row.time(), row.tenant(), row.feature(), row.team(), row.model(), row.sums()));
        hindsight.closeUntil(rows.get(rows.size() - 1).time());
        Instant from = rows.get(0).time().plus(Duration.ofDays(learnDays));
        Set<Window> found = new HashSet<>();
        Set<String> told = new HashSet<>();
        int wrong = 0;
        for (Alert alert : alerts) {
            boolean opens = alert.getState() != AlertState.RESOLVED && alert.getNotify();
            if (!opens || alert.getChangedAt().isBefore(from) || !told.add(alert.getId())) {
                continue;
            }
            List<Window> right =
                    windows.stream().filter(window -> isRight(alert, window)).toList();
            found.addAll(right);
            wrong += right.isEmpty() ? 1 : 0;
            print(out, alert, labels == null ? "" : right.isEmpty() ? "outside " : "inside  ");
        }
        Score score = new Score(windows.size(), found.size(), told.size(), wrong);
        out.println(file + ": " + (labels == null ? told.size() + " notifications" : score.text()));
        return score;
    }

    /** Told after it began, of a time that overlaps it. */
    private static boolean isRight(Alert alert, Window window) {
        return alert.getChangedAt().isAfter(window.from())
                && !alert.getPeriodStart().isAfter(window.to());
    }

    private static void print(PrintWriter out, Alert alert, String verdict) {
        out.println(verdict + alert.getChangedAt() + " "
                + alert.getSeverity().name().toLowerCase(Locale.ROOT) + " " + alert.getKind() + ": "
                + alert.getSummary());
    }
}
