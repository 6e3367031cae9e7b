package io.spendstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.spendstream.focus.FocusColumn;
import io.spendstream.focus.FocusCsv;
import io.spendstream.focus.FocusFault;
import io.spendstream.focus.FocusRow;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class ExportCommandTest {

    private static final Instant NOW = Instant.parse("2026-11-15T10:00:00Z");

    @TempDir
    private Path dir;

    /** Cost in nano-USD by day; other days have no charges. */
    private final Map<LocalDate, Long> costs = new TreeMap<>();

    private final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Integer> trouble = new ConcurrentLinkedQueue<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/export/focus", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void aMonthIsAskedForDayByDayAndWrittenAsOneDataset() throws Exception {
        // Given
        costs.put(LocalDate.parse("2026-10-01"), 5L);
        costs.put(LocalDate.parse("2026-10-31"), 7L);
        costs.put(LocalDate.parse("2026-11-01"), 100L);
        trouble.add(503);

        // When
        int code = run("--month", "2026-10", "--out", "focus.csv");

        // Then
        assertThat(code).as(err.toString()).isZero();
        assertThat(total(dir.resolve("focus.csv"))).isEqualByComparingTo("0.000000012");
        assertThat(asked).hasSize(32).first().isEqualTo("from=2026-10-01&to=2026-10-02");
        assertThat(out.toString()).contains("focus.csv: 2 charges, 0.000000012 USD");
        assertThat(Files.list(dir)).hasSize(1);
    }

    @Test
    void aFileThatIsNamedSoIsParquet() throws Exception {
        // Given
        costs.put(LocalDate.parse("2026-10-01"), 5L);

        // When
        int code = run("--from", "2026-10-01", "--to", "2026-10-02", "--out", "focus.parquet");

        // Then
        assertThat(code).as(err.toString()).isZero();
        assertThat(new String(Files.readAllBytes(dir.resolve("focus.parquet")), StandardCharsets.ISO_8859_1))
                .startsWith("PAR1")
                .endsWith("PAR1");
    }

    @Test
    void filtersAreAskedForAsTheyAre() {
        run(
                "--from",
                "2026-10-01",
                "--to",
                "2026-10-02",
                "--out",
                "focus.csv",
                "--filter",
                "tenant=a,b\\c",
                "--filter",
                "tags.region=e u");
        assertThat(asked).first().asString().contains("&tenant=a%5C%2Cb%5C%5Cc").contains("&tags.region=e%20u");
    }

    @Test
    void whatChangedSinceIsWrittenAsCorrectionsAndOnlyOnce() throws Exception {
        // Given an export, and what came late
        costs.put(LocalDate.parse("2026-10-01"), 5L);
        costs.put(LocalDate.parse("2026-10-02"), 6L);
        run("--month", "2026-10", "--out", "focus.csv");
        costs.put(LocalDate.parse("2026-10-01"), 9L);

        // When
        int code = run("--month", "2026-10", "--out", "once.csv", "--correcting", path("focus.csv"));
        int again = run(
                "--month",
                "2026-10",
                "--out",
                "twice.csv",
                "--correcting",
                path("focus.csv"),
                "--correcting",
                path("once.csv"));

        // Then
        assertThat(code).as(err.toString()).isZero();
        assertThat(again).as(err.toString()).isZero();
        assertThat(rows(dir.resolve("once.csv"))).singleElement().satisfies(row -> {
            assertThat(row.text(FocusColumn.CHARGE_CLASS)).isEqualTo("Correction");
            assertThat(row.number(FocusColumn.BILLED_COST)).isEqualByComparingTo("0.000000004");
            assertThat(row.time(FocusColumn.CHARGE_PERIOD_START)).isEqualTo("2026-10-01T00:00:00Z");
        });
        assertThat(rows(dir.resolve("twice.csv"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--month 2026-10|--out",
                "--month 2026-13 --out focus.csv|--month",
                "--out focus.csv|--month",
                "--from 2026-10-02 --to 2026-10-02 --out focus.csv|are not 1 to 1200 days",
                "--month 2026-10 --out focus.csv --correcting none.csv|none.csv is not there",
                "--month 2026-10 --out focus.csv --format xlsx|--format",
                "--month 2026-11 --out focus.csv --correcting empty.csv|is for months that have ended",
                "--month 2026-09 --out focus.csv --correcting october.csv|which is not from 2026-09-01",
                "--month 2026-10 --out focus.csv --correcting broken.csv|lacks the column"
            })
    void whatIsWrongIsNamedAndNothingIsWritten(String arguments, String why) throws Exception {
        // Given
        costs.put(LocalDate.parse("2026-10-01"), 5L);
        Files.writeString(dir.resolve("broken.csv"), "BilledCost\r\n1\r\n");
        Files.writeString(dir.resolve("empty.csv"), csv(List.of()));
        Files.writeString(dir.resolve("october.csv"), csv(List.of(charge(LocalDate.parse("2026-10-01"), 5))));

        // When
        int code = run(arguments.replaceAll("(\\S+)\\.csv", dir + "/$1.csv").split(" "));

        // Then
        assertThat(code).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains(why);
        assertThat(dir.resolve("focus.csv")).doesNotExist();
        assertThat(dir.resolve("focus.csv.unfinished")).doesNotExist();
    }

    @Test
    void anExportThatFailsHalfWayLeavesTheLastOneAsItWas() throws Exception {
        // Given
        Files.writeString(dir.resolve("focus.csv"), "the last one");
        trouble.add(400);

        // When
        int code = run("--month", "2026-10", "--out", "focus.csv");

        // Then
        assertThat(code).isEqualTo(1);
        assertThat(err.toString()).contains("Nothing was exported", "answered 400");
        assertThat(dir.resolve("focus.csv")).hasContent("the last one");
        assertThat(Files.list(dir)).hasSize(1);
    }

    private int run(String... arguments) {
        List<String> line = new ArrayList<>(List.of(arguments));
        int at = line.indexOf("--out");
        if (at >= 0) {
            line.set(at + 1, dir.resolve(line.get(at + 1)).toString());
        }
        line.addAll(List.of("--url", "http://127.0.0.1:" + server.getAddress().getPort()));
        return new CommandLine(new ExportCommand.Focus(Clock.fixed(NOW, ZoneOffset.UTC), (Duration time) -> {}))
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(line.toArray(String[]::new));
    }

    private String path(String name) {
        return dir.resolve(name).toString();
    }

    private void answer(HttpExchange exchange) throws IOException {
        asked.add(exchange.getRequestURI().getRawQuery());
        Integer wrong = trouble.poll();
        String from = exchange.getRequestURI().getRawQuery().split("[=&]")[1];
        Long cost = costs.get(LocalDate.parse(from));
        byte[] body = (wrong != null
                        ? "trouble"
                        : csv(cost == null ? List.of() : List.of(charge(LocalDate.parse(from), cost))))
                .getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(wrong == null ? 200 : wrong, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    /** With some text or number in every column that takes no null. */
    private static FocusRow charge(LocalDate day, long nanoUsd) {
        Map<FocusColumn, Object> values = new EnumMap<>(FocusColumn.class);
        for (FocusColumn column : FocusColumn.values()) {
            if (!column.isNullable()) {
                values.put(
                        column,
                        switch (column.type()) {
                            case TEXT -> "text";
                            case TIME -> day.atStartOfDay(ZoneOffset.UTC).toInstant();
                            case COST -> BigDecimal.valueOf(nanoUsd, 9);
                            case PRICE, QUANTITY -> BigDecimal.ZERO;
                        });
            }
        }
        return new FocusRow(values);
    }

    private static String csv(List<FocusRow> rows) throws IOException {
        StringBuilder csv = new StringBuilder();
        try (FocusCsv writer = new FocusCsv(csv)) {
            rows.forEach(writer::write);
        }
        return csv.toString();
    }

    private static List<FocusRow> rows(Path file) throws IOException, FocusFault {
        List<FocusRow> rows = new ArrayList<>();
        FocusCsv.read(new StringReader(Files.readString(file)), rows::add);
        return rows;
    }

    private static BigDecimal total(Path file) throws IOException, FocusFault {
        return rows(file).stream()
                .map(row -> row.number(FocusColumn.BILLED_COST))
                .reduce(BigDecimal.ZERO, BigDecimal::add);
    }
}
