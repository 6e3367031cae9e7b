package io.spendstream.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * When something was really odd: CSV with the columns {@code from} and {@code to}, or JSON as the Numenta Anomaly
 * Benchmark has it, an object from the names of series to lists of {@code [from, to]}.
 */
final class LabelFile {

    private static final CSVFormat FORMAT =
            CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).build();

    /** Both ends are part of it. */
    record Window(Instant from, Instant to) {}

    private LabelFile() {}

    /**
     * The windows of a series.
     *
     * @param series whose name, or the end of whose path, JSON has them under
     * @throws TraceException says what is wrong and what would be right
     */
    static List<Window> read(Path file, Path series) throws TraceException, IOException {
        try {
            return file.toString().endsWith(".json") ? fromJson(file, series) : fromCsv(file);
        } catch (NoSuchFileException e) {
            throw new TraceException(file + " is not there");
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw new TraceException(file + " cannot be read: " + e.getMessage());
        }
    }

    private static List<Window> fromCsv(Path file) throws TraceException, IOException {
        List<Window> windows = new ArrayList<>();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8);
                CSVParser csv = FORMAT.parse(reader)) {
            if (!csv.getHeaderNames().containsAll(List.of("from", "to"))) {
                throw new TraceException(file + " needs the columns from and to");
            }
            for (CSVRecord record : csv) {
                windows.add(window(file, record.get("from"), record.get("to")));
            }
        }
        return windows;
    }

    private static List<Window> fromJson(Path file, Path series) throws TraceException, IOException {
        List<Window> windows = new ArrayList<>();
        boolean found = false;
        for (Map.Entry<String, JsonNode> one :
                new ObjectMapper().readTree(file.toFile()).properties()) {
            if (series.toAbsolutePath().endsWith(one.getKey())
                    || series.getFileName().toString().equals(one.getKey())) {
                found = true;
                for (JsonNode window : one.getValue()) {
                    windows.add(
                            window(file, window.path(0).asText(), window.path(1).asText()));
                }
            }
        }
        if (!found) {
            throw new TraceException(file + " has no windows, not even none, for " + series);
        }
        return windows;
    }

    private static Window window(Path file, String from, String to) throws TraceException {
        Instant begin = HistoryFile.parseTime(from);
        Instant end = HistoryFile.parseTime(to);
        if (begin == null || end == null || end.isBefore(begin)) {
            throw new TraceException(file + ": a window is two times such as 2026-11-21T14:30:00Z, the earlier first;"
                    + " found '" + from + "' and '" + to + "'");
        }
        return new Window(begin, end);
    }
}
