package io.spendstream.cli;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spendstream.reconcile.InvoiceReader;
import io.spendstream.usage.Texts;
import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code reconcile}: a provider's invoice or usage export, held against what a running application has metered. Exit codes:
 * 0 within the tolerance, 1 beyond it, 2 it could not be compared.
 */
@Command(
        name = "reconcile",
        description = "Holds a provider's invoice or usage export against what was metered, per day and model.",
        mixinStandardHelpOptions = true,
        exitCodeOnExecutionException = 2,
        sortOptions = false)
public final class ReconcileCommand implements Callable<Integer> {

    private static final int BEYOND = 1;
    private static final int NOT_COMPARED = 2;
    private static final int FAULTS_SHOWN = 20;
    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    @Parameters(paramLabel = "FILE", description = "What the provider has invoiced: CSV with a header.")
    private Path file;

    @Option(
            names = "--format",
            required = true,
            paramLabel = "FORMAT",
            description = "generic, openai-costs, openai-usage, anthropic-costs, anthropic-usage or focus.")
    private String format;

    @Option(names = "--month", paramLabel = "YYYY-MM", description = "A calendar month, in place of --from and --to.")
    private YearMonth month;

    @Option(names = "--from", paramLabel = "DAY", description = "First day (default: the first of the file).")
    private LocalDate from;

    @Option(
            names = "--to",
            paramLabel = "DAY",
            description = "The day after the last one (default: the one after the last of the file).")
    private LocalDate to;

    @Option(
            names = "--zone",
            paramLabel = "ZONE",
            description = "Whose days the provider counts by (default: UTC, as providers do).")
    private String zone;

    @Option(
            names = "--as-of",
            paramLabel = "TIME",
            description = "Up to when the file has calls, as 2026-11-21T06:00:00Z; later ones are not compared.")
    private String asOf;

    @Option(
            names = "--provider",
            paramLabel = "NAME",
            description = "Whose invoice it is, as events name the provider (default: as the format or the file says).")
    private String provider;

    @Option(names = "--tenant", paramLabel = "NAME", description = "Compares this tenant's calls only.")
    private String tenant;

    @Option(
            names = "--tolerance",
            paramLabel = "PART",
            description = "How much of the invoice may differ, as 1%% or 0.01 (default: 1%%).")
    private String tolerance;

    @Option(
            names = "--column",
            paramLabel = "FIELD=COLUMN",
            description = "Which column has a field: --column cost_usd=\"Amount due\".")
    private Map<String, String> columns = new LinkedHashMap<>();

    @Option(
            names = "--model",
            paramLabel = "NAME=MODEL",
            description = "What the file calls a model, and what events call it.")
    private Map<String, String> models = new LinkedHashMap<>();

    @Option(
            names = "--where",
            paramLabel = "COLUMN=VALUE",
            description = "Compares lines with this value only: --where \"ServiceName=Amazon Bedrock\".")
    private Map<String, String> where = new LinkedHashMap<>();

    @Option(names = "--dry-run", description = "Compares and stores nothing; no alert is raised.")
    private boolean dryRun;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the whole answer there.")
    private Path json;

    @Option(names = "--csv", paramLabel = "FILE", description = "Writes a line per day and model there.")
    private Path csv;

    @Mixin
    private Addresses addresses;

    @Spec
    private CommandSpec spec;

    private final RestClient.Pause pause;

    ReconcileCommand() {
        this(RestClient.SLEEP);
    }

    ReconcileCommand(RestClient.Pause pause) {
        this.pause = pause;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (month != null && (from != null || to != null)) {
            return notCompared("--month stands for --from and --to; give one or the other");
        }
        // What is loaded is stored, so it is too late afterwards.
        for (Path written : Stream.of(json, csv).filter(Objects::nonNull).toList()) {
            Path directory = written.toAbsolutePath().getParent();
            if (Files.isDirectory(written) || !Files.isDirectory(directory)) {
                return notCompared(written + " cannot be written: "
                        + (Files.isDirectory(written) ? "it is a directory" : directory + " is no directory"));
            }
        }
        try {
            if (Files.size(file) > InvoiceReader.BYTES_MAX) {
                return notCompared(file + " has " + Files.size(file) + " bytes; at most " + InvoiceReader.BYTES_MAX
                        + " can be loaded at once: leave out lines or columns that are not compared");
            }
            byte[] body = Files.readAllBytes(file);
            RestClient rest = new RestClient(addresses.url(), addresses.apiKey(), pause);
            HttpResponse<String> answer = rest.send(rest.request("/v1/reconciliations?" + query())
                    .timeout(TIMEOUT)
                    .header("Content-Type", "text/csv; charset=utf-8")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                    .build());
            if (answer.statusCode() / 100 != 2) {
                return refused(answer);
            }
            return told(answer.body());
        } catch (NoSuchFileException e) {
            return notCompared(e.getFile() + " is not there");
        } catch (IOException e) {
            return notCompared(e.getMessage());
        }
    }

    private String query() {
        List<String> query = new ArrayList<>();
        add(query, "format", format);
        add(query, "from", month == null ? from : month.atDay(1));
        add(query, "to", month == null ? to : month.plusMonths(1).atDay(1));
        add(query, "zone", zone);
        add(query, "as_of", asOf);
        add(query, "provider", provider);
        add(query, "tenant", tenant);
        add(query, "tolerance", tolerance);
        columns.forEach((field, column) -> add(query, "column", field + "=" + column));
        models.forEach((name, model) -> add(query, "model", name + "=" + model));
        where.forEach((column, value) -> add(query, "where", column + "=" + value));
        if (dryRun) {
            add(query, "dry_run", true);
        }
        return String.join("&", query);
    }

    private static void add(List<String> query, String name, Object value) {
        if (value != null) {
            query.add(name + "=" + RestClient.encoded(value.toString()));
        }
    }

    /** Every line that is wrong, as the answer has them. */
    private int refused(HttpResponse<String> answer) throws IOException {
        JsonNode problem = parsed(answer);
        if (problem == null || !problem.hasNonNull("detail")) {
            return notCompared(addresses.url() + " " + RestClient.describe(answer));
        }
        PrintWriter err = spec.commandLine().getErr();
        err.println(file + ": " + problem.get("detail").asText());
        JsonNode errors = problem.path("errors");
        for (int i = 0; i < Math.min(errors.size(), FAULTS_SHOWN); i++) {
            JsonNode error = errors.get(i);
            long line = error.path("index").asLong(0);
            err.println("  " + (line == 0 ? "" : "line " + line + ": ")
                    + (error.hasNonNull("field") ? error.get("field").asText() + ": " : "")
                    + error.path("detail").asText());
        }
        if (errors.size() > FAULTS_SHOWN) {
            err.println("  and " + (errors.size() - FAULTS_SHOWN) + " more");
        }
        err.flush();
        return NOT_COMPARED;
    }

    private static JsonNode parsed(HttpResponse<String> answer) {
        try {
            return JSON.readTree(answer.body());
        } catch (IOException e) {
            return null; // told as it is
        }
    }

    private int told(String body) throws IOException {
        JsonNode answer = JSON.readTree(body);
        if (json != null) {
            Files.writeString(json, body, StandardCharsets.UTF_8);
        }
        if (csv != null) {
            writeCsv(answer);
        }
        PrintWriter out = spec.commandLine().getOut();
        new ReconciliationTable(answer).print(out);
        out.flush();
        return answer.get("within_tolerance").asBoolean() ? 0 : BEYOND;
    }

    private void writeCsv(JsonNode answer) throws IOException {
        List<String> amounts = List.of(
                "invoiced_usd",
                "metered_usd",
                "difference_usd",
                "drift",
                "explained/quantity_usd",
                "explained/price_usd",
                "explained/unpriced_usd",
                "unexplained_usd",
                "invoiced_requests",
                "metered_requests",
                "unpriced_requests",
                "invoiced_tokens",
                "metered_tokens");
        try (CSVPrinter printer =
                new CSVPrinter(Files.newBufferedWriter(csv, StandardCharsets.UTF_8), CSVFormat.RFC4180)) {
            printer.print("day");
            printer.print("provider");
            printer.print("model");
            printer.print("on_invoice");
            printer.print("metered");
            for (String amount : amounts) {
                printer.print(amount.substring(amount.indexOf('/') + 1));
            }
            printer.println();
            for (JsonNode day : answer.get("days")) {
                printer.print(day.get("day").asText());
                printer.print(harmless(day, "provider"));
                printer.print(harmless(day, "model"));
                printer.print(day.get("on_invoice").asText());
                printer.print(day.get("metered").asText());
                for (String amount : amounts) {
                    JsonNode value = day.at("/" + amount);
                    printer.print(value.isNull() ? null : value.decimalValue().toPlainString());
                }
                printer.println();
            }
        }
    }

    /** Names are the provider's and anyone's. */
    private static String harmless(JsonNode row, String field) {
        return row.hasNonNull(field) ? Texts.harmless(row.get(field).asText()) : "";
    }

    private int notCompared(String why) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("Nothing was compared: " + why);
        err.flush();
        return NOT_COMPARED;
    }

    /** Cents from a dollar on, more digits below. */
    static String usd(BigDecimal usd) {
        boolean small = usd.signum() != 0 && usd.abs().compareTo(BigDecimal.ONE) < 0;
        return String.format(Locale.ROOT, small ? "%,.6f" : "%,.2f", usd);
    }

    static String percent(JsonNode part) {
        return part.isNull()
                ? "-"
                : part.decimalValue()
                                .scaleByPowerOfTen(2)
                                .setScale(2, RoundingMode.HALF_EVEN)
                                .toPlainString()
                        + " %";
    }
}
