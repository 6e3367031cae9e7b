package io.spendstream;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
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
            List<Long> atPpm,
            long rolloverMax,
            long increase,
            Instant increaseUntil,
            long burnRateMin) {

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

        /** How far back a pace looks. */
        Duration paceTaken() {
            return switch (period) {
                case "HOUR" -> Duration.ofMinutes(15);
                case "DAY" -> Duration.ofHours(3);
                default -> Duration.ofDays(1);
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
        private final Map<List<String>, Pace> paces = new HashMap<>();
        /** Of each counter the time of its latest call. */
        private final Map<Counter, Instant> updated = new HashMap<>();
        /** Of each counter the kinds that are open besides thresholds. */
        private final Map<Counter, Set<String>> open = new HashMap<>();
        /** Of these the pace is so fast, or was since it became too fast, that somebody is called. */
        private final Set<Counter> paged = new HashSet<>();
        /** What a budget per user has seen since it was defined. */
        private final Map<Counter, Long> seen = new HashMap<>();
        /** Of each counter the thresholds passed: those that somebody was told of are true. */
        private final Map<Counter, TreeMap<Long, Boolean>> passed = new LinkedHashMap<>();

        Watched(Rule rule, Instant defined) {
            this.rule = rule;
            this.defined = defined;
        }
    }

    /** What a group spent lately: by five minutes for six hours, by the hour for eight days. */
    private static final class Pace {

        private static final long FINE = 300_000;
        private static final long COARSE = 3_600_000;

        private final TreeMap<Long, Long> fine = new TreeMap<>();
        private final TreeMap<Long, Long> coarse = new TreeMap<>();

        void add(Instant at, long amount) {
            fine.merge(Math.floorDiv(at.toEpochMilli(), FINE), amount, Long::sum);
            coarse.merge(Math.floorDiv(at.toEpochMilli(), COARSE), amount, Long::sum);
        }

        long within(Duration time, Instant now) {
            long to = now.toEpochMilli() + 1;
            long from = now.toEpochMilli() - time.toMillis();
            boolean isFine = fine.isEmpty() || Math.floorDiv(from, FINE) > fine.lastKey() - 73;
            return isFine ? sum(fine, FINE, 73, from, to) : sum(coarse, COARSE, 193, from, to);
        }

        /** A bin that the window cuts gives its share; the latest one is as long as it has lasted. */
        private static long sum(TreeMap<Long, Long> bins, long size, int kept, long from, long to) {
            long sum = 0;
            for (Map.Entry<Long, Long> bin : bins.entrySet()) {
                boolean isLatest = bin.getKey().equals(bins.lastKey());
                long start = bin.getKey() * size;
                long end = isLatest ? Math.min(start + size, to) : start + size;
                long overlap = Math.min(end, to) - Math.max(start, from);
                if (bin.getKey() > bins.lastKey() - kept && overlap > 0) {
                    sum += BigInteger.valueOf(bin.getValue())
                            .multiply(BigInteger.valueOf(overlap))
                            .divide(BigInteger.valueOf(end - start))
                            .longValueExact();
                }
            }
            return sum;
        }
    }

    /** Name, long and short window in minutes, how many times an even pace in tenths. */
    private record Burn(boolean pages, int longMinutes, int shortMinutes, int tenths) {}

    private static final List<Burn> BURNS =
            List.of(new Burn(true, 60, 5, 144), new Burn(true, 360, 30, 60), new Burn(false, 4_320, 360, 10));
    private static final String BURN_RATE = "burn rate";

    private static final Pace NONE = new Pace();
    private static final Duration QUARTER = Duration.ofMinutes(15);

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
    /** That tasks have started again and have not looked at anything since. */
    private boolean started;

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
        lookAfterStart();
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
                spend(budget, counter, call.time(), requests + amountBesidesRequests(budget.rule, call));
            }
        }
    }

    /** What the counters did not hear of is forgotten: when the latest deliveries were received. */
    void restarted() {
        received = Instant.EPOCH;
        counted = Instant.EPOCH;
        started = true;
    }

    /** A task that starts holds the periods under way against the budgets: an increase may have ended meanwhile. */
    private void lookAfterStart() {
        if (started) {
            started = false;
            for (Watched budget : budgets.values()) {
                for (Counter counter : sums(budget).keySet()) {
                    if (isUnderWay(budget.rule, counter)) {
                        judge(budget, counter, false);
                    }
                }
            }
        }
    }

    private boolean isUnderWay(Rule rule, Counter counter) {
        return !counter.start().isAfter(now) && rule.end(counter.start()).isAfter(now);
    }

    /** A model's price; calls of it that had none are corrected. */
    void price(String model, long inputPico, long outputPico) {
        settle();
        prices.put(model, new long[] {inputPico, outputPico});
        List<Call> waiting = calls.values().stream()
                .filter(call -> call.model().equals(model))
                .toList();
        waiting.forEach(call -> costs.put(call.id(), cost(call, prices.get(model))));
        for (Watched budget : budgets.values()) {
            for (Call call : waiting) {
                if (budget.rule.matches(call) && budget.rule.measure().equals("COST")) {
                    spend(budget, counterOf(budget.rule, call), call.time(), costs.get(call.id()));
                }
            }
        }
    }

    void define(Rule rule, Instant written) {
        Watched before = budgets.get(rule.id());
        if (before != null && before.rule.countsLike(rule)) {
            before.rule = rule;
            for (Counter counter : sums(before).keySet()) {
                if (isUnderWay(rule, counter)) {
                    judge(before, counter, false);
                }
            }
            return;
        }
        resolveAll(budgets.remove(rule.id()));
        // Other counters are looked at before the tasks have begun to count for this one.
        settle();
        if (before != null) {
            hear(before.rule.isPerUser() ? counted : received);
        }
        Watched budget = new Watched(rule, written);
        hear(rule.isPerUser() ? counted : received);
        budgets.put(rule.id(), budget);
        begin(budget);
        for (Counter counter : sums(budget).keySet()) {
            boolean over = !rule.end(counter.start()).isAfter(written);
            judge(budget, counter, over);
        }
    }

    void forget(String id) {
        Watched gone = budgets.remove(id);
        resolveAll(gone);
        settle();
        if (gone != null) {
            hear(gone.rule.isPerUser() ? counted : received);
        }
    }

    private void resolveAll(Watched gone) {
        if (gone != null) {
            gone.open.forEach((counter, names) -> names.forEach(name -> tell(gone, counter, name, "RESOLVED")));
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

    private void spend(Watched budget, Counter counter, Instant time, long amount) {
        if (amount != 0 && !counter.start().isBefore(budget.rule.countedFrom(budget.defined))) {
            hear(received);
            budget.seen.merge(counter, amount, Long::sum);
            Instant at = within(quarter(time), quarter(time).plus(QUARTER), received);
            updated(budget, counter, at);
            budget.paces.computeIfAbsent(counter.group(), g -> new Pace()).add(at, amount);
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
        // Nothing was spent where no call has a price yet, and nothing is said of it.
        sums.values().removeIf(sum -> sum == 0);
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
            BigDecimal needed = BigDecimal.valueOf(limit(budget, counter)).multiply(BigDecimal.valueOf(at, 6));
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
        tell(budget, counter, Long.toString(at), state);
    }

    private void tell(Watched budget, Counter counter, String what, String state) {
        Map<String, String> group = new TreeMap<>();
        for (int i = 0; i < counter.group().size(); i++) {
            group.put(budget.rule.groupBy().get(i), counter.group().get(i));
        }
        alerts.add(budget.rule.id() + "|" + group + "|" + counter.start().toEpochMilli() + "|" + what + "|" + state);
    }

    private static Instant quarter(Instant time) {
        return Instant.ofEpochMilli(time.toEpochMilli() - Math.floorMod(time.toEpochMilli(), QUARTER.toMillis()));
    }

    /** The time itself, or the nearest one from {@code from} to before {@code to}. */
    private static Instant within(Instant from, Instant to, Instant time) {
        return time.isBefore(from) ? from : time.isBefore(to) ? time : to.minusMillis(1);
    }

    private static void updated(Watched budget, Counter counter, Instant at) {
        budget.updated.merge(counter, at, (one, other) -> one.isAfter(other) ? one : other);
    }

    /** What the cube knows of before: sums of periods, and by the quarter-hour or the hour for the pace. */
    private void begin(Watched budget) {
        if (budget.rule.isPerUser()) {
            return;
        }
        for (Counter counter : sums(budget).keySet()) {
            updated(budget, counter, within(counter.start(), budget.rule.end(counter.start()), received));
        }
        Instant finely = budget.defined.minus(Duration.ofHours(7));
        Map<List<String>, TreeMap<Instant, Long>> past = new HashMap<>();
        for (Call call : calls.values()) {
            Instant quarter = quarter(call.time());
            Instant hour = quarter.truncatedTo(ChronoUnit.HOURS);
            boolean counts = budget.rule.matches(call) && !quarter.isBefore(budget.defined.minus(Duration.ofDays(8)));
            if (counts) {
                long requests = budget.rule.measure().equals("REQUESTS") ? 1 : 0;
                past.computeIfAbsent(budget.rule.groupOf(call), g -> new TreeMap<>())
                        .merge(
                                hour.isBefore(finely) ? hour : quarter,
                                requests + amountBesidesRequests(budget.rule, call),
                                Long::sum);
            }
        }
        past.forEach((group, sums) -> {
            Pace pace = budget.paces.computeIfAbsent(group, g -> new Pace());
            sums.forEach((from, sum) -> spread(
                    pace,
                    from,
                    from.truncatedTo(ChronoUnit.HOURS).isBefore(finely) ? Duration.ofHours(1) : QUARTER,
                    sum));
        });
    }

    /** Evenly over the five minutes that have begun; the last gets what is left over. */
    private void spread(Pace pace, Instant from, Duration length, long amount) {
        if (amount == 0) {
            return;
        }
        Instant to = from.plus(length).isBefore(now) ? from.plus(length) : now;
        List<Instant> fives = new ArrayList<>();
        for (Instant five = from; five.isBefore(to); five = five.plusSeconds(300)) {
            fives.add(five);
        }
        if (fives.isEmpty()) {
            fives.add(from);
        }
        for (Instant five : fives) {
            pace.add(five, amount / fives.size());
        }
        pace.add(fives.get(fives.size() - 1), amount % fives.size());
    }

    /** The limit in force now. */
    private long limit(Watched budget, Counter counter) {
        Instant latest = budget.updated.getOrDefault(counter, Instant.EPOCH);
        Instant at = latest.isAfter(now) ? latest : now;
        Instant until = budget.rule.increaseUntil();
        return budget.rule.limit()
                + carried(budget, counter, 12)
                + (until != null && at.isBefore(until) ? budget.rule.increase() : 0);
    }

    /** What the periods before left over, as far as the budget was there before they ended. */
    private long carried(Watched budget, Counter counter, int periods) {
        Rule rule = budget.rule;
        if (rule.rolloverMax() == 0 || periods == 0 || !counter.start().isAfter(budget.defined)) {
            return 0;
        }
        Counter before = new Counter(rule.start(counter.start().minusMillis(1)), counter.group());
        long unused = rule.limit()
                + carried(budget, before, periods - 1)
                - sums(budget).getOrDefault(before, 0L);
        return Math.max(0, Math.min(rule.rolloverMax(), unused));
    }

    /** Looks at all periods under way: time goes on for them too. What was said of the pace of those before is over. */
    void settle() {
        started = false;
        for (Watched budget : budgets.values()) {
            for (Counter counter : List.copyOf(budget.open.keySet())) {
                if (!budget.rule.end(counter.start()).isAfter(now)) {
                    turn(budget, counter, BURN_RATE, false);
                    turn(budget, counter, "forecast", false);
                }
            }
            for (Map.Entry<Counter, Long> sum : sums(budget).entrySet()) {
                Counter counter = sum.getKey();
                if (isUnderWay(budget.rule, counter)) {
                    judge(budget, counter, false);
                    burn(budget, counter, sum.getValue());
                    forecast(budget, counter, sum.getValue());
                }
            }
        }
    }

    private void burn(Watched budget, Counter counter, long spent) {
        Duration period = Duration.between(counter.start(), budget.rule.end(counter.start()));
        Burn fires = null;
        for (Burn burn : BURNS) {
            if (fires == null
                    && spent >= budget.rule.burnRateMin()
                    && burn.longMinutes() <= period.toMinutes()
                    && isFast(budget, counter, period, burn, burn.longMinutes())
                    && isFast(budget, counter, period, burn, burn.shortMinutes())) {
                fires = burn;
            }
        }
        boolean wasOpen = budget.open.getOrDefault(counter, Set.of()).contains(BURN_RATE);
        turn(budget, counter, BURN_RATE, fires != null);
        if (fires == null) {
            budget.paged.remove(counter);
        } else if (fires.pages() && budget.paged.add(counter) && wasOpen) {
            tell(budget, counter, BURN_RATE, "ESCALATED");
        }
    }

    private boolean isFast(Watched budget, Counter counter, Duration period, Burn burn, int minutes) {
        long recent = budget.paces.getOrDefault(counter.group(), NONE).within(Duration.ofMinutes(minutes), now);
        BigDecimal even = BigDecimal.valueOf(limit(budget, counter)).multiply(BigDecimal.valueOf(minutes));
        return BigDecimal.valueOf(recent)
                        .multiply(BigDecimal.valueOf(period.toMinutes()))
                        .compareTo(even.multiply(BigDecimal.valueOf(burn.tenths(), 1)))
                >= 0;
    }

    /** Warns where the limit will be reached in the period; until the pace leads to nine tenths of it at the most. */
    private void forecast(Watched budget, Counter counter, long spent) {
        Duration taken = budget.rule.paceTaken();
        long limit = limit(budget, counter);
        long left = Duration.between(now, budget.rule.end(counter.start())).toMillis();
        long recent =
                Math.max(0, budget.paces.getOrDefault(counter.group(), NONE).within(taken, now));
        BigInteger more = BigInteger.valueOf(recent).multiply(BigInteger.valueOf(left));
        BigInteger missing = BigInteger.valueOf(limit - spent).multiply(BigInteger.valueOf(taken.toMillis()));
        if (!budget.open.getOrDefault(counter, Set.of()).contains("forecast")) {
            boolean warns = spent < limit
                    && spent >= budget.rule.burnRateMin()
                    && recent > 0
                    // Strictly before the end, and whole milliseconds are rounded up.
                    && missing.add(BigInteger.valueOf(recent - 1))
                                    .divide(BigInteger.valueOf(recent))
                                    .compareTo(BigInteger.valueOf(left))
                            < 0;
            if (warns) {
                turn(budget, counter, "forecast", true);
            }
        } else {
            long atEnd = more.divide(BigInteger.valueOf(taken.toMillis())).longValueExact() + spent;
            if (atEnd < limit - limit / 10) {
                turn(budget, counter, "forecast", false);
            }
        }
    }

    private void turn(Watched budget, Counter counter, String name, boolean on) {
        Set<String> open = budget.open.computeIfAbsent(counter, c -> new TreeSet<>());
        if (on ? open.add(name) : open.remove(name)) {
            tell(budget, counter, name, on ? "OPEN" : "RESOLVED");
        }
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
