package io.spendstream.focus;

import io.spendstream.usage.Texts;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.apache.commons.csv.CSVRecord;
import org.apache.commons.csv.DuplicateHeaderMode;

/**
 * A FOCUS dataset as CSV, RFC 4180, with a header. Null is the empty field, as no text of a dataset is empty. Names that a
 * spreadsheet takes for a formula stay as they are: FOCUS wants values unchanged.
 */
public final class FocusCsv implements FocusWriter {

    public static final String MEDIA_TYPE = "text/csv";

    /** Far above any number that is written; longer ones take time to read. */
    private static final int NUMBER_LENGTH_MAX = 60;

    private final CSVPrinter printer;

    /** Writes the header. */
    public FocusCsv(Appendable out) throws IOException {
        printer = new CSVPrinter(out, CSVFormat.RFC4180);
        for (FocusColumn column : FocusColumn.values()) {
            printer.print(column.id());
        }
        printer.println();
    }

    @Override
    public void write(FocusRow row) {
        try {
            for (FocusColumn column : FocusColumn.values()) {
                Object value = row.values().get(column);
                printer.print(value instanceof BigDecimal number ? number.toPlainString() : value);
            }
            printer.println();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        printer.close();
    }

    /**
     * Reads a dataset that was written here.
     *
     * @throws FocusFault at the first line that is wrong
     */
    public static void read(Reader csv, Consumer<FocusRow> rows) throws FocusFault {
        try (var lines = CSVFormat.RFC4180
                .builder()
                .setHeader()
                .setDuplicateHeaderMode(DuplicateHeaderMode.ALLOW_ALL)
                .setSkipHeaderRecord(true)
                .build()
                .parse(csv)) {
            List<FocusColumn> columns = columns(lines.getHeaderNames());
            for (CSVRecord line : lines) {
                rows.accept(row(line, columns));
            }
        } catch (IOException | UncheckedIOException e) {
            throw new FocusFault("is no CSV, or cannot be read: " + e.getMessage());
        }
    }

    private static List<FocusColumn> columns(List<String> header) throws FocusFault {
        List<FocusColumn> columns = new ArrayList<>();
        for (String id : header) {
            FocusColumn column = FocusColumn.ofId(id);
            if (column == null || columns.contains(column)) {
                throw new FocusFault("has a column '" + Texts.shortened(id)
                        + (column == null ? "' that an export from here does not have" : "' twice")
                        + "; give an export as it was written");
            }
            columns.add(column);
        }
        for (FocusColumn column : FocusColumn.values()) {
            if (!columns.contains(column)) {
                throw new FocusFault("lacks the column " + column.id() + "; give an export as it was written");
            }
        }
        return columns;
    }

    private static FocusRow row(CSVRecord line, List<FocusColumn> columns) throws FocusFault {
        if (line.size() != columns.size()) {
            throw new FocusFault(at(line) + "has " + line.size() + " fields, and the header has " + columns.size());
        }
        Map<FocusColumn, Object> values = new EnumMap<>(FocusColumn.class);
        for (int i = 0; i < columns.size(); i++) {
            FocusColumn column = columns.get(i);
            String text = line.get(i);
            if (!text.isEmpty()) {
                values.put(column, value(line, column, text));
            } else if (!column.isNullable()) {
                throw new FocusFault(at(line) + column.id() + " is empty");
            }
        }
        return new FocusRow(values);
    }

    private static Object value(CSVRecord line, FocusColumn column, String text) throws FocusFault {
        try {
            return switch (column.type()) {
                case TEXT -> text;
                case TIME -> Instant.parse(text);
                case COST, PRICE, QUANTITY -> number(text, column.type().scale());
            };
        } catch (DateTimeException | NumberFormatException e) {
            throw new FocusFault(at(line) + column.id() + " is '" + Texts.shortened(text) + "', and should be "
                    + (column.type() == FocusColumn.Type.TIME ? "a time such as 2026-10-01T00:00:00Z" : "a number"));
        }
    }

    private static BigDecimal number(String text, int scaleMax) {
        if (text.length() > NUMBER_LENGTH_MAX || text.indexOf('e') >= 0 || text.indexOf('E') >= 0) {
            throw new NumberFormatException();
        }
        BigDecimal number = new BigDecimal(text);
        if (number.scale() > scaleMax) {
            throw new NumberFormatException();
        }
        return number;
    }

    private static String at(CSVRecord line) {
        return "record " + line.getRecordNumber() + ": ";
    }
}
