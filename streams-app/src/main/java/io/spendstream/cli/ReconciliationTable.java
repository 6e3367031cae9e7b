package io.spendstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** A reconciliation for people: by model, the days that differ most, what was left out, and a last line that says it all. */
final class ReconciliationTable {

    private static final int MODELS_SHOWN = 40;
    private static final int DAYS_SHOWN = 10;
    private static final List<String> HEADER = List.of(
            "invoiced USD", "metered USD", "difference", "drift", "quantity", "price", "unpriced", "unexplained");

    private final JsonNode answer;

    ReconciliationTable(JsonNode answer) {
        this.answer = answer;
    }

    void print(PrintWriter out) {
        List<List<String>> models = new ArrayList<>();
        models.add(row("model", HEADER, ""));
        int shown = 0;
        for (JsonNode model : answer.get("models")) {
            if (shown++ < MODELS_SHOWN) {
                models.add(row(name(model), amounts(model), side(model)));
            }
        }
        models.add(row("all", amounts(answer), ""));
        print(out, models);
        if (shown > MODELS_SHOWN) {
            out.println("and " + (shown - MODELS_SHOWN) + " more models; --csv has all");
        }
        printDays(out);
        printNotes(out);
        out.println();
        out.println(lastLine());
    }

    private void printDays(PrintWriter out) {
        List<JsonNode> days = new ArrayList<>();
        answer.get("days").forEach(day -> {
            if (usd(day, "difference_usd").signum() != 0) {
                days.add(day);
            }
        });
        if (days.isEmpty()) {
            return;
        }
        days.sort((a, b) -> usd(b, "difference_usd")
                .abs()
                .compareTo(usd(a, "difference_usd").abs()));
        List<List<String>> rows = new ArrayList<>();
        rows.add(row("days that differ most", HEADER, ""));
        days.stream()
                .limit(DAYS_SHOWN)
                .forEach(day -> rows.add(row(day.get("day").asText() + " " + name(day), amounts(day), side(day))));
        out.println();
        print(out, rows);
    }

    private void printNotes(PrintWriter out) {
        List<String> notes = new ArrayList<>();
        for (JsonNode left : answer.get("left_out")) {
            notes.add("not compared: " + left.get("lines").asText() + " lines, "
                    + ReconcileCommand.usd(usd(left, "cost_usd")) + " USD, "
                    + left.get("reason").asText());
        }
        if (usd(answer, "metered_after_usd").signum() != 0) {
            notes.add("not compared: " + ReconcileCommand.usd(usd(answer, "metered_after_usd")) + " USD metered from "
                    + answer.get("as_of").asText() + " on");
        }
        JsonNode without = answer.get("without_provider");
        if (without.get("requests").asLong() != 0) {
            notes.add("not compared: " + without.get("requests").asText() + " calls, "
                    + ReconcileCommand.usd(usd(without, "cost_usd"))
                    + " USD, metered without a provider, of models that are not on the invoice");
        }
        if (answer.get("valued").asBoolean()) {
            notes.add("the file has tokens and no cost: what is invoiced is what they cost by metered prices");
        }
        if (answer.get("unpriced_requests").asLong() != 0) {
            notes.add(answer.get("unpriced_requests").asText()
                    + " metered calls have no price; give their models one: PUT /v1/prices/{model}");
        }
        if (!answer.path("ignored_columns").isEmpty()) {
            List<String> columns = new ArrayList<>();
            answer.get("ignored_columns").forEach(column -> columns.add(column.asText()));
            notes.add("columns not read: " + String.join(", ", columns));
        }
        if (!notes.isEmpty()) {
            out.println();
            notes.forEach(out::println);
        }
    }

    private String lastLine() {
        boolean within = answer.get("within_tolerance").asBoolean();
        return (within ? "within " : "BEYOND ") + ReconcileCommand.percent(answer.get("tolerance")) + ": "
                + answer.get("from").asText() + " to before " + answer.get("to").asText() + ", invoiced "
                + ReconcileCommand.usd(usd(answer, "invoiced_usd")) + " USD, metered "
                + ReconcileCommand.usd(usd(answer, "metered_usd")) + " USD, drift "
                + ReconcileCommand.percent(answer.get("drift")) + ofOneModel() + ", unexplained "
                + ReconcileCommand.usd(usd(answer, "unexplained_usd")) + " USD"
                + " (" + answer.get("id").asText() + ")";
    }

    /** What is held against the tolerance, where it is not the whole's. */
    private String ofOneModel() {
        JsonNode drift = answer.get("drift");
        JsonNode judged = answer.get("judged");
        return drift.isNull()
                        || judged.decimalValue().compareTo(drift.decimalValue().abs()) == 0
                ? ""
                : " (" + ReconcileCommand.percent(judged) + " by one model)";
    }

    private static String name(JsonNode model) {
        return (model.get("provider").isNull() ? "" : model.get("provider").asText() + " ")
                + model.get("model").asText();
    }

    private static String side(JsonNode model) {
        return !model.get("metered").asBoolean()
                ? "never metered"
                : model.get("on_invoice").asBoolean() ? "" : "not on the invoice";
    }

    private static List<String> amounts(JsonNode of) {
        return List.of(
                ReconcileCommand.usd(usd(of, "invoiced_usd")),
                ReconcileCommand.usd(usd(of, "metered_usd")),
                ReconcileCommand.usd(usd(of, "difference_usd")),
                ReconcileCommand.percent(of.get("drift")),
                ReconcileCommand.usd(usd(of.get("explained"), "quantity_usd")),
                ReconcileCommand.usd(usd(of.get("explained"), "price_usd")),
                ReconcileCommand.usd(usd(of.get("explained"), "unpriced_usd")),
                ReconcileCommand.usd(usd(of, "unexplained_usd")));
    }

    private static BigDecimal usd(JsonNode of, String field) {
        return of.get(field).decimalValue();
    }

    private static List<String> row(String name, List<String> amounts, String note) {
        List<String> row = new ArrayList<>();
        row.add(name);
        row.addAll(amounts);
        row.add(note);
        return row;
    }

    /** Names to the left, amounts to the right. */
    private static void print(PrintWriter out, List<List<String>> rows) {
        int columns = rows.get(0).size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                String pad = " ".repeat(widths[i] - row.get(i).length());
                boolean left = i == 0 || i == columns - 1;
                line.append(i == 0 ? "" : "  ").append(left ? row.get(i) + pad : pad + row.get(i));
            }
            out.println(line.toString().stripTrailing());
        }
    }
}
