package io.spendstream.connect.table;

import static io.spendstream.connect.table.Column.amount;
import static io.spendstream.connect.table.Column.count;
import static io.spendstream.connect.table.Column.decimal;
import static io.spendstream.connect.table.Column.flag;
import static io.spendstream.connect.table.Column.fraction;
import static io.spendstream.connect.table.Column.get;
import static io.spendstream.connect.table.Column.json;
import static io.spendstream.connect.table.Column.text;
import static io.spendstream.connect.table.Column.time;
import static io.spendstream.connect.table.Column.usd;
import static io.spendstream.connect.table.Column.word;

import io.spendstream.connect.AlertUnits;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;

/**
 * Which topic becomes which table. The columns have the names and units of REST where SQL lets them; what is reserved
 * in SQL is called otherwise: {@code user_name}, {@code limit_amount}, {@code group_values}.
 */
final class Tables {

    /** Measures of a rollup that are counts, as on the topic. */
    static final List<String> COUNTS = List.of(
            "requests",
            "errors",
            "aborted",
            "input_tokens",
            "output_tokens",
            "cache_read_tokens",
            "cache_write_5m_tokens",
            "cache_write_1h_tokens",
            "audio_input_tokens",
            "audio_output_tokens",
            "reasoning_tokens",
            "unpriced_requests",
            "response_cached",
            "work_units",
            "retries",
            "escalated",
            "latency_ms_sum",
            "latency_count",
            "prompt_system_tokens",
            "prompt_context_tokens",
            "prompt_history_tokens",
            "prompt_user_tokens",
            "prompt_tools_tokens",
            "prompt_other_tokens");

    /** Measures of a rollup that are money, without what they end in on the topic ({@value #NANO_USD}). */
    static final List<String> COSTS = List.of(
            "cost",
            "input_tokens_cost",
            "output_tokens_cost",
            "cache_read_tokens_cost",
            "cache_write_5m_tokens_cost",
            "cache_write_1h_tokens_cost",
            "audio_input_tokens_cost",
            "audio_output_tokens_cost",
            "reasoning_tokens_cost",
            "other_units_cost",
            "cache_savings",
            "response_cache_savings",
            "retry_cost",
            "failed_cost");

    private static final Set<String> MEASURE_NAMES = Stream.concat(
                    COUNTS.stream(), COSTS.stream().map(name -> name + "_nano_usd"))
            .collect(Collectors.toUnmodifiableSet());

    static final String NANO_USD = "_nano_usd";
    private static final String USD = "_usd";
    private static final String MEASURES = "measures";
    private static final String PACKAGE = "io.spendstream.v1.";

    static final Table SPEND_ROLLUPS =
            new Table("spend_rollups", PACKAGE + "SpendRollup", spendRollups(), Tables::checkMeasures);
    static final Table USAGE_PRICED = new Table("usage_priced", PACKAGE + "PricedUsage", usagePriced(), record -> {});
    static final Table BUDGET_STATUS =
            new Table("budget_status", PACKAGE + "BudgetStatus", budgetStatus(), record -> {});
    static final Table ALERTS = new Table("alerts", PACKAGE + "Alert", alerts(), record -> {});

    /** By topic, without the prefix. */
    static final Map<String, Table> BY_TOPIC = Map.of(
            "spend-rollups", SPEND_ROLLUPS,
            "usage-priced", USAGE_PRICED,
            "budget-status", BUDGET_STATUS,
            "budget-alerts", ALERTS,
            "anomaly-alerts", ALERTS);

    private Tables() {}

    private static List<Column> spendRollups() {
        List<Column> columns = new ArrayList<>(List.of(
                time("bucket_start"),
                time("bucket_end"),
                text("tenant"),
                text("feature"),
                text("model"),
                text("provider"),
                text("team"),
                text("project"),
                text("environment"),
                text("user_tier"),
                text("operation"),
                text("service_tier"),
                json("tags", "tags", record -> sorted(get(record, "tags")))));
        COUNTS.forEach(name -> columns.add(new Column(
                name, MEASURES, count(name).type(), record -> measures(record).getOrDefault(name, 0L))));
        COSTS.forEach(name ->
                columns.add(usd(name + USD, MEASURES, record -> measures(record).getOrDefault(name + NANO_USD, 0L))));
        columns.add(json("other_units", "other_units", Tables::otherUnits));
        return columns;
    }

    private static List<Column> usagePriced() {
        return List.of(
                time("time"),
                text("tenant"),
                text("feature"),
                text("model"),
                text("provider"),
                text("team"),
                text("project"),
                text("environment"),
                text("user_name", "user"),
                text("user_tier"),
                text("session"),
                text("endpoint"),
                text("operation"),
                text("service_tier"),
                text("status"),
                text("request_id"),
                count("attempt"),
                flag("response_cached"),
                count("work_units"),
                flag("unpriced"),
                flag("correction"),
                // What an application cache answered was not spent; so nobody who sums the cost need know.
                usd("cost_usd", "cost_nano_usd", record -> isSaved(record) ? cost(record, 0L) : cost(record)),
                usd(
                        "response_cache_savings_usd",
                        "cost_nano_usd",
                        record -> isSaved(record) ? cost(record) : cost(record, 0L)),
                json("meters", "meters", record -> meters(record)),
                text("card_model"),
                time("card_effective_from"),
                flag("tier_fallback"),
                flag("long_context"),
                json("tags", "tags", record -> sorted(get(record, "tags"))));
    }

    private static List<Column> budgetStatus() {
        return List.of(
                text("budget"),
                text("scope"),
                text("tenant"),
                json("group_values", "group", record -> sorted(get(record, "group"))),
                flag("overflow"),
                word("measure"),
                amount("limit_amount", "limit", Tables::digits),
                amount("rollover", "rollover", Tables::digits),
                amount("spent", "spent", Tables::digits),
                amount("remaining", "remaining", Tables::digits),
                fraction("fraction", "fraction_ppm"),
                text("zone"),
                time("period_start"),
                time("period_end"),
                fraction("burn_rate_now", "burn_rate_now_ppm"),
                fraction("burn_rate_yesterday", "burn_rate_yesterday_ppm"),
                fraction("burn_rate_7d", "burn_rate_7d_ppm"),
                amount("forecast", "forecast", Tables::digits),
                time("limit_reached_at"),
                fraction("days_until_limit", "days_until_limit_ppm"),
                json("crossed", "crossed_ppm", Tables::crossed),
                time("measured_from"),
                time("updated_at"),
                time("as_of"));
    }

    private static List<Column> alerts() {
        return List.of(
                text("kind"),
                text("state"),
                word("severity"),
                flag("notify"),
                text("tenant"),
                json("scope", "scope", record -> sorted(get(record, "scope"))),
                text("budget"),
                fraction("threshold", "threshold"),
                text("action"),
                text("measure"),
                amount("limit_amount", "limit", Tables::digits),
                amount("value", "value", Tables::digits),
                amount("baseline", "baseline", Tables::digits),
                time("period_start"),
                time("period_end"),
                text("zone"),
                time("opened_at"),
                time("changed_at"),
                text("summary"),
                json("contributors", "contributors", Tables::contributors),
                json("labels", "labels", record -> sorted(get(record, "labels"))));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Long> measures(Struct rollup) {
        return (Map<String, Long>) get(rollup, MEASURES);
    }

    /** Where a measure has no column, its absence would be noticed by nobody. */
    private static void checkMeasures(Struct rollup) {
        for (String measure : measures(rollup).keySet()) {
            if (!MEASURE_NAMES.contains(measure)) {
                throw new DataException("A record of spend-rollups has the measure " + measure + ", for which there is"
                        + " no column: the application is of a later release, bring the connectors and tables to it");
            }
        }
    }

    private static Object otherUnits(Struct rollup) {
        Map<String, Object> units = new TreeMap<>();
        map(get(rollup, "other_units")).forEach((unit, total) -> {
            Struct sums = (Struct) total;
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("quantity", sums.getInt64("quantity"));
            entry.put("cost_usd", decimal(sums.getInt64("cost_nano_usd"), Column.NANO_DIGITS));
            units.put(unit, entry);
        });
        return units;
    }

    private static Object meters(Struct usage) {
        return list(usage, "meters", meter -> {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("meter", meter.getString("meter"));
            entry.put("quantity", meter.getInt64("quantity"));
            entry.put("pico_usd_per_unit", meter.getInt64("pico_usd_per_unit"));
            entry.put("cost_usd", decimal(meter.getInt64("cost_nano_usd"), Column.NANO_DIGITS));
            return entry;
        });
    }

    private static Object contributors(Struct alert) {
        String measure = String.valueOf(get(alert, "measure"));
        int digits = AlertUnits.contributorDigits(measure);
        return list(alert, "contributors", contributor -> {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("field", contributor.getString("field"));
            entry.put("value", contributor.getString("value"));
            entry.put("amount", decimal(contributor.getInt64("amount"), digits));
            entry.put("share", decimal(contributor.getInt64("share_ppm"), Column.PPM_DIGITS));
            return entry;
        });
    }

    private static Object crossed(Struct status) {
        List<?> ppm = (List<?>) get(status, "crossed_ppm");
        return ppm == null
                ? List.of()
                : ppm.stream().map(at -> decimal((Long) at, Column.PPM_DIGITS)).toList();
    }

    private static Object list(Struct record, String field, Function<Struct, Object> entry) {
        List<?> items = (List<?>) get(record, field);
        return items == null
                ? List.of()
                : items.stream().map(item -> entry.apply((Struct) item)).toList();
    }

    /** In the order of names, so that the same map is the same text. */
    private static Map<String, Object> sorted(Object map) {
        return new TreeMap<>(map(map));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object map) {
        return map == null ? Map.of() : (Map<String, Object>) map;
    }

    /** Decimal digits of the amounts of a status or an alert. */
    private static int digits(Struct record) {
        return AlertUnits.digits(String.valueOf(get(record, "measure")).toLowerCase(Locale.ROOT));
    }

    private static boolean isSaved(Struct usage) {
        return Boolean.TRUE.equals(get(usage, "response_cached"));
    }

    private static Long cost(Struct usage) {
        return (Long) get(usage, "cost_nano_usd");
    }

    /** Another amount where the cost is known; null while it is not. */
    private static Long cost(Struct usage, Long instead) {
        return cost(usage) == null ? null : instead;
    }
}
