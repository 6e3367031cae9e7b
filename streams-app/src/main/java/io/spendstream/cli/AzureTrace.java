package io.spendstream.cli;

import io.spendstream.ingest.EventRules;
import io.spendstream.usage.Texts;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.util.Locale;

/**
 * An LLM inference trace as the Azure Public Dataset publishes them: CSV with the header {@value #HEADER}, one request a
 * line, times in UTC. The file is read as it is needed and never held in memory.
 */
final class AzureTrace {

    static final String HEADER = "TIMESTAMP,ContextTokens,GeneratedTokens";

    /** Far above any line of the format; a file without line ends must not be read into memory to find that out. */
    private static final int LINE_LENGTH_MAX = 200;
    /** Ten times the longest trace published. */
    private static final int LINES_MAX = 500_000_000;

    private static final String EXAMPLE = "2023-11-16 18:17:03.9799600,4808,10";
    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
            .appendPattern("uuuu-MM-dd HH:mm:ss")
            .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
            .toFormatter(Locale.ROOT)
            .withResolverStyle(ResolverStyle.STRICT);

    private final Path file;

    AzureTrace(Path file) {
        this.file = file;
    }

    /** One request. {@code line} counts from 1 and includes the header; times are cut to whole milliseconds. */
    record Row(int line, Instant time, long inputTokens, long outputTokens) {}

    /** What a trace holds. The times are the earliest and the latest, wherever they stand. */
    record Summary(int rows, Instant first, Instant last, long inputTokens, long outputTokens) {}

    /** Is handed every row, in the order of the file. */
    interface RowConsumer {
        void accept(Row row) throws InterruptedException;
    }

    /** The file's name without its directories. */
    String name() {
        return file.getFileName().toString();
    }

    /**
     * Reads the whole trace without doing anything with it.
     *
     * @throws TraceException at the first line that is wrong, and where there is no row at all
     */
    Summary check() throws TraceException, IOException {
        Totals totals = new Totals();
        try {
            forEach(totals::add);
        } catch (InterruptedException e) {
            throw new IllegalStateException("nothing here waits", e);
        }
        if (totals.rows == 0) {
            throw new TraceException(file + ": no rows after the header " + HEADER);
        }
        return new Summary(totals.rows, totals.first, totals.last, totals.inputTokens, totals.outputTokens);
    }

    /** @throws TraceException at the first line that is wrong; the rows before it have been handed over */
    void forEach(RowConsumer rows) throws TraceException, IOException, InterruptedException {
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            String header = readLine(reader, 1);
            if (!HEADER.equals(header == null ? null : withoutByteOrderMark(header))) {
                throw wrong(1, header == null ? "" : header, "the header " + HEADER);
            }
            int number = 2;
            for (String line = readLine(reader, number); line != null; line = readLine(reader, number)) {
                rows.accept(row(number, line));
                if (++number > LINES_MAX) {
                    throw new TraceException(file + ": more than " + LINES_MAX + " lines; split the file");
                }
            }
        } catch (CharacterCodingException e) {
            throw new TraceException(file + ": not a text file in UTF-8");
        }
    }

    private Row row(int number, String line) throws TraceException {
        String[] fields = line.split(",", -1);
        if (fields.length != 3) {
            throw wrong(number, line, "3 fields (" + HEADER + ") such as " + EXAMPLE);
        }
        return new Row(
                number,
                time(number, fields[0]),
                tokens(number, "ContextTokens", fields[1]),
                tokens(number, "GeneratedTokens", fields[2]));
    }

    private Instant time(int number, String text) throws TraceException {
        try {
            Instant time = LocalDateTime.parse(text, TIME).toInstant(ZoneOffset.UTC);
            return Instant.ofEpochMilli(time.toEpochMilli());
        } catch (DateTimeParseException e) {
            throw wrong(number, text, "a TIMESTAMP in UTC such as 2023-11-16 18:17:03.9799600");
        }
    }

    private long tokens(int number, String field, String text) throws TraceException {
        // The length is tested first, so that the number fits.
        if (text.length() <= 10 && text.matches("[0-9]+")) {
            long tokens = Long.parseLong(text);
            if (tokens <= EventRules.AMOUNT_MAX) {
                return tokens;
            }
        }
        throw wrong(number, text, field + " as a whole number from 0 to " + EventRules.AMOUNT_MAX);
    }

    private TraceException wrong(int number, String found, String expected) {
        return new TraceException(
                file + ", line " + number + ": expected " + expected + ", found '" + Texts.shortened(found) + "'");
    }

    /** The next line without its end, or null after the last; the last may lack its end. */
    private String readLine(Reader reader, int number) throws IOException, TraceException {
        StringBuilder line = new StringBuilder(64);
        int character = reader.read();
        if (character < 0) {
            return null;
        }
        while (character >= 0 && character != '\n') {
            line.append((char) character);
            if (line.length() > LINE_LENGTH_MAX) {
                throw wrong(number, line.toString(), "a line of at most " + LINE_LENGTH_MAX + " characters");
            }
            character = reader.read();
        }
        int length = line.length();
        return length > 0 && line.charAt(length - 1) == '\r' ? line.substring(0, length - 1) : line.toString();
    }

    private static String withoutByteOrderMark(String text) {
        return text.startsWith("\ufeff") ? text.substring(1) : text;
    }

    private static final class Totals {

        private int rows;
        private Instant first;
        private Instant last;
        private long inputTokens;
        private long outputTokens;

        void add(Row row) {
            rows++;
            first = first == null || row.time.isBefore(first) ? row.time : first;
            last = last == null || row.time.isAfter(last) ? row.time : last;
            inputTokens = Math.addExact(inputTokens, row.inputTokens);
            outputTokens = Math.addExact(outputTokens, row.outputTokens);
        }
    }
}
