package io.spendstream.focus;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spendstream.money.Money;
import io.spendstream.query.Granularity;
import io.spendstream.query.SpendAnswer;
import io.spendstream.query.SpendRow;
import io.spendstream.query.Sums;
import io.spendstream.usage.Dimension;
import io.spendstream.usage.Measure;
import io.spendstream.usage.Meter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The charges of days of spend, a row per meter. Their {@code BilledCost}s add up to the spend, to the nano-dollar.
 *
 * <p>Unit prices are what was paid on average that day, {@code ListCost / PricingQuantity}: rates may change within a day
 * and with the length of a prompt, and every event's cost is rounded, so a product with the rate of the price book would
 * not match the cost as FOCUS demands. Contracted, list, effective and billed cost are the same: the price book is the
 * only price there is.
 */
public final class FocusRows {

    /** What events are given for that do not say their provider: the column may not be empty. */
    static final String PROVIDER_UNKNOWN = "Unattributed";

    static final String SERVICE_CATEGORY = "AI and Machine Learning";
    static final String SERVICE_SUBCATEGORY = "Generative AI";
    static final String SERVICE_NAME = "Model inference";
    static final String TOKENS = "Tokens";
    static final String MILLION_TOKENS = "1000000 Tokens";
    /** Before the keys of what is a dimension here, as FOCUS wants of tags that users do not name themselves. */
    static final String TAG_PREFIX = "spendstream/";

    private static final String EVENT_TAG_PREFIX = "tags.";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final SpendAnswer answer;
    private final Consumer<FocusRow> rows;

    private FocusRows(SpendAnswer answer, Consumer<FocusRow> rows) {
        this.answer = answer;
        this.rows = rows;
    }

    /**
     * Hands over the charges, in the order of the answer's rows.
     *
     * @param answer by UTC days and by all dimensions of the cube
     */
    public static void forEach(SpendAnswer answer, Consumer<FocusRow> rows) {
        if (answer.granularity() != Granularity.DAY
                || !answer.groupBy().containsAll(Dimension.fields())
                || !answer.zone().normalized().equals(ZoneOffset.UTC)) {
            throw new IllegalArgumentException("charges are of UTC days and of all dimensions, not of "
                    + answer.granularity() + " in " + answer.zone() + " by " + answer.groupBy());
        }
        FocusRows focus = new FocusRows(answer, rows);
        answer.rows().forEach(focus::meters);
    }

    /** What is billed of one meter. {@code pricingUnit} is ten to the power of {@code exponent} of the consumed ones. */
    private record Metered(
            String meter, long quantity, long costNanoUsd, String consumedUnit, String pricingUnit, int exponent) {

        static Metered tokens(Meter meter, long quantity, long costNanoUsd) {
            return new Metered(meter.field(), quantity, costNanoUsd, TOKENS, MILLION_TOKENS, 6);
        }

        static Metered units(String name, long[] amounts) {
            return new Metered(name, amounts[0], amounts[1], words(name), words(name), 0);
        }

        boolean isThere() {
            return quantity != 0 || costNanoUsd != 0;
        }
    }

    private void meters(SpendRow spend) {
        List<Metered> metered = new ArrayList<>();
        for (int i = 0; i < Meter.COUNT; i++) {
            Meter meter = Meter.at(i);
            metered.add(Metered.tokens(meter, quantity(spend.sums(), meter), cost(spend.sums(), meter)));
        }
        spend.sums().otherUnits().forEach((name, amounts) -> metered.add(Metered.units(name, amounts)));
        Map<FocusColumn, Object> common = common(spend);
        metered.stream().filter(Metered::isThere).forEach(m -> rows.accept(charge(spend, common, m)));
    }

    /** Reasoning tokens are a part of the output tokens, and taken out of them where they are billed on their own. */
    private static long quantity(Sums sums, Meter meter) {
        long quantity = sums.measure(Measure.at(Measure.INPUT_TOKENS.ordinal() + meter.ordinal()));
        return switch (meter) {
            case OUTPUT_TOKENS -> reasoningApart(sums) ? quantity - sums.measure(Measure.REASONING_TOKENS) : quantity;
            case REASONING_TOKENS -> reasoningApart(sums) ? quantity : 0;
            default -> quantity;
        };
    }

    private static long cost(Sums sums, Meter meter) {
        long cost = sums.measure(Measure.costOf(meter));
        return switch (meter) {
            case OUTPUT_TOKENS -> reasoningApart(sums) ? cost : cost + sums.measure(Measure.REASONING_COST);
            case REASONING_TOKENS -> reasoningApart(sums) ? cost : 0;
            default -> cost;
        };
    }

    /**
     * Where a rate for reasoning began or ended within the day, output tokens may have cost something though nothing is
     * left of them: then both are one charge.
     */
    private static boolean reasoningApart(Sums sums) {
        return sums.measure(Measure.REASONING_COST) != 0
                && sums.measure(Measure.OUTPUT_TOKENS) > sums.measure(Measure.REASONING_TOKENS);
    }

    private FocusRow charge(SpendRow spend, Map<FocusColumn, Object> common, Metered metered) {
        String sku = value(spend, Dimension.MODEL) + "/" + metered.meter;
        BigDecimal quantity = BigDecimal.valueOf(metered.quantity, metered.exponent);
        BigDecimal cost = Money.usd(metered.costNanoUsd);
        BigDecimal price = plain(cost.divide(quantity, FocusColumn.Type.PRICE.scale(), RoundingMode.HALF_EVEN));
        Map<FocusColumn, Object> row = new EnumMap<>(common);
        row.put(
                FocusColumn.CHARGE_DESCRIPTION,
                words(metered.meter) + " of " + value(spend, Dimension.MODEL) + " for "
                        + value(spend, Dimension.FEATURE));
        row.put(FocusColumn.CONSUMED_QUANTITY, BigDecimal.valueOf(metered.quantity));
        row.put(FocusColumn.CONSUMED_UNIT, metered.consumedUnit);
        row.put(FocusColumn.PRICING_QUANTITY, plain(quantity));
        row.put(FocusColumn.PRICING_UNIT, metered.pricingUnit);
        row.put(FocusColumn.SKU_ID, sku);
        row.put(FocusColumn.SKU_METER, words(metered.meter));
        row.put(FocusColumn.SKU_PRICE_ID, sku + "/" + value(spend, Dimension.SERVICE_TIER));
        row.put(FocusColumn.BILLED_COST, cost);
        row.put(FocusColumn.CONTRACTED_COST, cost);
        row.put(FocusColumn.EFFECTIVE_COST, cost);
        row.put(FocusColumn.LIST_COST, cost);
        row.put(FocusColumn.CONTRACTED_UNIT_PRICE, price);
        row.put(FocusColumn.LIST_UNIT_PRICE, price);
        return new FocusRow(row);
    }

    /** What the charges of one row of spend share. */
    private Map<FocusColumn, Object> common(SpendRow spend) {
        Map<FocusColumn, Object> row = new EnumMap<>(FocusColumn.class);
        String provider = value(spend, Dimension.PROVIDER);
        String team = value(spend, Dimension.TEAM);
        Instant day = Instant.ofEpochMilli(spend.startMs());
        row.put(FocusColumn.BILLING_ACCOUNT_ID, value(spend, Dimension.TENANT));
        row.put(FocusColumn.BILLING_ACCOUNT_TYPE, "Tenant");
        row.put(FocusColumn.BILLING_CURRENCY, "USD");
        row.put(FocusColumn.BILLING_PERIOD_START, month(day, 0));
        row.put(FocusColumn.BILLING_PERIOD_END, month(day, 1));
        row.put(FocusColumn.CHARGE_CATEGORY, "Usage");
        row.put(FocusColumn.CHARGE_FREQUENCY, "Usage-Based");
        row.put(FocusColumn.CHARGE_PERIOD_START, day);
        row.put(FocusColumn.CHARGE_PERIOD_END, day.plus(Duration.ofDays(1)));
        row.put(FocusColumn.PRICING_CATEGORY, "Standard");
        row.put(FocusColumn.PROVIDER_NAME, provider == null ? PROVIDER_UNKNOWN : provider);
        row.put(FocusColumn.PUBLISHER_NAME, provider == null ? PROVIDER_UNKNOWN : provider);
        row.put(FocusColumn.INVOICE_ISSUER_NAME, provider == null ? PROVIDER_UNKNOWN : provider);
        row.put(FocusColumn.SERVICE_CATEGORY, SERVICE_CATEGORY);
        row.put(FocusColumn.SERVICE_NAME, SERVICE_NAME);
        row.put(FocusColumn.SERVICE_SUBCATEGORY, SERVICE_SUBCATEGORY);
        row.put(FocusColumn.SKU_PRICE_DETAILS, json(Map.of("x_ServiceTier", value(spend, Dimension.SERVICE_TIER))));
        if (team != null) {
            row.put(FocusColumn.SUB_ACCOUNT_ID, team);
            row.put(FocusColumn.SUB_ACCOUNT_NAME, team);
            row.put(FocusColumn.SUB_ACCOUNT_TYPE, "Team");
        }
        row.put(FocusColumn.TAGS, json(tags(spend)));
        row.put(FocusColumn.UNPRICED_REQUESTS, BigDecimal.valueOf(spend.sums().measure(Measure.UNPRICED_REQUESTS)));
        return row;
    }

    /** The dimensions that no column is for, with a prefix, and the event's own tags as they are. */
    private Map<String, String> tags(SpendRow spend) {
        Map<String, String> tags = new TreeMap<>();
        for (Dimension dimension : List.of(
                Dimension.FEATURE,
                Dimension.PROJECT,
                Dimension.ENVIRONMENT,
                Dimension.USER_TIER,
                Dimension.OPERATION)) {
            putGiven(tags, TAG_PREFIX + dimension.field(), value(spend, dimension));
        }
        for (int i = 0; i < answer.groupBy().size(); i++) {
            String field = answer.groupBy().get(i);
            if (field.startsWith(EVENT_TAG_PREFIX)) {
                putGiven(
                        tags,
                        field.substring(EVENT_TAG_PREFIX.length()),
                        spend.group().get(i));
            }
        }
        return tags;
    }

    private static void putGiven(Map<String, String> tags, String key, String value) {
        if (value != null) {
            tags.put(key, value);
        }
    }

    private String value(SpendRow spend, Dimension dimension) {
        return spend.group().get(answer.groupBy().indexOf(dimension.field()));
    }

    private static Instant month(Instant day, int later) {
        return LocalDate.ofInstant(day, ZoneOffset.UTC)
                .withDayOfMonth(1)
                .plusMonths(later)
                .atTime(LocalTime.MIN)
                .toInstant(ZoneOffset.UTC);
    }

    /** {@code cache_read_tokens}: Cache Read Tokens. */
    static String words(String field) {
        StringBuilder words = new StringBuilder();
        for (String word : field.split("_", -1)) {
            if (!word.isEmpty()) {
                words.append(words.isEmpty() ? "" : " ")
                        .append(word.substring(0, 1).toUpperCase(Locale.ROOT))
                        .append(word.substring(1));
            }
        }
        return words.isEmpty() ? field : words.toString();
    }

    /** Without trailing zeros, and without an exponent. */
    static BigDecimal plain(BigDecimal number) {
        BigDecimal stripped = number.stripTrailingZeros();
        return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }

    private static String json(Map<String, String> texts) {
        try {
            return JSON.writeValueAsString(texts);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts can always be written as JSON", e);
        }
    }
}
