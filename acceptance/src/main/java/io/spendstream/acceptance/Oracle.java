package io.spendstream.acceptance;

import io.spendstream.v1.ModelPrices;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What Spendstream must answer, computed from the records that were sent: a second, independent reading of the
 * contract in plain Java and unbounded numbers, which shares no code with the pipeline but the Avro schemas. It keeps
 * every event and computes each answer from all of them, so it is as simple as it is slow.
 *
 * <p>Deliveries are to be given in the order in which they were sent. Not thread-safe.
 */
public final class Oracle {

    /** What became of a delivery; {@code reason} is null unless it was rejected. */
    public record Fate(Kind kind, String reason) {
        public enum Kind {
            COUNTED,
            DUPLICATE,
            REJECTED
        }
    }

    /** A counted event and what it cost; a null cost is not known yet. */
    private static final class Counted {
        final Usage event;
        private Tariff.Cost cost;
        private Map<String, BigDecimal> measures;

        Counted(Usage event, Tariff.Cost cost) {
            this.event = event;
            cost(cost);
        }

        void cost(Tariff.Cost known) {
            cost = known;
            measures = Oracle.measures(event, known);
        }
    }

    /** Of an answer. */
    private record Row(List<String> group, Instant start) {}

    /** Repeats whose time differs by more are no repeats that anything is promised about. */
    private static final Duration REPEAT_TOLERANCE = Duration.ofSeconds(60);

    private static final Set<String> PROMPT_PARTS = Set.of("system", "context", "history", "user", "tools");
    private static final Map<String, String> COUNTED_STATUS = Map.of("ERROR", "errors", "ABORTED", "aborted");

    private final Judgement judgement;
    private final Tariff tariff = new Tariff();
    private final Map<String, Counted> counted = new LinkedHashMap<>();
    private final Map<String, Long> rejected = new TreeMap<>();
    private long duplicates;
    private long repriced;

    /**
     * @param schemas writer schemas as Avro JSON, by id of the registry
     * @param ahead how far an event's time may lie after it was received
     * @param age how far before
     */
    public Oracle(Map<Integer, String> schemas, Duration ahead, Duration age) {
        judgement = new Judgement(schemas, ahead, age);
    }

    /** As configured by default. */
    public Oracle(Map<Integer, String> schemas) {
        this(schemas, Duration.ofMinutes(5), Duration.ofDays(35));
    }

    /** Prices that are in force from now on; events without a price that they cover get it. */
    public void price(ModelPrices prices) {
        tariff.put(prices);
        for (Counted entry : counted.values()) {
            if (entry.cost == null) {
                entry.cost(tariff.price(entry.event));
                repriced += entry.cost == null ? 0 : 1;
            }
        }
    }

    /** @throws IllegalArgumentException where the contract does not say what becomes of it */
    public Fate take(Delivery delivery) {
        Judgement.Verdict verdict = judgement.of(delivery);
        if (verdict.event() == null) {
            rejected.merge(verdict.reason(), 1L, Long::sum);
            return new Fate(Fate.Kind.REJECTED, verdict.reason());
        }
        Usage event = verdict.event();
        Counted first = counted.get(event.id());
        if (first == null) {
            counted.put(event.id(), new Counted(event, tariff.price(event)));
            return new Fate(Fate.Kind.COUNTED, null);
        }
        if (Math.abs(first.event.timeMs() - event.timeMs()) > REPEAT_TOLERANCE.toMillis()) {
            throw new IllegalArgumentException("the repeat of " + event.id() + " has a time more than "
                    + REPEAT_TOLERANCE.toSeconds() + " s from the first; what becomes of it is not promised");
        }
        duplicates++;
        return new Fate(Fate.Kind.DUPLICATE, null);
    }

    public long received() {
        return counted() + duplicates + rejectedInAll();
    }

    public long counted() {
        return counted.size();
    }

    public long duplicates() {
        return duplicates;
    }

    /** By reason. */
    public Map<String, Long> rejected() {
        return Map.copyOf(rejected);
    }

    public long rejectedInAll() {
        return rejected.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Counted events that have no price up to now. */
    public long unpriced() {
        return counted.values().stream().filter(entry -> entry.cost == null).count();
    }

    /** Events that had no price when they came and have one now. */
    public long repriced() {
        return repriced;
    }

    /** Nano-USD by id of the counted events; null where there is no price yet. */
    public Map<String, BigInteger> costs() {
        Map<String, BigInteger> costs = new HashMap<>();
        counted.forEach((id, entry) -> costs.put(id, entry.cost == null ? null : entry.cost.total()));
        return costs;
    }

    /** The exact answer to a question. */
    public SpendTable spend(SpendQuestion question) {
        Map<Row, Map<String, BigDecimal>> rows = new HashMap<>();
        for (Counted entry : counted.values()) {
            if (isAskedFor(question, entry.event)) {
                List<String> group = new ArrayList<>();
                question.groupBy().forEach(dimension -> group.add(entry.event.dimension(dimension)));
                Map<String, BigDecimal> sums = rows.computeIfAbsent(
                        new Row(group, bucketStart(question, entry.event.timeMs())), row -> new HashMap<>());
                entry.measures.forEach((measure, amount) -> sums.merge(measure, amount, BigDecimal::add));
            }
        }
        boolean ofUsers = isAboutUsers(question);
        SpendTable table = new SpendTable();
        rows.forEach((row, sums) -> {
            table.row(row.group, row.start);
            sums.forEach((measure, sum) -> {
                if (!ofUsers || !measure.startsWith("other_units.")) {
                    table.add(row.group, row.start, measure, sum);
                }
            });
        });
        return table;
    }

    private static boolean isAboutUsers(SpendQuestion question) {
        return question.groupBy().contains("user") || question.filters().containsKey("user");
    }

    private static boolean isAskedFor(SpendQuestion question, Usage event) {
        Instant time = Instant.ofEpochMilli(event.timeMs());
        if (time.isBefore(question.from()) || !time.isBefore(question.to())) {
            return false;
        }
        return question.filters().entrySet().stream().allMatch(filter -> {
            String value = event.dimension(filter.getKey());
            return filter.getValue().contains(value == null ? "" : value);
        });
    }

    /** Where the bucket of an event starts by the clocks of the zone. */
    private static Instant bucketStart(SpendQuestion question, long timeMs) {
        ZoneId zone = question.zone();
        Instant time = Instant.ofEpochMilli(timeMs);
        return switch (question.granularity()) {
            case "total" -> question.from();
            case "15m" -> Instant.ofEpochSecond(Math.floorDiv(time.getEpochSecond(), 900) * 900);
            case "hour" -> hourStart(time, zone);
            case "day" -> dayStart(date(time, zone), zone);
            case "week" -> dayStart(date(time, zone).with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY)), zone);
            case "month" -> dayStart(date(time, zone).withDayOfMonth(1), zone);
            default -> throw new IllegalArgumentException("no granularity: " + question.granularity());
        };
    }

    private static LocalDate date(Instant time, ZoneId zone) {
        return time.atZone(zone).toLocalDate();
    }

    private static Instant dayStart(LocalDate date, ZoneId zone) {
        return date.atStartOfDay(zone).toInstant();
    }

    /** A clock change starts another hour: the clock's 01:30 before it and the one after are not the same hour. */
    private static Instant hourStart(Instant time, ZoneId zone) {
        long offset = zone.getRules().getOffset(time).getTotalSeconds();
        long local = time.getEpochSecond() + offset;
        Instant start = Instant.ofEpochSecond(Math.floorDiv(local, 3_600) * 3_600 - offset);
        ZoneOffsetTransition change = zone.getRules().previousTransition(time.plusMillis(1));
        return change != null && change.getInstant().isAfter(start) ? change.getInstant() : start;
    }

    /** What an event adds; measures that are 0 are left out. */
    private static Map<String, BigDecimal> measures(Usage event, Tariff.Cost cost) {
        Map<String, BigDecimal> measures = new TreeMap<>();
        counts(event, cost != null).forEach((measure, count) -> measures.put(measure, BigDecimal.valueOf(count)));
        if (cost != null) {
            money(event, cost)
                    .forEach((measure, nanoUsd) -> measures.put(measure, new BigDecimal(nanoUsd).movePointLeft(9)));
        }
        measures.values().removeIf(amount -> amount.signum() == 0);
        return measures;
    }

    /** An answer from an application cache is a request, but no tokens were used for it. */
    private static Map<String, Long> counts(Usage event, boolean priced) {
        Map<String, Long> counts = new TreeMap<>();
        counts.put("requests", 1L);
        counts.put("work_units", event.number("work_units"));
        counts.put("unpriced_requests", priced ? 0L : 1L);
        counts.put("retries", event.number("attempt") > 1 ? 1L : 0L);
        counts.put("escalated", event.text("escalated_from") == null ? 0L : 1L);
        if (COUNTED_STATUS.containsKey(event.text("status"))) {
            counts.put(COUNTED_STATUS.get(event.text("status")), 1L);
        }
        if (event.numberOrNull("latency_ms") != null) {
            counts.put("latency_ms_sum", event.number("latency_ms"));
            counts.put("latency_count", 1L);
        }
        if (event.responseCached()) {
            counts.put("response_cached", 1L);
        } else {
            Usage.METERS.forEach(meter -> counts.put(meter, event.number(meter)));
            event.numbers("prompt_tokens")
                    .forEach((part, tokens) -> counts.merge(
                            "prompt_" + (PROMPT_PARTS.contains(part) ? part : "other") + "_tokens", tokens, Long::sum));
            event.numbers("other_units")
                    .forEach((unit, quantity) -> counts.put("other_units." + unit + ".quantity", quantity));
        }
        return counts;
    }

    private static Map<String, BigInteger> money(Usage event, Tariff.Cost cost) {
        Map<String, BigInteger> money = new TreeMap<>();
        if (event.responseCached()) {
            money.put("response_cache_savings_usd", cost.total());
            return money;
        }
        money.put("cost_usd", cost.total());
        money.put("cache_savings_usd", cost.cacheSavings());
        cost.meters().forEach((meter, nanoUsd) -> {
            if (Usage.METERS.contains(meter)) {
                money.put(meter + "_cost_usd", nanoUsd);
            } else {
                money.merge("other_units_cost_usd", nanoUsd, BigInteger::add);
                money.put("other_units." + meter + ".cost_usd", nanoUsd);
            }
        });
        if (event.number("attempt") > 1) {
            money.put("retry_cost_usd", cost.total());
        }
        if (COUNTED_STATUS.containsKey(event.text("status"))) {
            money.put("failed_cost_usd", cost.total());
        }
        return money;
    }
}
