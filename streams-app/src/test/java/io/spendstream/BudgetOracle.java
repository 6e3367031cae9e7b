package io.spendstream;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What budgets should amount to and whom they should tell, found without any of the production code: a list of calls, one
 * thread, and every sum made anew from all of them.
 */
final class BudgetOracle {

    /** A call. Null fields are not given. */
    record Call(
            String id, Instant time, String feature, String model, String team, String user, long input, long output) {

        String value(String field) {
            return switch (field) {
                case "feature" -> feature;
                case "model" -> model;
                case "team" -> team;
                case "user" -> user;
                default -> throw new IllegalArgumentException(field);
            };
        }
    }

    /** A budget. {@code features}: a prefix and an asterisk, or a name; null: all. */
    record Rule(
            String id,
            String features,
            List<String> groupBy,
            String measure,
            long limit,
            String period,
            String zone,
            List<Long> atPpm) {

        boolean countsLike(Rule other) {
            return other.features.equals(features)
                    && other.groupBy.equals(groupBy)
                    && other.measure.equals(measure)
                    && other.period.equals(period)
                    && other.zone.equals(zone);
        }

        boolean isPerUser() {
            return groupBy.contains("user");
        }

        boolean matches(Call call) {
            return features.endsWith("*")
                    ? call.feature().startsWith(features.substring(0, features.length() - 1))
                    : call.feature().equals(features);
        }

        List<String> groupOf(Call call) {
            return Arrays.asList(groupBy.stream().map(call::value).toArray(String[]::new));
        }

        Instant start(Instant time) {
            ZoneId at = ZoneId.of(zone);
            if (period.equals("HOUR")) {
                long offset = at.getRules().getOffset(time).getTotalSeconds();
                long local = time.getEpochSecond() + offset;
                return Instant.ofEpochSecond(local - local % 3600 - offset);
            }
            return midnight(first(time.atZone(at).toLocalDate()), at);
        }

        private LocalDate first(LocalDate day) {
            return switch (period) {
                case "DAY" -> day;
                case "WEEK" -> day.minusDays(day.getDayOfWeek().getValue() - 1L);
                default -> day.withDayOfMonth(1);
            };
        }

        Instant end(Instant start) {
            ZoneId at = ZoneId.of(zone);
            LocalDate day = start.atZone(at).toLocalDate();
            return switch (period) {
                case "HOUR" -> start.plusSeconds(3600);
                case "DAY" -> midnight(day.plusDays(1), at);
                case "WEEK" -> midnight(day.plusDays(7), at);
                default -> midnight(day.plusMonths(1), at);
            };
        }

        /** Periods that begin before are not counted. */
        Instant countedFrom(Instant defined) {
            Instant start = start(defined);
            int before = period.equals("HOUR") ? 24 : period.equals("DAY") ? 7 : 1;
            for (int i = 0; i < before; i++) {
                start = start(start.minusSeconds(1));
            }
            return start;
        }

        private static Instant midnight(LocalDate day, ZoneId zone) {
            return day.atStartOfDay(zone).toInstant();
        }
    }

    private record Counter(Instant start, List<String> group) {}

    /** A budget in force. */
    private static final class Watched {
        private Rule rule;
        private final Instant defined;
        /** What a budget per user has seen since it was defined. */
        private final Map<Counter, Long> seen = new HashMap<>();
        /** Of each counter the thresholds passed: those that somebody was told of are true. */
        private final Map<Counter, TreeMap<Long, Boolean>> passed = new LinkedHashMap<>();

        Watched(Rule rule, Instant defined) {
            this.rule = rule;
            this.defined = defined;
        }
    }

    private final Map<String, Call> calls = new LinkedHashMap<>();
    private final Map<String, Long> costs = new HashMap<>();
    /** Model to pico-USD per input and output token. */
    private final Map<String, long[]> prices = new HashMap<>();

    private final Map<String, Watched> budgets = new TreeMap<>();
    private final List<String> alerts = new ArrayList<>();
    /** When the latest delivery was received, when the latest that counts, and what of it the counters know. */
    private Instant received = Instant.EPOCH;

    private Instant counted = Instant.EPOCH;
    private Instant now = Instant.EPOCH;

    /** What was told, in any order: budget, group, start, threshold, state. */
    List<String> alerts() {
        return alerts;
    }

    /** Budget, start in epoch milliseconds and group, to what is spent; those of 0 left out. */
    Map<String, Long> counters() {
        Map<String, Long> all = new TreeMap<>();
        budgets.forEach((id, budget) -> sums(budget).forEach((counter, spent) -> {
            if (spent != 0) {
                all.put(id + "|" + counter.start().toEpochMilli() + "|" + counter.group(), spent);
            }
        }));
        return all;
    }

    /** Any delivery of a call. */
    void receive(Call call, Instant at) {
        received = at;
        if (call.time().isAfter(at.plus(Duration.ofMinutes(5)))
                || call.time().isBefore(at.minus(Duration.ofDays(35)))
                || calls.containsKey(call.id())) {
            return;
        }
        counted = at;
        calls.put(call.id(), call);
        long[] price = prices.get(call.model());
        costs.put(call.id(), price == null ? 0 : cost(call, price));
        for (Watched budget : budgets.values()) {
            if (budget.rule.matches(call)) {
                Counter counter = counterOf(budget.rule, call);
                long requests = budget.rule.measure().equals("REQUESTS") ? 1 : 0;
                spend(budget, counter, requests + amountBesidesRequests(budget.rule, call));
            }
        }
    }

    /** What the counters did not hear of is forgotten: when the latest deliveries were received. */
    void restarted() {
        received = Instant.EPOCH;
        counted = Instant.EPOCH;
    }

    /** A model's price; calls of it that had none are corrected. */
    void price(String model, long inputPico, long outputPico) {
        prices.put(model, new long[] {inputPico, outputPico});
        List<Call> waiting = calls.values().stream()
                .filter(call -> call.model().equals(model))
                .toList();
        waiting.forEach(call -> costs.put(call.id(), cost(call, prices.get(model))));
        for (Watched budget : budgets.values()) {
            for (Call call : waiting) {
                if (budget.rule.matches(call) && budget.rule.measure().equals("COST")) {
                    spend(budget, counterOf(budget.rule, call), costs.get(call.id()));
                }
            }
        }
    }

    void define(Rule rule, Instant written) {
        Watched before = budgets.get(rule.id());
        if (before != null && before.rule.countsLike(rule)) {
            before.rule = rule;
            for (Counter counter : sums(before).keySet()) {
                boolean underWay = !counter.start().isAfter(now)
                        && rule.end(counter.start()).isAfter(now);
                if (underWay) {
                    judge(before, counter, false);
                }
            }
            return;
        }
        forget(rule.id());
        Watched budget = new Watched(rule, written);
        hear(rule.isPerUser() ? counted : received);
        budgets.put(rule.id(), budget);
        for (Counter counter : sums(budget).keySet()) {
            boolean over = !rule.end(counter.start()).isAfter(written);
            judge(budget, counter, over);
        }
    }

    void forget(String id) {
        Watched gone = budgets.remove(id);
        if (gone != null) {
            hear(gone.rule.isPerUser() ? counted : received);
            gone.passed.forEach((counter, thresholds) -> thresholds.forEach((at, told) -> {
                if (told) {
                    tell(gone, counter, at, "RESOLVED");
                }
            }));
        }
    }

    private static Counter counterOf(Rule rule, Call call) {
        return new Counter(rule.start(call.time()), rule.groupOf(call));
    }

    private void spend(Watched budget, Counter counter, long amount) {
        if (amount != 0 && !counter.start().isBefore(budget.rule.countedFrom(budget.defined))) {
            hear(received);
            budget.seen.merge(counter, amount, Long::sum);
            judge(budget, counter, false);
        }
    }

    private void hear(Instant at) {
        now = at.isAfter(now) ? at : now;
    }

    private Map<Counter, Long> sums(Watched budget) {
        if (budget.rule.isPerUser()) {
            return Map.copyOf(budget.seen);
        }
        Instant from = budget.rule.countedFrom(budget.defined);
        Map<Counter, Long> sums = new LinkedHashMap<>();
        for (Call call : calls.values()) {
            Counter counter = counterOf(budget.rule, call);
            if (budget.rule.matches(call) && !counter.start().isBefore(from)) {
                long requests = budget.rule.measure().equals("REQUESTS") ? 1 : 0;
                sums.merge(counter, requests + amountBesidesRequests(budget.rule, call), Long::sum);
            }
        }
        return sums;
    }

    private long amountBesidesRequests(Rule rule, Call call) {
        return switch (rule.measure()) {
            case "COST" -> costs.get(call.id());
            case "TOKENS" -> call.input() + call.output();
            case "OUTPUT_TOKENS" -> call.output();
            default -> 0;
        };
    }

    private void judge(Watched budget, Counter counter, boolean quietly) {
        Long spent = sums(budget).get(counter);
        if (spent == null) {
            return;
        }
        TreeMap<Long, Boolean> passed = budget.passed.computeIfAbsent(counter, c -> new TreeMap<>());
        Set<Long> all = new TreeSet<>(budget.rule.atPpm());
        for (long at : all) {
            BigDecimal needed = BigDecimal.valueOf(budget.rule.limit()).multiply(BigDecimal.valueOf(at, 6));
            boolean is = BigDecimal.valueOf(spent).compareTo(needed) >= 0;
            if (is && !passed.containsKey(at)) {
                passed.put(at, !quietly);
                if (!quietly) {
                    tell(budget, counter, at, "OPEN");
                }
            } else if (!is) {
                over(budget, counter, at);
            }
        }
        for (long at : List.copyOf(passed.keySet())) {
            if (!all.contains(at)) {
                over(budget, counter, at);
            }
        }
    }

    private void over(Watched budget, Counter counter, long at) {
        Boolean told = budget.passed.get(counter).remove(at);
        if (told != null && told) {
            tell(budget, counter, at, "RESOLVED");
        }
    }

    private void tell(Watched budget, Counter counter, long at, String state) {
        Map<String, String> group = new TreeMap<>();
        for (int i = 0; i < counter.group().size(); i++) {
            group.put(budget.rule.groupBy().get(i), counter.group().get(i));
        }
        alerts.add(budget.rule.id() + "|" + group + "|" + counter.start().toEpochMilli() + "|" + at + "|" + state);
    }

    private static long cost(Call call, long[] pico) {
        return nano(call.input(), pico[0]) + nano(call.output(), pico[1]);
    }

    private static long nano(long units, long pico) {
        return BigDecimal.valueOf(units)
                .multiply(BigDecimal.valueOf(pico))
                .movePointLeft(3)
                .setScale(0, RoundingMode.HALF_EVEN)
                .longValueExact();
    }
}
