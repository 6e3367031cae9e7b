package io.spendstream.rest;

import io.spendstream.money.Money;
import io.spendstream.query.SpendAnswer;
import io.spendstream.query.SpendRow;
import io.spendstream.usage.Measure;
import io.spendstream.usage.Texts;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The rows of a spend answer as CSV, RFC 4180: a header row, CRLF, values quoted where they must be. A value that a
 * spreadsheet would take for a formula gets an apostrophe before it, since features and users may be named by anyone.
 * Priced units besides tokens that occur have two columns each, at the end.
 */
final class SpendCsv {

    static final String MEDIA_TYPE = "text/csv";

    private static final Measure[] MEASURES = Measure.values();
    private static final long[] NOTHING = new long[2];

    private final SpendAnswer answer;
    private final SortedSet<String> units = new TreeSet<>();
    private final StringBuilder csv = new StringBuilder(1_024);

    private SpendCsv(SpendAnswer answer) {
        this.answer = answer;
        answer.rows().forEach(row -> units.addAll(row.sums().otherUnits().keySet()));
    }

    static byte[] write(SpendAnswer answer) {
        SpendCsv csv = new SpendCsv(answer);
        csv.header();
        answer.rows().forEach(csv::row);
        return csv.csv.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void header() {
        for (String field : answer.groupBy()) {
            csv.append(quoted(field)).append(',');
        }
        csv.append("start");
        for (Measure measure : MEASURES) {
            csv.append(',').append(measure.restField());
        }
        for (String unit : units) {
            csv.append(',').append(unit).append(".quantity,").append(unit).append(".cost_usd");
        }
        csv.append("\r\n");
    }

    private void row(SpendRow row) {
        for (String value : row.group()) {
            csv.append(value == null ? "" : quoted(Texts.harmless(value))).append(',');
        }
        csv.append(SpendJson.time(Instant.ofEpochMilli(row.startMs()), answer.zone()));
        for (Measure measure : MEASURES) {
            long sum = row.sums().measure(measure);
            csv.append(',');
            if (measure.isMoney()) {
                csv.append(usd(sum));
            } else {
                csv.append(sum);
            }
        }
        for (String unit : units) {
            long[] amounts = row.sums().otherUnits().getOrDefault(unit, NOTHING);
            csv.append(',').append(amounts[0]).append(',').append(usd(amounts[1]));
        }
        csv.append("\r\n");
    }

    private static String usd(long nanoUsd) {
        return Money.usd(nanoUsd).toPlainString();
    }

    private static String quoted(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == ',' || c == '"' || c == '\n' || c == '\r') {
                return '"' + value.replace("\"", "\"\"") + '"';
            }
        }
        return value;
    }
}
