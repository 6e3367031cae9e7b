package io.spendstream.cli;

import io.spendstream.focus.FocusColumn;
import io.spendstream.focus.FocusCorrections;
import io.spendstream.focus.FocusCsv;
import io.spendstream.focus.FocusFault;
import io.spendstream.focus.FocusParquet;
import io.spendstream.focus.FocusRow;
import io.spendstream.focus.FocusWriter;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code export}: spend for other tools, in a format of the field. */
@Command(
        name = "export",
        description = "Writes spend for other tools.",
        mixinStandardHelpOptions = true,
        subcommands = ExportCommand.Focus.class)
public final class ExportCommand {

    /** The forms of a dataset. */
    enum Form {
        csv,
        parquet
    }

    /**
     * {@code export focus}: a FOCUS dataset of a running application, asked for day by day. Exit codes: 0 it is whole, 1
     * it could not be had or written and no file is left, 2 the command line is wrong.
     */
    @Command(
            name = "focus",
            description =
                    "Writes spend as rows of a FinOps FOCUS 1.2 dataset: a charge per UTC day, meter and combination"
                            + " of dimensions.",
            mixinStandardHelpOptions = true,
            sortOptions = false)
    static final class Focus implements Callable<Integer> {

        private static final int DAYS_MAX = 1_200;

        /** Which days. */
        static final class Days {
            @Option(names = "--month", paramLabel = "YYYY-MM", description = "A calendar month, in UTC.")
            private YearMonth month;

            @ArgGroup(exclusive = false)
            private Range range;
        }

        /** Days from one to another. */
        static final class Range {
            @Option(names = "--from", required = true, paramLabel = "DAY", description = "First UTC day.")
            private LocalDate from;

            @Option(
                    names = "--to",
                    required = true,
                    paramLabel = "DAY",
                    description = "The UTC day after the last one.")
            private LocalDate to;
        }

        @ArgGroup(multiplicity = "1")
        private Days days;

        @Option(
                names = "--out",
                required = true,
                paramLabel = "FILE",
                description = "Where to write; replaced if there.")
        private Path out;

        @Option(
                names = "--format",
                description = "${COMPLETION-CANDIDATES} (default: parquet where the file is named so, else csv).")
        private Form form;

        @Option(
                names = "--filter",
                paramLabel = "DIMENSION=VALUE",
                description = "Only what has this value; may be given for several dimensions: --filter tenant=acme.")
        private Map<String, String> filters = Map.of();

        @Option(
                names = "--correcting",
                paramLabel = "FILE",
                description = "An earlier export of the same days as CSV: writes only what has changed since, as"
                        + " corrections. Give the first export and every correction that was written since.")
        private List<Path> correcting = List.of();

        @Mixin
        private Addresses addresses;

        @Spec
        private CommandSpec spec;

        private final Clock clock;
        private final RestClient.Pause pause;

        Focus() {
            this(Clock.systemUTC(), RestClient.SLEEP);
        }

        Focus(Clock clock, RestClient.Pause pause) {
            this.clock = clock;
            this.pause = pause;
        }

        @Override
        public Integer call() throws InterruptedException {
            LocalDate from = days.month == null ? days.range.from : days.month.atDay(1);
            LocalDate to = days.month == null
                    ? days.range.to
                    : days.month.plusMonths(1).atDay(1);
            if (!from.isBefore(to) || from.plusDays(DAYS_MAX).isBefore(to)) {
                throw wrong("--from " + from + " --to " + to + " are not 1 to " + DAYS_MAX + " days");
            }
            Path unfinished = out.resolveSibling(out.getFileName() + ".unfinished");
            try {
                Summary summary = new Summary();
                try (FocusWriter writer = writer(unfinished)) {
                    Consumer<FocusRow> rows = row -> {
                        writer.write(row);
                        summary.add(row);
                    };
                    if (correcting.isEmpty()) {
                        current(from, to, rows);
                    } else {
                        corrections(from, to, rows);
                    }
                }
                move(unfinished, out);
                spec.commandLine().getOut().println(summary.of(out));
                return 0;
            } catch (IOException | UncheckedIOException e) {
                return failed(e.getMessage());
            } catch (FocusFault e) {
                return failed("an answer of " + addresses.url() + " " + e.getMessage());
            } finally {
                deleteIfThere(unfinished);
            }
        }

        private void current(LocalDate from, LocalDate to, Consumer<FocusRow> rows)
                throws IOException, FocusFault, InterruptedException {
            RestClient rest = new RestClient(addresses.url(), addresses.apiKey(), pause);
            for (LocalDate day = from; day.isBefore(to); day = day.plusDays(1)) {
                StringBuilder path = new StringBuilder("/v1/export/focus?from=" + day + "&to=" + day.plusDays(1));
                filters.forEach((field, value) -> path.append('&')
                        .append(RestClient.encoded(field))
                        .append('=')
                        // A comma would stand between two values.
                        .append(RestClient.encoded(value.replace("\\", "\\\\").replace(",", "\\,"))));
                HttpResponse<String> answer = rest.send(rest.request(path.toString())
                        .header("Accept", FocusCsv.MEDIA_TYPE)
                        .GET()
                        .build());
                if (answer.statusCode() != 200) {
                    throw new IOException(addresses.url() + " " + RestClient.describe(answer));
                }
                FocusCsv.read(new StringReader(answer.body()), rows);
            }
        }

        private void corrections(LocalDate from, LocalDate to, Consumer<FocusRow> rows)
                throws IOException, FocusFault, InterruptedException {
            FocusCorrections corrections = new FocusCorrections();
            for (Path file : correcting) {
                readEarlier(file, from, to, corrections);
            }
            Instant lastEnd = to.minusDays(1)
                    .withDayOfMonth(1)
                    .plusMonths(1)
                    .atStartOfDay(ZoneOffset.UTC)
                    .toInstant();
            if (lastEnd.isAfter(clock.instant())) {
                throw wrong("--correcting is for months that have ended; the one of " + to.minusDays(1)
                        + " has not, so export it whole again");
            }
            current(from, to, corrections::now);
            corrections.forEach(rows);
        }

        private void readEarlier(Path file, LocalDate from, LocalDate to, FocusCorrections corrections) {
            try (Reader csv = Files.newBufferedReader(file)) {
                FocusCsv.read(csv, row -> {
                    LocalDate day = LocalDate.ofInstant(row.time(FocusColumn.CHARGE_PERIOD_START), ZoneOffset.UTC);
                    if (day.isBefore(from) || !day.isBefore(to)) {
                        throw wrong(file + " has charges of " + day + ", which is not from " + from + " to before " + to
                                + "; give the days it was exported for");
                    }
                    corrections.exported(row);
                });
            } catch (NoSuchFileException e) {
                throw wrong(file + " is not there");
            } catch (IOException e) {
                throw wrong(file + " cannot be read: " + e.getMessage());
            } catch (FocusFault e) {
                throw wrong(file + " " + e.getMessage());
            }
        }

        private FocusWriter writer(Path file) throws IOException {
            OutputStream stream = new BufferedOutputStream(Files.newOutputStream(file));
            boolean parquet = form == null ? out.toString().endsWith(".parquet") : form == Form.parquet;
            return parquet
                    ? new FocusParquet(stream)
                    : new FocusCsv(new OutputStreamWriter(stream, StandardCharsets.UTF_8));
        }

        private static void move(Path from, Path to) throws IOException {
            try {
                Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
            }
        }

        private static void deleteIfThere(Path file) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                // It is called unfinished, and the next call replaces it.
            }
        }

        private int failed(String why) {
            PrintWriter err = spec.commandLine().getErr();
            err.println("Nothing was exported: " + why);
            err.flush();
            return 1;
        }

        private ParameterException wrong(String message) {
            return new ParameterException(spec.commandLine(), message);
        }
    }

    /** What was written. */
    private static final class Summary {

        private long rows;
        private BigDecimal cost = BigDecimal.ZERO;
        private boolean unpriced;

        void add(FocusRow row) {
            rows++;
            cost = cost.add(row.number(FocusColumn.BILLED_COST));
            unpriced |= row.number(FocusColumn.UNPRICED_REQUESTS).signum() > 0;
        }

        String of(Path file) {
            return String.format(
                    "%s: %,d charges, %s USD%s",
                    file,
                    rows,
                    cost.toPlainString(),
                    unpriced ? "; some calls have no price yet (x_UnpricedRequests), so this is too low" : "");
        }
    }
}
