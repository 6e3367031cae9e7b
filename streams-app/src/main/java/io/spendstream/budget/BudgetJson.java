package io.spendstream.budget;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spendstream.definition.Faults;
import io.spendstream.definition.FieldFault;
import io.spendstream.definition.JsonFields;
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
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
    public record Reading(Budget budget, List<FieldFault> faults) {}

    /** Said with every answer of admission. */
    private static final Map<Enum<?>, String> NAMES = Stream.<Enum<?>[]>of(
                    Decision.values(), BudgetAction.values(), BudgetMeasure.values(), BudgetPeriod.values())
            .flatMap(Arrays::stream)
            .collect(Collectors.toUnmodifiableMap(
                    Function.identity(), value -> value.name().toLowerCase(Locale.ROOT)));

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

    /** Those that stand for nothing where they are null. */
    private static final Set<String> NULLABLE =
            Set.of("tenant", "limit", "rollover", "temporary_increase", "per_request", "burn_rate_min");

    private static final Set<String> NEVER_NULL =
            FIELDS.stream().filter(field -> !NULLABLE.contains(field)).collect(Collectors.toUnmodifiableSet());

    private BudgetJson() {}

    /**
     * Reads a budget and tells of everything that is wrong with it.
     *
     * @param id of the address; the text may leave it out or must say the same
     */
    public static Reading read(String json, String id) {
        Faults faults = new Faults();
        JsonNode node = JsonFields.parse(json, faults);
        Budget budget = node == null ? null : new Reader(faults).budget(node, id);
        return new Reading(budget, faults.list());
    }

    /** A budget as JSON text. */
    public static String write(Budget budget) {
        return JsonFields.text(toJson(budget));
    }

    /** Budgets as {@code {"budgets": [budget, …]}}. */
    public static String writeAll(Collection<Budget> budgets) {
        ObjectNode node = JsonFields.object();
        ArrayNode array = node.putArray("budgets");
        budgets.forEach(budget -> array.add(toJson(budget)));
        return JsonFields.text(node);
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
        String name = NAMES.get(value);
        return name == null ? value.name().toLowerCase(Locale.ROOT) : name;
    }

    private static ObjectNode toJson(Budget budget) {
        BudgetMeasure measure = budget.getMeasure();
        ObjectNode node = JsonFields.object();
        node.put("id", budget.getId());
        node.put("description", budget.getDescription());
        node.put("owner", budget.getOwner());
        node.put("tenant", budget.getTenant());
        node.set("match", JsonFields.patterns(budget.getMatch()));
        node.set("exclude", JsonFields.patterns(budget.getExclude()));
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
        ObjectNode node = JsonFields.object();
        node.put("at", fraction(threshold.getAtPpm()));
        node.put("action", name(threshold.getAction()));
        if (threshold.getModel() != null) {
            node.put("model", threshold.getModel());
        }
        return node;
    }

    private static void putAmount(ObjectNode node, String field, BudgetMeasure measure, Long amount) {
        node.put(field, amount == null ? null : amount(measure, amount));
    }

    /** Reads one budget. A field that cannot be read is a fault; the rules then have their say on the rest. */
    private static final class Reader extends JsonFields {

        private BudgetMeasure measure;

        Reader(Faults faults) {
            super(faults);
        }

        Budget budget(JsonNode node, String id) {
            if (!isObject(node, "")) {
                return null;
            }
            refuseUnknown(node, "", FIELDS);
            refuseNull(node, NEVER_NULL);
            Budget budget = new Budget();
            measure = named(node, "", "measure", BudgetMeasure.values(), BudgetMeasure.COST);
            budget.setId(nameOf(node, "id", id));
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
    }
}
