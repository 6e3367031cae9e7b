package io.spendstream.cli;

import io.spendstream.usage.Measure;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * Spend by time in CSV with a header: what {@code GET /v1/spend} answers as CSV, or any two columns of time and value.
 *
 * <ul>
 *   <li>{@code start}, {@code time} or {@code timestamp}: RFC 3339, or as {@code 2014-02-14 14:30:00} in UTC
 *   <li>{@code value}: USD times a factor; or the measures of spend answers, such as {@code cost_usd} and {@code requests}
 *   <li>{@code tenant}, {@code feature}, {@code team}, {@code model}, where there are several
 * </ul>
 *
 * Other columns are passed over. A row without {@code requests} is one request.
 */
final class HistoryFile {

    static final int ROWS_MAX = 1_000_000;

    private static final List<String> TIMES = List.of("start", "time", "timestamp");
    private static final String VALUE = "value";
    private static final int NANO_DIGITS = 9;
    private static final CSVFormat FORMAT = CSVFormat.RFC4180
            .builder()
            .setHeader()
            .setSkipHeaderRecord(true)
            .setIgnoreSurroundingSpaces(true)
            .build();

    /**
     * One row.
     *
     * @param team null where there is none
     * @param sums by {@link Measure#ordinal()}
     */
    record Row(Instant time, String tenant, String feature, String team, String model, long[] sums) {}

    private final Path file;
    private final BigDecimal usdPerUnit;
    private final Map<Measure, String> measures = new EnumMap<>(Measure.class);
    private String time;
    private boolean hasValue;

    /** @param usdPerUnit of the column {@code value} */
    HistoryFile(Path file, BigDecimal usdPerUnit) {
        this.file = file;
        this.usdPerUnit = usdPerUnit;
    }

    /**
     * All rows, in the order of their times.
     *
     * @throws TraceException says which line is wrong and what would be right
     */
    List<Row> read() throws TraceException, IOException {
        List<Row> rows = new ArrayList<>();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8);
                CSVParser csv = FORMAT.parse(reader)) {
            readHeader(csv.getHeaderNames());
            for (CSVRecord record : csv) {
                if (rows.size() == ROWS_MAX) {
                    throw new TraceException(
                            file + " has more than " + ROWS_MAX + " rows; split it by tenant or feature");
                }
                rows.add(row(record));
            }
        } catch (NoSuchFileException e) {
            throw new TraceException(file + " is not there");
        } catch (CharacterCodingException e) {
            throw new TraceException(file + " is no text file in UTF-8");
        } catch (UncheckedIOException | IllegalStateException | IllegalArgumentException e) {
            throw new TraceException(file + " is no CSV: " + e.getMessage());
        }
        if (rows.isEmpty()) {
            throw new TraceException(file + " has no rows after its header");
        }
        rows.sort(Comparator.comparing(Row::time));
        return rows;
    }

    private void readHeader(List<String> columns) throws TraceException {
        time = TIMES.stream()
                .filter(columns::contains)
                .findFirst()
                .orElseThrow(() -> new TraceException(
                        file + " needs a column start, time or timestamp; it has " + String.join(", ", columns)));
        hasValue = columns.contains(VALUE);
        for (Measure measure : Measure.values()) {
            if (columns.contains(measure.restField())) {
                measures.put(measure, measure.restField());
            }
        }
        if (hasValue == measures.containsKey(Measure.COST)) {
            throw new TraceException(
                    file + " needs either a column value or a column cost_usd; it has " + String.join(", ", columns));
        }
    }

    private Row row(CSVRecord record) throws TraceException {
        long[] sums = new long[Measure.COUNT];
        if (hasValue) {
            sums[Measure.COST.ordinal()] = nanoUsd(record, VALUE, usdPerUnit);
        }
        for (Map.Entry<Measure, String> measure : measures.entrySet()) {
            sums[measure.getKey().ordinal()] = measure.getKey().isMoney()
                    ? nanoUsd(record, measure.getValue(), BigDecimal.ONE)
                    : count(record, measure.getValue());
        }
        if (!measures.containsKey(Measure.REQUESTS)) {
            sums[Measure.REQUESTS.ordinal()] = 1;
        }
        String team = text(record, "team", "");
        return new Row(
                time(record),
                text(record, "tenant", "default"),
                text(record, "feature", "all"),
                team.isEmpty() ? null : team,
                text(record, "model", "all"),
                sums);
    }

    private static String text(CSVRecord record, String column, String otherwise) {
        String text = record.isSet(column) ? record.get(column) : "";
        return text.isEmpty() ? otherwise : text;
    }

    private Instant time(CSVRecord record) throws TraceException {
        String text = field(record, time);
        Instant parsed = parseTime(text);
        if (parsed == null) {
            throw wrong(record, time, "a time such as 2026-11-21T14:30:00Z", text);
        }
        return parsed;
    }

    /** Null where it is no time. */
    static Instant parseTime(String text) {
        try {
            String iso = text.strip().replace(' ', 'T');
            return iso.matches(".*(Z|[+-]\\d\\d:\\d\\d)")
                    ? OffsetDateTime.parse(iso).toInstant()
                    : LocalDateTime.parse(iso).toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            return null;
        }
    }

    private long nanoUsd(CSVRecord record, String column, BigDecimal factor) throws TraceException {
        String text = field(record, column);
        try {
            BigDecimal usd = new BigDecimal(text).multiply(factor);
            // Savings alone may be below zero, and nothing is judged by them.
            if (usd.signum() >= 0 || column.contains("savings")) {
                return usd.setScale(NANO_DIGITS, RoundingMode.HALF_EVEN)
                        .unscaledValue()
                        .longValueExact();
            }
        } catch (ArithmeticException | NumberFormatException e) {
            // Said below.
        }
        throw wrong(record, column, "a number of at least 0 that is less than 9 billion USD", text);
    }

    private long count(CSVRecord record, String column) throws TraceException {
        String text = field(record, column);
        if (text.matches("\\d{1,18}")) {
            return Long.parseLong(text);
        }
        throw wrong(record, column, "a whole number", text);
    }

    private String field(CSVRecord record, String column) throws TraceException {
        if (!record.isSet(column)) {
            throw new TraceException(file + ", line " + line(record) + ": the column " + column + " is missing");
        }
        return record.get(column);
    }

    private TraceException wrong(CSVRecord record, String column, String expected, String found) {
        return new TraceException(file + ", line " + line(record) + ": " + column + " takes " + expected + ", found '"
                + (found.length() <= 60 ? found : found.substring(0, 57) + "...") + "'");
    }

    private static long line(CSVRecord record) {
        return record.getRecordNumber() + 1;
    }
}
