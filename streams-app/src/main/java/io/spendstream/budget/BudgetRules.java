package io.spendstream.budget;

import io.spendstream.definition.Faults;
import io.spendstream.definition.FieldFault;
import io.spendstream.usage.Dimension;
import io.spendstream.usage.Texts;
import io.spendstream.v1.Budget;
import io.spendstream.v1.BudgetAction;
import io.spendstream.v1.BudgetPeriod;
import io.spendstream.v1.BudgetThreshold;
import io.spendstream.v1.RequestLimits;
import io.spendstream.v1.ServiceTier;
import io.spendstream.v1.TemporaryIncrease;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** What a budget must satisfy to be in force, the same for REST and for the topic. */
public final class BudgetRules {

    public static final int ID_LENGTH_MAX = 128;
    /** Of description and owner, in characters. */
    public static final int WORDS_LENGTH_MAX = 1_000;
    /** Of a tenant, field, pattern and model, in characters. */
    public static final int TEXT_LENGTH_MAX = 256;
    /** Of match and of exclude. */
    public static final int FIELDS_MAX = 32;
    /** Of one field. */
    public static final int PATTERNS_MAX = 200;
    /** In one pattern. */
    public static final int STARS_MAX = 8;

    public static final int GROUP_BY_MAX = 8;
    public static final int THRESHOLDS_MAX = 20;
    /** Of the limit: ten times as much. */
    public static final long AT_PPM_MAX = 10_000_000;
    /** Of every amount: 1,000,000,000 USD, or a thousand times as many counts as USD fit. */
    public static final long AMOUNT_MAX = 1_000_000_000L * 1_000_000_000L;

    public static final Instant TIME_MAX = Instant.parse("9999-12-31T23:59:59.999Z");

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:-]*");
    private static final String TENANT = Dimension.TENANT.field();
    private static final String SERVICE_TIER = Dimension.SERVICE_TIER.field();
    private static final List<String> SERVICE_TIERS =
            Arrays.stream(ServiceTier.values()).map(ServiceTier::name).toList();
    /** What every call says: where all of its values are excluded, nothing is left. */
    private static final Map<String, List<String>> ALWAYS_SAID = Map.of(
            TENANT,
            List.of("*"),
            Dimension.FEATURE.field(),
            List.of("*"),
            Dimension.MODEL.field(),
            List.of("*"),
            Dimension.OPERATION.field(),
            List.of("*"),
            SERVICE_TIER,
            SERVICE_TIERS);

    private static final String FIELDS =
            String.join(", ", Dimension.fields()) + ", user, session, endpoint and tags.<key>";

    private BudgetRules() {}

    /** Everything that is wrong with a budget, by field; empty where it can be in force. */
    public static List<FieldFault> check(Budget budget) {
        Faults faults = new Faults();
        check(budget, faults);
        return faults.list();
    }

    /**
     * What is wrong with a budget in view of the price book. Kept apart from {@link #check}, since a price may come
     * after the budget on the topic: there it is no reason to refuse.
     *
     * @param priced whether a model has a price
     */
    public static List<FieldFault> checkModels(Budget budget, Predicate<String> priced) {
        Faults faults = new Faults();
        List<BudgetThreshold> thresholds = orEmpty(budget.getThresholds());
        for (int i = 0; i < thresholds.size(); i++) {
            BudgetThreshold threshold = thresholds.get(i);
            if (threshold != null && threshold.getModel() != null && !priced.test(threshold.getModel())) {
                faults.add(
                        "thresholds[" + i + "].model",
                        "'" + Texts.shortened(threshold.getModel()) + "' has no price; add it to the price book first"
                                + " or name another model");
            }
        }
        return faults.list();
    }

    static void check(Budget budget, Faults faults) {
        checkId(faults, budget.getId());
        checkWords(faults, "description", budget.getDescription());
        checkWords(faults, "owner", budget.getOwner());
        if (budget.getTenant() != null) {
            checkText(faults, "tenant", budget.getTenant());
        }
        checkPatterns(faults, "match", orEmpty(budget.getMatch()));
        checkPatterns(faults, "exclude", orEmpty(budget.getExclude()));
        checkMatchesSomething(faults, budget);
        checkGroupBy(faults, orEmpty(budget.getGroupBy()));
        if (budget.getMeasure() == null) {
            faults.add("measure", "is missing; it takes cost, tokens, input_tokens, output_tokens or requests");
        }
        checkLimit(faults, budget);
        checkPeriod(faults, budget);
        checkThresholds(faults, budget);
        checkRollover(faults, budget);
        checkIncrease(faults, budget);
        checkPerRequest(faults, budget.getPerRequest());
        if (budget.getBurnRateMin() != null && !isIn(budget.getBurnRateMin(), 0)) {
            faults.add("burn_rate_min", notBetween(budget.getBurnRateMin(), 0));
        }
    }

    /** An id, as it may be in addresses and keys. */
    public static void checkId(Faults faults, String id) {
        if (id == null || id.isEmpty()) {
            faults.add("id", "is missing");
        } else if (id.length() > ID_LENGTH_MAX) {
            faults.add("id", id.length() + " characters are more than " + ID_LENGTH_MAX);
        } else if (!ID.matcher(id).matches()) {
            faults.add(
                    "id",
                    "'" + Texts.shortened(id) + "' is no id; it takes letters, digits, '.', '_', ':' and '-', from a"
                            + " letter or digit");
        }
    }

    /** A text for people. */
    public static void checkWords(Faults faults, String field, String words) {
        if (words != null && words.length() > WORDS_LENGTH_MAX) {
            faults.add(field, words.length() + " characters are more than " + WORDS_LENGTH_MAX);
        } else if (words != null) {
            // People write lines; that is all they need.
            checkCharacters(
                    faults, field, words.replace('\n', ' ').replace('\r', ' ').replace('\t', ' '));
        }
    }

    /** What no event may hold is like nothing, and half a character is stored as another one. */
    private static boolean checkCharacters(Faults faults, String field, String text) {
        int unfit = Texts.firstUnfit(text);
        if (unfit >= 0) {
            faults.add(field, Texts.unfit(text.charAt(unfit)));
        }
        return unfit < 0;
    }

    /** A text that is compared; answers whether it is fine. */
    public static boolean checkText(Faults faults, String field, String text) {
        if (text == null || text.isEmpty()) {
            faults.add(field, "is empty");
        } else if (text.length() > TEXT_LENGTH_MAX) {
            faults.add(field, text.length() + " characters are more than " + TEXT_LENGTH_MAX);
        } else {
            return checkCharacters(faults, field, text);
        }
        return false;
    }

    /** A field that calls have; answers whether it is. */
    public static boolean checkField(Faults faults, String path, String field) {
        if (field == null || !Attributes.Fields.isKnown(field)) {
            faults.add(
                    path,
                    field == null
                            ? "is missing"
                            : "'" + Texts.shortened(field) + "' is no field of a call; known are " + FIELDS);
            return false;
        }
        return checkText(faults, path, field);
    }

    private static void checkPatterns(Faults faults, String path, Map<String, List<String>> patterns) {
        checkPatterns(faults, path, patterns, BudgetRules::checkField);
    }

    /** Whether a field may be asked of; tells where not. */
    @FunctionalInterface
    public interface FieldCheck {
        boolean test(Faults faults, String path, String field);
    }

    /** Patterns by field, at the path. */
    public static void checkPatterns(Faults faults, String path, Map<String, List<String>> patterns, FieldCheck known) {
        if (patterns.size() > FIELDS_MAX) {
            faults.add(path, patterns.size() + " fields are more than " + FIELDS_MAX);
            return;
        }
        patterns.forEach((field, values) -> {
            String at = path + "." + Texts.shortened(field);
            if (!known.test(faults, at, field)) {
                return;
            }
            if (values == null || values.isEmpty()) {
                faults.add(at, "is empty, so it is like no value; give a pattern or leave the field out");
            } else if (values.size() > PATTERNS_MAX) {
                faults.add(at, values.size() + " patterns are more than " + PATTERNS_MAX);
            } else {
                for (int i = 0; i < values.size(); i++) {
                    checkPattern(faults, at + "[" + i + "]", values.get(i));
                }
            }
        });
    }

    private static void checkPattern(Faults faults, String path, String pattern) {
        if (checkText(faults, path, pattern)
                && pattern.chars().filter(c -> c == '*').count() > STARS_MAX) {
            faults.add(path, "has more than " + STARS_MAX + " stars");
        }
    }

    /** What excludes all that it matches counts nothing, and would look like a budget that is never spent. */
    private static void checkMatchesSomething(Faults faults, Budget budget) {
        Map<String, List<String>> match = orEmpty(budget.getMatch());
        List<String> tenants = match.get(TENANT);
        if (budget.getTenant() != null
                && tenants != null
                && tenants.stream().noneMatch(p -> p != null && Glob.matches(p, budget.getTenant()))) {
            faults.add("match.tenant", "matches nothing: the budget is only for '" + budget.getTenant() + "'");
        }
        List<String> tiers = match.get(SERVICE_TIER);
        if (tiers != null && !tiers.isEmpty() && SERVICE_TIERS.stream().noneMatch(tier -> isLikeAny(tier, tiers))) {
            faults.add(
                    "match.service_tier",
                    "matches nothing: service tiers are " + String.join(", ", SERVICE_TIERS) + ", in capitals");
        }
        orEmpty(budget.getExclude()).forEach((field, excluded) -> {
            List<String> wanted = TENANT.equals(field) && budget.getTenant() != null
                    ? List.of(budget.getTenant())
                    : match.getOrDefault(field, ALWAYS_SAID.get(field));
            if (wanted == null || wanted.isEmpty() || excluded == null) {
                return;
            }
            boolean all = wanted.stream()
                    .filter(Objects::nonNull)
                    .allMatch(w -> excluded.stream().anyMatch(e -> e != null && Glob.covers(e, w)));
            if (all) {
                faults.add(
                        "exclude." + Texts.shortened(field),
                        "excludes all that is matched, so the budget matches nothing");
            }
        });
    }

    private static boolean isLikeAny(String value, List<String> patterns) {
        return patterns.stream().anyMatch(pattern -> pattern != null && Glob.matches(pattern, value));
    }

    private static void checkGroupBy(Faults faults, List<String> groupBy) {
        if (groupBy.size() > GROUP_BY_MAX) {
            faults.add("group_by", groupBy.size() + " fields are more than " + GROUP_BY_MAX);
            return;
        }
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < groupBy.size(); i++) {
            String at = "group_by[" + i + "]";
            if (checkField(faults, at, groupBy.get(i)) && !seen.add(groupBy.get(i))) {
                faults.add(at, "'" + Texts.shortened(groupBy.get(i)) + "' is listed twice");
            }
        }
    }

    private static void checkLimit(Faults faults, Budget budget) {
        if (budget.getLimit() == null) {
            if (budget.getPerRequest() == null) {
                faults.add("limit", "is missing; a budget needs a limit, or limits of single calls in per_request");
            }
        } else if (!isIn(budget.getLimit(), 1)) {
            faults.add("limit", notBetween(budget.getLimit(), 1));
        }
    }

    private static void checkPeriod(Faults faults, Budget budget) {
        if (budget.getPeriod() == null) {
            faults.add("period", "is missing; it takes hour, day, week, month, quarter, year or lifetime");
        }
        if (budget.getZone() == null) {
            faults.add("zone", "is missing; it takes a zone such as Europe/Berlin");
        } else if (!isZone(budget.getZone())) {
            faults.add(
                    "zone",
                    "'" + Texts.shortened(budget.getZone()) + "' is no zone known here; it takes one such as"
                            + " Europe/Berlin or UTC");
        }
        if (budget.getWeekStart() == null) {
            faults.add("week_start", "is missing; it takes monday to sunday");
        }
        if (budget.getAnchorDay() < 1 || budget.getAnchorDay() > 31) {
            faults.add("anchor_day", budget.getAnchorDay() + " is not between 1 and 31");
        }
    }

    private static boolean isZone(String zone) {
        try {
            ZoneId.of(zone).getRules();
            return true;
        } catch (DateTimeException e) {
            return false;
        }
    }

    private static void checkThresholds(Faults faults, Budget budget) {
        List<BudgetThreshold> thresholds = orEmpty(budget.getThresholds());
        if (thresholds.size() > THRESHOLDS_MAX) {
            faults.add("thresholds", thresholds.size() + " thresholds are more than " + THRESHOLDS_MAX);
            return;
        }
        if (!thresholds.isEmpty() && hasNoLimit(faults, budget)) {
            faults.add("thresholds", "are parts of a limit, and there is none");
        }
        Map<Long, Integer> seen = new HashMap<>();
        for (int i = 0; i < thresholds.size(); i++) {
            String at = "thresholds[" + i + "]";
            BudgetThreshold threshold = thresholds.get(i);
            if (threshold == null) {
                faults.add(at, "is missing");
                continue;
            }
            checkThreshold(faults, at, threshold);
            Integer first = isReadable(threshold) ? seen.putIfAbsent(threshold.getAtPpm(), i) : null;
            if (first != null) {
                faults.add(
                        at + ".at",
                        "is the same as of thresholds[" + first + "]; each threshold has one action, and alerts too");
            }
        }
        checkOrder(faults, thresholds);
    }

    private static void checkThreshold(Faults faults, String path, BudgetThreshold threshold) {
        if (threshold.getAtPpm() < 1 || threshold.getAtPpm() > AT_PPM_MAX) {
            faults.add(path + ".at", "is not above 0 and at most 10; 0.8 is 80 % of the limit");
        }
        BudgetAction action = threshold.getAction();
        if (action == null) {
            faults.add(
                    path + ".action",
                    "is missing; it takes notify, compress_context, use_model, queue_batch, throttle or deny");
        } else if (action == BudgetAction.USE_MODEL && threshold.getModel() == null) {
            faults.add(path + ".model", "is missing; use_model says which");
        } else if (action != BudgetAction.USE_MODEL && threshold.getModel() != null) {
            faults.add(path + ".model", "goes with use_model only");
        }
        if (threshold.getModel() != null) {
            checkText(faults, path + ".model", threshold.getModel());
        }
    }

    /** What is asked of calls that are denied already is never done. */
    private static void checkOrder(Faults faults, List<BudgetThreshold> thresholds) {
        long denied = Long.MAX_VALUE;
        for (BudgetThreshold threshold : thresholds) {
            if (isReadable(threshold) && threshold.getAction() == BudgetAction.DENY) {
                denied = Math.min(denied, threshold.getAtPpm());
            }
        }
        for (int i = 0; i < thresholds.size(); i++) {
            BudgetThreshold threshold = thresholds.get(i);
            if (isReadable(threshold)
                    && threshold.getAtPpm() > denied
                    && threshold.getAction() != null
                    && threshold.getAction() != BudgetAction.NOTIFY) {
                faults.add(
                        "thresholds[" + i + "].action",
                        "has no effect: calls are denied from a lower threshold on; only notify makes sense there");
            }
        }
    }

    /** What has no valid place among the others is not compared with them. */
    private static boolean isReadable(BudgetThreshold threshold) {
        return threshold != null && threshold.getAtPpm() >= 1 && threshold.getAtPpm() <= AT_PPM_MAX;
    }

    private static void checkRollover(Faults faults, Budget budget) {
        Long max = budget.getRolloverMax();
        if (max == null) {
            return;
        }
        if (!isIn(max, 1)) {
            faults.add("rollover.max", notBetween(max, 1));
        } else if (budget.getPeriod() == BudgetPeriod.LIFETIME) {
            faults.add("rollover", "has nothing to carry over to: a lifetime has one period");
        } else if (hasNoLimit(faults, budget)) {
            faults.add("rollover", "is a part of a limit, and there is none");
        }
    }

    private static void checkIncrease(Faults faults, Budget budget) {
        TemporaryIncrease increase = budget.getTemporaryIncrease();
        if (increase == null) {
            return;
        }
        if (!isIn(increase.getAmount(), 1)) {
            faults.add("temporary_increase.amount", notBetween(increase.getAmount(), 1));
        }
        if (increase.getUntil() == null) {
            faults.add("temporary_increase.until", "is missing; it takes a time such as 2026-12-01T00:00:00Z");
        } else if (increase.getUntil().isBefore(Instant.EPOCH)
                || increase.getUntil().isAfter(TIME_MAX)) {
            faults.add("temporary_increase.until", "is not between " + Instant.EPOCH + " and " + TIME_MAX);
        }
        if (hasNoLimit(faults, budget)) {
            faults.add("temporary_increase", "is on top of a limit, and there is none");
        }
    }

    private static void checkPerRequest(Faults faults, RequestLimits limits) {
        if (limits == null) {
            return;
        }
        if (limits.getMaxTokens() == null
                && limits.getMaxCostNanoUsd() == null
                && !faults.has("per_request.max_tokens")
                && !faults.has("per_request.max_cost_usd")) {
            faults.add("per_request", "is empty; it takes max_tokens, max_cost_usd or both");
        }
        if (limits.getMaxTokens() != null && !isIn(limits.getMaxTokens(), 1)) {
            faults.add("per_request.max_tokens", notBetween(limits.getMaxTokens(), 1));
        }
        if (limits.getMaxCostNanoUsd() != null && !isIn(limits.getMaxCostNanoUsd(), 1)) {
            faults.add("per_request.max_cost_usd", notBetween(limits.getMaxCostNanoUsd(), 1));
        }
    }

    /** A limit that is at fault itself is no reason to complain about what goes with it. */
    private static boolean hasNoLimit(Faults faults, Budget budget) {
        return budget.getLimit() == null && !faults.has("limit");
    }

    private static boolean isIn(long amount, long min) {
        return amount >= min && amount <= AMOUNT_MAX;
    }

    private static String notBetween(long amount, long min) {
        return amount < min
                ? (min == 0 ? "is negative" : "is not above 0")
                : "is more than " + AMOUNT_MAX + " (nano-USD for cost, else a count)";
    }

    private static <T> List<T> orEmpty(List<T> list) {
        return list == null ? List.of() : list;
    }

    private static <T> Map<String, T> orEmpty(Map<String, T> map) {
        return map == null ? Map.of() : map;
    }
}
