package io.spendstream.reconcile;

import com.fasterxml.jackson.databind.JsonNode;
import io.spendstream.definition.Faults;
import io.spendstream.definition.JsonFields;
import io.spendstream.usage.Digest;
import io.spendstream.usage.Texts;
import io.spendstream.v1.LeftOut;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * Reads invoices: CSV with a header, separated by commas, semicolons or tabs, or JSON. Either every line is read, or what
 * is wrong is told of all of them, up to a bound; nothing is read half.
 */
public final class InvoiceReader {

    /** Of a file. */
    public static final int BYTES_MAX = 10 << 20;

    public static final int LINES_MAX = 200_000;
    public static final int FAULTS_MAX = 100;

    private static final String USD = "USD";
    private static final String USAGE = "usage";
    private static final String LINES = "lines";
    /** Reasons for which lines are left out that are told apart; a column may say anything. */
    private static final int REASONS_MAX = 50;

    private static final Map<InvoiceField, String> IDS =
            Arrays.stream(InvoiceField.values()).collect(Collectors.toMap(Function.identity(), InvoiceField::id));
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    /** A billion USD: sums of more are a mistake, and would not always fit. */
    private static final BigInteger VOLUME_MAX = BigInteger.valueOf(1_000_000_000_000_000_000L);

    private final InvoiceOptions options;
    private final List<InvoiceLine> lines = new ArrayList<>();
    private final Map<String, long[]> leftOut = new TreeMap<>();
    private final List<InvoiceFault> faults = new ArrayList<>();
    private BigInteger volume = BigInteger.ZERO;

    private InvoiceReader(InvoiceOptions options) {
        this.options = options;
    }

    /** Reads a CSV file. */
    public static Invoice csv(String text, InvoiceOptions options) {
        return new InvoiceReader(options).readCsv(text);
    }

    /** Reads {@code {"lines": [{"date": "2026-11-01", "model": "gpt-4o", "cost_usd": 1.25}]}}: generic fields. */
    public static Invoice json(String text, InvoiceOptions options) {
        return new InvoiceReader(options).readJson(text);
    }

    private Invoice readCsv(String text) {
        String csv = !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? text.substring(1) : text;
        List<String> header = List.of();
        Map<InvoiceField, Integer> places = Map.of();
        try (CSVParser parser = CSVFormat.RFC4180
                .builder()
                .setDelimiter(delimiter(csv))
                .setIgnoreEmptyLines(false)
                .build()
                .parse(new StringReader(csv))) {
            Iterator<CSVRecord> records = parser.iterator();
            if (csv.isBlank() || !records.hasNext()) {
                fault(0, "", "is empty; it takes a header and a line per day and model");
            } else {
                header = records.next().stream().map(String::strip).toList();
                places = places(header);
                if (faults.isEmpty()) {
                    readLines(parser, records, header, places);
                }
            }
        } catch (IOException | UncheckedIOException | IllegalStateException e) {
            fault(0, "", "is no CSV: " + e.getMessage());
        }
        return invoice(text, ignored(header, places));
    }

    private void readLines(
            CSVParser parser, Iterator<CSVRecord> records, List<String> header, Map<InvoiceField, Integer> places) {
        Map<InvoiceField, String> names = new EnumMap<>(InvoiceField.class);
        places.forEach((field, place) -> names.put(field, header.get(place)));
        long line = parser.getCurrentLineNumber() + 1;
        for (; records.hasNext(); line = parser.getCurrentLineNumber() + 1) {
            CSVRecord record = records.next();
            if (record.size() == 1 && record.get(0).isBlank()) {
                continue;
            }
            if (record.size() != header.size()) {
                fault(line, "", "has " + record.size() + " fields, and the header has " + header.size());
                continue;
            }
            if (lines.size() >= LINES_MAX) {
                fault(line, "", "is one too many: a file may have " + LINES_MAX + " lines; load it in parts");
                return;
            }
            Map<InvoiceField, String> cells = new EnumMap<>(InvoiceField.class);
            places.forEach((field, place) -> cells.put(field, record.get(place).strip()));
            read(new InvoiceCells(line, cells, names, this::fault), wanted(header, record));
        }
    }

    /** What keeps a line from being compared; null: nothing. */
    private String wanted(List<String> header, CSVRecord record) {
        for (Map.Entry<String, String> where : new TreeMap<>(options.where()).entrySet()) {
            if (!record.get(header.indexOf(where.getKey())).strip().equals(where.getValue())) {
                return where.getKey() + " is not " + where.getValue();
            }
        }
        return null;
    }

    /** Outside of quotes, in the first line. */
    private static char delimiter(String csv) {
        int end = csv.indexOf('\n');
        String first = end < 0 ? csv : csv.substring(0, end);
        char best = ',';
        for (char candidate : new char[] {';', '\t'}) {
            if (first.chars().filter(c -> c == candidate).count()
                    > first.chars().filter(c -> c == ',').count()) {
                best = candidate;
            }
        }
        return best;
    }

    private Map<InvoiceField, Integer> places(List<String> header) {
        Map<InvoiceField, Integer> places = new EnumMap<>(InvoiceField.class);
        Map<InvoiceField, String> columns = new EnumMap<>(options.format().columns());
        columns.putAll(options.columns());
        columns.forEach((field, column) -> {
            int place = place(header, column);
            if (place >= 0) {
                places.put(field, place);
            } else if (options.columns().containsKey(field)) {
                fault(1, column, "is not in the header, and " + field.id() + " was to be read from it; " + has(header));
            }
        });
        require(header, columns, places, InvoiceField.DATE);
        require(header, columns, places, InvoiceField.MODEL);
        boolean usage = places.keySet().stream().anyMatch(field -> field.meter() != null);
        if (!places.containsKey(InvoiceField.COST_USD)
                && !options.columns().containsKey(InvoiceField.COST_USD)
                && !usage) {
            fault(
                    1,
                    "",
                    "has no column of costs, " + columns.getOrDefault(InvoiceField.COST_USD, "cost_usd")
                            + ", and none of tokens; say which it is, column=cost_usd=NAME; " + has(header));
        }
        for (String column : options.where().keySet()) {
            if (!header.contains(column)) {
                fault(1, column, "is not in the header, and lines were to be chosen by it; " + has(header));
            }
        }
        return places;
    }

    private void require(
            List<String> header,
            Map<InvoiceField, String> columns,
            Map<InvoiceField, Integer> places,
            InvoiceField field) {
        if (!places.containsKey(field) && !options.columns().containsKey(field)) {
            fault(
                    1,
                    columns.get(field),
                    "is not in the header; say which column has it, column=" + field.id()
                            + "=NAME, or choose another format; " + has(header));
        }
    }

    private static String has(List<String> header) {
        String names = String.join(", ", header);
        return "the header has " + (names.length() <= 400 ? names : names.substring(0, 400) + "…");
    }

    /** Exactly, else whatever the case of letters. */
    private static int place(List<String> header, String column) {
        int exact = header.indexOf(column);
        if (exact >= 0) {
            return exact;
        }
        List<String> lower =
                header.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
        return lower.indexOf(column.toLowerCase(Locale.ROOT));
    }

    private List<String> ignored(List<String> header, Map<InvoiceField, Integer> places) {
        List<String> ignored = new ArrayList<>();
        for (int i = 0; i < header.size(); i++) {
            if (!places.containsValue(i)
                    && !options.where().containsKey(header.get(i))
                    && !header.get(i).isEmpty()) {
                ignored.add(header.get(i));
            }
        }
        return ignored;
    }

    private Invoice readJson(String text) {
        Faults found = new Faults();
        JsonNode root = JsonFields.parse(text, found);
        found.list().forEach(fault -> fault(0, fault.field(), fault.reason()));
        if (root != null) {
            JsonNode array = root.get(LINES);
            if (!root.isObject() || array == null || !array.isArray() || root.size() != 1) {
                fault(0, LINES, "is not there, or not alone: the body takes {\"lines\": [{\"date\", \"model\", …}]}");
            } else if (array.size() > LINES_MAX) {
                fault(0, LINES, "has " + array.size() + " lines; at most " + LINES_MAX + " can be loaded at once");
            } else {
                for (int i = 0; i < array.size(); i++) {
                    readJson(i, array.get(i));
                }
            }
        }
        return invoice(text, List.of());
    }

    private void readJson(int index, JsonNode line) {
        Map<InvoiceField, String> cells = new EnumMap<>(InvoiceField.class);
        if (!line.isObject()) {
            fault(index, "", "is no object");
            return;
        }
        line.properties().forEach(entry -> {
            InvoiceField field = InvoiceField.ofId(entry.getKey()).orElse(null);
            if (field == null) {
                fault(
                        index,
                        Texts.shortened(entry.getKey()),
                        "is not known here; known are "
                                + IDS.values().stream().sorted().collect(Collectors.joining(", ")));
            } else if (entry.getValue().isValueNode()) {
                cells.put(
                        field, entry.getValue().isNull() ? "" : entry.getValue().asText());
            } else {
                fault(index, entry.getKey(), "is neither a text nor a number");
            }
        });
        read(new InvoiceCells(index, cells, IDS, this::fault), null);
    }

    /** @param otherwise why it is not compared, whatever it holds; null: it is */
    private void read(InvoiceCells cells, String otherwise) {
        String currency = cells.text(InvoiceField.CURRENCY);
        boolean nothing = cells.text(InvoiceField.MODEL).isEmpty()
                && cells.text(InvoiceField.COST_USD).isEmpty()
                && cells.hasNoTokens();
        if (nothing) {
            leaveOut("days without a charge", 0L);
            return;
        }
        Long cost = cells.cost();
        if (cost != null) {
            volume = volume.add(BigInteger.valueOf(Math.abs(cost)));
        }
        if (!currency.isEmpty() && !currency.equalsIgnoreCase(USD)) {
            cells.wrong(
                    InvoiceField.CURRENCY,
                    "is " + Texts.shortened(currency)
                            + "; amounts are compared in USD, in which models are priced: convert the file first");
        }
        if (volume.compareTo(VOLUME_MAX) > 0) {
            cells.wrong(InvoiceField.COST_USD, "brings the file to more than a billion USD");
            return;
        }
        String category = cells.text(InvoiceField.CHARGE_CATEGORY);
        if (otherwise != null) {
            leaveOut(otherwise, cost);
        } else if (!category.isEmpty() && !category.toLowerCase(Locale.ROOT).equals(USAGE)) {
            leaveOut("charges of the category " + Texts.shortened(category), cost);
        } else {
            InvoiceLine line = cells.line(options, cost);
            if (line != null) {
                lines.add(line);
            }
        }
    }

    private void leaveOut(String reason, Long cost) {
        boolean apart = leftOut.containsKey(reason) || leftOut.size() < REASONS_MAX - 1;
        long[] sums = leftOut.computeIfAbsent(apart ? reason : "for other reasons", r -> new long[2]);
        sums[0]++;
        sums[1] += cost == null ? 0 : cost;
    }

    private void fault(long line, String column, String reason) {
        if (faults.size() < FAULTS_MAX) {
            faults.add(new InvoiceFault(line, column, reason));
        }
    }

    private Invoice invoice(String text, List<String> ignored) {
        if (faults.isEmpty() && lines.isEmpty()) {
            fault(0, "", "has no line that can be compared");
        }
        Map<String, LeftOut> out = new LinkedHashMap<>();
        leftOut.forEach((reason, sums) -> out.put(reason, new LeftOut(reason, sums[0], sums[1])));
        Digest content = new Digest().add(options.format().id()).add(text);
        new TreeMap<>(new HashMap<>(options.columns()))
                .forEach((field, column) -> content.add(field.id()).add(column));
        new TreeMap<>(options.where())
                .forEach((column, value) -> content.add(column).add(value));
        return new Invoice(
                faults.isEmpty() ? lines : List.of(), List.copyOf(out.values()), ignored, content.hex(), faults);
    }
}
