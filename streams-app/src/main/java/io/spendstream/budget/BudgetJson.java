package io.spendstream.budget;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spendstream.money.Money;
import io.spendstream.v1.Budget;
import io.spendstream.v1.BudgetAction;
import io.spendstream.v1.BudgetMeasure;
import io.spendstream.v1.BudgetPeriod;
import io.spendstream.v1.BudgetThreshold;
import io.spendstream.v1.RequestLimits;
import io.spendstream.v1.TemporaryIncrease;
import io.spendstream.v1.WeekDay;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Budgets as JSON: the form of {@code /v1/budgets}. Amounts are USD where the measure is cost, else counts; the names of
 * enums are in lower case; fractions are decimals, with 6 places at most. A field that is not known is a fault.
 */
public final class BudgetJson {

    /**
     * What was read.
     *
     * @param budget only to be used where there are no faults
     */
    public record Reading(Budget budget, List<BudgetFault> faults) {}

    private static final int EXPONENT_MAX = 40;

    private static final ObjectMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(16)
                            .maxNumberLength(100)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private static final Set<String> FIELDS = Set.of(
            "id",
            "description",
            "owner",
            "tenant",
            "match",
            "exclude",
            "group_by",
            "measure",
            "limit",
            "period",
            "zone",
            "week_start",
            "anchor_day",
            "thresholds",
            "rollover",
            "temporary_increase",
            "per_request",
            "burn_rate_min",
            "enabled");

    private BudgetJson() {}

    /**
     * Reads a budget and tells of everything that is wrong with it.
     *
     * @param id of the address; the text may leave it out or must say the same
     */
    public static Reading read(String json, String id) {
        Faults faults = new Faults();
        JsonNode node = parse(json, faults);
        Budget budget = node == null ? null : new Reader(faults).budget(node, id);
        return new Reading(budget, faults.list());
    }

    private static JsonNode parse(String json, Faults faults) {
        try {
            JsonNode node = MAPPER.readTree(json);
            if (!node.isMissingNode()) {
                return node;
            }
            faults.add("", "is empty; it takes a JSON object");
        } catch (JsonProcessingException e) {
            faults.add("", "is not JSON: " + e.getOriginalMessage());
        }
        return null;
    }

    /** A budget as JSON text. */
    public static String write(Budget budget) {
        return text(toJson(budget));
    }

    /** Budgets as {@code {"budgets": [budget, …]}}. */
    public static String writeAll(Collection<Budget> budgets) {
        ObjectNode node = MAPPER.createObjectNode();
        ArrayNode array = node.putArray("budgets");
        budgets.forEach(budget -> array.add(toJson(budget)));
        return text(node);
    }

    /** An amount in the unit of REST: USD for COST, else a count. */
    public static BigDecimal amount(BudgetMeasure measure, long amount) {
        return measure == BudgetMeasure.COST ? Money.usd(amount) : BigDecimal.valueOf(amount);
    }

    /** Parts per million as a decimal. */
    public static BigDecimal fraction(long ppm) {
        BigDecimal fraction = BigDecimal.valueOf(ppm, 6).stripTrailingZeros();
        return fraction.scale() < 0 ? fraction.setScale(0) : fraction;
    }

    /** The name of an enum's value in JSON. */
    public static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static ObjectNode toJson(Budget budget) {
        BudgetMeasure measure = budget.getMeasure();
        ObjectNode node = MAPPER.createObjectNode();
        node.put("id", budget.getId());
        node.put("description", budget.getDescription());
        node.put("owner", budget.getOwner());
        node.put("tenant", budget.getTenant());
        node.set("match", patterns(budget.getMatch()));
        node.set("exclude", patterns(budget.getExclude()));
        ArrayNode groupBy = node.putArray("group_by");
        budget.getGroupBy().forEach(groupBy::add);
        node.put("measure", name(measure));
        putAmount(node, "limit", measure, budget.getLimit());
        node.put("period", name(budget.getPeriod()));
        node.put("zone", budget.getZone());
        node.put("week_start", name(budget.getWeekStart()));
        node.put("anchor_day", budget.getAnchorDay());
        ArrayNode thresholds = node.putArray("thresholds");
        budget.getThresholds().forEach(threshold -> thresholds.add(toJson(threshold)));
        if (budget.getRolloverMax() == null) {
            node.putNull("rollover");
        } else {
            putAmount(node.putObject("rollover"), "max", measure, budget.getRolloverMax());
        }
        TemporaryIncrease increase = budget.getTemporaryIncrease();
        if (increase == null) {
            node.putNull("temporary_increase");
        } else {
            ObjectNode object = node.putObject("temporary_increase");
            putAmount(object, "amount", measure, increase.getAmount());
            object.put("until", increase.getUntil().toString());
        }
        RequestLimits limits = budget.getPerRequest();
        if (limits == null) {
            node.putNull("per_request");
        } else {
            node.putObject("per_request")
                    .put("max_tokens", limits.getMaxTokens())
                    .put(
                            "max_cost_usd",
                            limits.getMaxCostNanoUsd() == null ? null : Money.usd(limits.getMaxCostNanoUsd()));
        }
        putAmount(node, "burn_rate_min", measure, budget.getBurnRateMin());
        return node.put("enabled", budget.getEnabled());
    }

    private static ObjectNode toJson(BudgetThreshold threshold) {
        ObjectNode node = MAPPER.createObjectNode();
        node.put("at", fraction(threshold.getAtPpm()));
        node.put("action", name(threshold.getAction()));
        if (threshold.getModel() != null) {
            node.put("model", threshold.getModel());
        }
        return node;
    }

    private static ObjectNode patterns(Map<String, List<String>> patterns) {
        ObjectNode node = MAPPER.createObjectNode();
        new TreeMap<>(patterns).forEach((field, values) -> {
            ArrayNode array = node.putArray(field);
            values.forEach(array::add);
        });
        return node;
    }

    private static void putAmount(ObjectNode node, String field, BudgetMeasure measure, Long amount) {
        node.put(field, amount == null ? null : amount(measure, amount));
    }

    private static String text(JsonNode node) {
        try {
            return MAPPER.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of JSON nodes cannot be written", e);
        }
    }

    /** Reads one budget. A field that cannot be read is a fault; the rules then have their say on the rest. */
    private static final class Reader {

        private final Faults faults;
        private BudgetMeasure measure;

        Reader(Faults faults) {
            this.faults = faults;
        }

        Budget budget(JsonNode node, String id) {
            if (!isObject(node, "")) {
                return null;
            }
            refuseUnknown(node, "", FIELDS);
            Budget budget = new Budget();
            String named = text(node, "", "id");
            if (id != null && named != null && !id.equals(named)) {
                faults.add(
                        "id",
                        "'" + Faults.shortened(named) + "' is not the id of the address, '" + Faults.shortened(id)
                                + "'; leave it out or make them equal");
            }
            measure = named(node, "", "measure", BudgetMeasure.values(), BudgetMeasure.COST);
            budget.setId(named == null ? id : named);
            budget.setDescription(orElse(text(node, "", "description"), ""));
            budget.setOwner(orElse(text(node, "", "owner"), ""));
            budget.setTenant(text(node, "", "tenant"));
            budget.setMatch(patterns(node, "match"));
            budget.setExclude(patterns(node, "exclude"));
            budget.setGroupBy(texts(node.get("group_by"), "group_by"));
            budget.setMeasure(measure);
            budget.setLimit(amount(node, "", "limit"));
            readPeriod(node, budget);
            budget.setThresholds(thresholds(node));
            budget.setRolloverMax(rollover(node));
            budget.setTemporaryIncrease(increase(node));
            budget.setPerRequest(perRequest(node));
            budget.setBurnRateMin(amount(node, "", "burn_rate_min"));
            budget.setEnabled(flag(node, "enabled"));
            BudgetRules.check(budget, faults);
            return budget;
        }

        private void readPeriod(JsonNode node, Budget budget) {
            budget.setPeriod(named(node, "", "period", BudgetPeriod.values(), BudgetPeriod.MONTH));
            budget.setZone(orElse(text(node, "", "zone"), "UTC"));
            budget.setWeekStart(named(node, "", "week_start", WeekDay.values(), WeekDay.MONDAY));
            BigDecimal day = number(node, "", "anchor_day");
            int anchor = 1;
            if (day != null) {
                try {
                    anchor = day.intValueExact();
                } catch (ArithmeticException e) {
                    faults.add("anchor_day", "is no day of a month; it takes a whole number from 1 to 31");
                }
            }
            budget.setAnchorDay(anchor);
        }

        private List<BudgetThreshold> thresholds(JsonNode node) {
            List<BudgetThreshold> thresholds = new ArrayList<>();
            List<JsonNode> nodes = array(node.get("thresholds"), "thresholds");
            for (int i = 0; i < nodes.size(); i++) {
                String path = "thresholds[" + i + "]";
                JsonNode threshold = nodes.get(i);
                if (isObject(threshold, path)) {
                    refuseUnknown(threshold, path, Set.of("at", "action", "model"));
                    thresholds.add(new BudgetThreshold(
                            at(threshold, path),
                            named(threshold, path, "action", BudgetAction.values(), null),
                            text(threshold, path, "model")));
                }
            }
            return thresholds;
        }

        private long at(JsonNode node, String path) {
            BigDecimal at = number(node, path, "at");
            if (at == null) {
                faults.add(path + ".at", "is missing; it takes a part of the limit: 0.8 is 80 %");
                return 0;
            }
            try {
                return at.movePointRight(6).longValueExact();
            } catch (ArithmeticException e) {
                faults.add(
                        path + ".at",
                        at.toPlainString() + " is no part of the limit with 6 decimals at most; 0.8 is 80 %");
                return 0;
            }
        }

        private Long rollover(JsonNode node) {
            JsonNode rollover = object(node, "rollover", Set.of("max"));
            if (rollover == null) {
                return null;
            }
            Long max = amount(rollover, "rollover", "max");
            if (max == null) {
                faults.add("rollover.max", "is missing; it says how much is carried over at most");
            }
            return max;
        }

        private TemporaryIncrease increase(JsonNode node) {
            JsonNode increase = object(node, "temporary_increase", Set.of("amount", "until"));
            if (increase == null) {
                return null;
            }
            Long amount = amount(increase, "temporary_increase", "amount");
            if (amount == null) {
                faults.add("temporary_increase.amount", "is missing; it is added to the limit");
            }
            TemporaryIncrease read = new TemporaryIncrease();
            read.setAmount(amount == null ? 0 : amount);
            Instant until = time(increase, "temporary_increase", "until");
            if (until != null) {
                read.setUntil(until);
            }
            return read;
        }

        private RequestLimits perRequest(JsonNode node) {
            JsonNode limits = object(node, "per_request", Set.of("max_tokens", "max_cost_usd"));
            if (limits == null) {
                return null;
            }
            return new RequestLimits(
                    amount(limits, "per_request", "max_tokens", BudgetMeasure.TOKENS),
                    amount(limits, "per_request", "max_cost_usd", BudgetMeasure.COST));
        }

        private Map<String, List<String>> patterns(JsonNode node, String field) {
            Map<String, List<String>> patterns = new TreeMap<>();
            JsonNode value = node.get(field);
            if (value != null && !value.isNull() && isObject(value, field)) {
                value.properties()
                        .forEach(entry -> patterns.put(
                                entry.getKey(),
                                texts(entry.getValue(), field + "." + Faults.shortened(entry.getKey()))));
            }
            return patterns;
        }

        private Long amount(JsonNode node, String path, String field) {
            return amount(node, path, field, measure);
        }

        private Long amount(JsonNode node, String path, String field, BudgetMeasure unit) {
            BigDecimal value = number(node, path, field);
            if (value == null) {
                return null;
            }
            boolean money = unit == BudgetMeasure.COST;
            BigDecimal whole = money ? value.movePointRight(9) : value;
            if (whole.abs().compareTo(BigDecimal.valueOf(BudgetRules.AMOUNT_MAX)) > 0) {
                BigDecimal max = BudgetJson.amount(money ? unit : BudgetMeasure.TOKENS, BudgetRules.AMOUNT_MAX);
                faults.add(at(path, field), "is more than " + max.toPlainString());
                return null;
            }
            try {
                return whole.longValueExact();
            } catch (ArithmeticException e) {
                faults.add(
                        at(path, field),
                        value.toPlainString()
                                + (money ? " USD has more than 9 decimals" : " is no whole number; it takes a count"));
                return null;
            }
        }

        private Instant time(JsonNode node, String path, String field) {
            String text = text(node, path, field);
            if (text == null) {
                return null;
            }
            try {
                return OffsetDateTime.parse(text).toInstant().truncatedTo(ChronoUnit.MILLIS);
            } catch (DateTimeException e) {
                faults.add(
                        at(path, field),
                        "'" + Faults.shortened(text) + "' is no time; it takes one such as 2026-12-01T00:00:00Z");
                return null;
            }
        }

        private boolean flag(JsonNode node, String field) {
            JsonNode value = node.get(field);
            if (value == null || value.isNull() || value.isBoolean()) {
                return value == null || value.isNull() || value.booleanValue();
            }
            faults.add(field, "is " + kind(value) + "; it takes true or false");
            return true;
        }

        private <E extends Enum<E>> E named(JsonNode node, String path, String field, E[] values, E otherwise) {
            String name = text(node, path, field);
            if (name == null) {
                return otherwise;
            }
            for (E value : values) {
                if (name(value).equals(name)) {
                    return value;
                }
            }
            List<String> names = Arrays.stream(values).map(BudgetJson::name).toList();
            faults.add(at(path, field), "'" + Faults.shortened(name) + "' is none of " + String.join(", ", names));
            return otherwise == null ? values[0] : otherwise;
        }

        private BigDecimal number(JsonNode node, String path, String field) {
            JsonNode value = node.get(field);
            if (value == null || value.isNull()) {
                return null;
            }
            if (!value.isNumber()) {
                faults.add(at(path, field), "is " + kind(value) + "; it takes a number");
                return null;
            }
            BigDecimal number = value.decimalValue();
            if (Math.abs((long) number.scale()) > EXPONENT_MAX) {
                faults.add(at(path, field), "is out of all proportion");
                return null;
            }
            return number;
        }

        private String text(JsonNode node, String path, String field) {
            JsonNode value = node.get(field);
            return value == null || value.isNull() ? null : text(value, at(path, field));
        }

        private String text(JsonNode value, String path) {
            if (!value.isTextual()) {
                faults.add(path, "is " + kind(value) + "; it takes a text");
                return null;
            }
            return value.textValue();
        }

        private List<String> texts(JsonNode value, String path) {
            List<String> texts = new ArrayList<>();
            List<JsonNode> nodes = array(value, path);
            for (int i = 0; i < nodes.size(); i++) {
                texts.add(text(nodes.get(i), path + "[" + i + "]"));
            }
            return texts;
        }

        private List<JsonNode> array(JsonNode value, String path) {
            if (value == null || value.isNull()) {
                return List.of();
            }
            if (!value.isArray()) {
                faults.add(path, "is " + kind(value) + "; it takes an array");
                return List.of();
            }
            List<JsonNode> items = new ArrayList<>(value.size());
            value.forEach(items::add);
            return items;
        }

        private JsonNode object(JsonNode node, String field, Set<String> known) {
            JsonNode value = node.get(field);
            if (value == null || value.isNull() || !isObject(value, field)) {
                return null;
            }
            refuseUnknown(value, field, known);
            return value;
        }

        private boolean isObject(JsonNode node, String path) {
            if (!node.isObject()) {
                faults.add(path, "is " + kind(node) + "; it takes an object");
            }
            return node.isObject();
        }

        private void refuseUnknown(JsonNode node, String path, Set<String> known) {
            node.fieldNames().forEachRemaining(name -> {
                if (!known.contains(name)) {
                    faults.add(
                            at(path, Faults.shortened(name)),
                            "is not known here; known are "
                                    + String.join(", ", known.stream().sorted().toList()));
                }
            });
        }

        private static String at(String path, String field) {
            return path.isEmpty() ? field : path + "." + field;
        }

        private static String orElse(String text, String otherwise) {
            return text == null ? otherwise : text;
        }

        private static String kind(JsonNode node) {
            return switch (node.getNodeType()) {
                case NULL, MISSING -> "null";
                case BOOLEAN -> "a boolean";
                case NUMBER -> "a number";
                case STRING -> "a text";
                case ARRAY -> "an array";
                default -> "an object";
            };
        }
    }
}
