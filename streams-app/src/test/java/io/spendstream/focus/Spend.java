package io.spendstream.focus;

import io.spendstream.query.CubeDimensions;
import io.spendstream.query.Freshness;
import io.spendstream.query.Granularity;
import io.spendstream.query.SpendAnswer;
import io.spendstream.query.SpendRow;
import io.spendstream.query.Sums;
import io.spendstream.usage.Measure;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Answers by day and all dimensions, made by hand or by a seed. */
final class Spend {

    static final CubeDimensions DIMENSIONS = new CubeDimensions(List.of("region"));

    private final List<SpendRow> rows = new ArrayList<>();
    private final Sums totals = new Sums();

    /** Of a standard call of {@code gpt-4o} for {@code chat}; {@code others} say what is different. */
    Spend day(String day, Map<String, String> others, Map<Measure, Long> measures, Map<String, long[]> units) {
        Map<String, String> values = new HashMap<>(Map.of(
                "tenant", "acme",
                "feature", "chat",
                "model", "gpt-4o",
                "provider", "openai",
                "service_tier", "STANDARD",
                "operation", "chat"));
        values.putAll(others);
        values.values().removeIf(String::isEmpty);
        long[] sums = new long[Measure.COUNT];
        measures.forEach((measure, sum) -> sums[measure.ordinal()] = sum);
        Sums of = Sums.of(sums, units);
        totals.add(of);
        rows.add(new SpendRow(
                Arrays.asList(DIMENSIONS.fields().stream().map(values::get).toArray(String[]::new)),
                Instant.parse(day + "T00:00:00Z").toEpochMilli(),
                of));
        return this;
    }

    /** As a pipeline would count it: parts that add up, some without a price, with odd names. */
    static Spend random(long seed, int rows) {
        Random random = new Random(seed);
        Spend spend = new Spend();
        for (int i = 0; i < rows; i++) {
            Map<Measure, Long> measures = new HashMap<>();
            Map<String, long[]> units = new HashMap<>();
            boolean priced = random.nextInt(10) > 0;
            long cost = 0;
            for (Measure[] meter : METERS) {
                if (random.nextInt(3) == 0) {
                    long quantity = 1 + (long) Math.pow(10, random.nextDouble() * 12);
                    long paid = priced ? Math.multiplyExact(quantity, 1L + random.nextInt(60)) / 4 : 0;
                    measures.put(meter[0], quantity);
                    measures.put(meter[1], paid);
                    cost += paid;
                }
            }
            if (random.nextInt(4) == 0) {
                long output = measures.getOrDefault(Measure.OUTPUT_TOKENS, 0L);
                long reasoning = random.nextInt(3) == 0 ? output : output / 3;
                measures.put(Measure.REASONING_TOKENS, reasoning);
                if (priced && reasoning > 0 && random.nextBoolean()) {
                    measures.put(Measure.REASONING_COST, reasoning * 3);
                    cost += reasoning * 3;
                }
            }
            if (random.nextInt(3) == 0) {
                long searches = 1 + random.nextInt(1_000);
                units.put("web_search_requests", new long[] {searches, priced ? searches * 10_000_000 : 0});
                cost += units.get("web_search_requests")[1];
            }
            measures.put(Measure.COST, cost);
            measures.put(Measure.REQUESTS, 1_000L);
            measures.put(Measure.UNPRICED_REQUESTS, priced ? 0L : 1_000L);
            spend.day(
                    "2026-10-" + String.format("%02d", 1 + random.nextInt(31)),
                    Map.of(
                            "tenant", "tenant-" + random.nextInt(3),
                            "team", random.nextBoolean() ? "" : "team, \"" + random.nextInt(3) + "\"",
                            "feature", "=feature-" + i,
                            "provider", random.nextInt(5) == 0 ? "" : "openai",
                            "service_tier", random.nextBoolean() ? "BATCH" : "STANDARD",
                            "tags.region", random.nextBoolean() ? "" : "eu\nwest"),
                    measures,
                    units);
        }
        return spend;
    }

    private static final Measure[][] METERS = {
        {Measure.INPUT_TOKENS, Measure.INPUT_COST},
        {Measure.OUTPUT_TOKENS, Measure.OUTPUT_COST},
        {Measure.CACHE_READ_TOKENS, Measure.CACHE_READ_COST},
        {Measure.CACHE_WRITE_5M_TOKENS, Measure.CACHE_WRITE_5M_COST},
        {Measure.CACHE_WRITE_1H_TOKENS, Measure.CACHE_WRITE_1H_COST},
        {Measure.AUDIO_INPUT_TOKENS, Measure.AUDIO_INPUT_COST},
        {Measure.AUDIO_OUTPUT_TOKENS, Measure.AUDIO_OUTPUT_COST}
    };

    SpendAnswer answer() {
        Instant now = Instant.parse("2026-11-21T12:00:00Z");
        return new SpendAnswer(
                Instant.parse("2026-10-01T00:00:00Z"),
                Instant.parse("2026-11-01T00:00:00Z"),
                ZoneOffset.UTC,
                Granularity.DAY,
                DIMENSIONS.fields(),
                rows,
                rows.size(),
                totals,
                new Freshness(true, now, 0, 0));
    }

    List<FocusRow> focus() {
        List<FocusRow> focus = new ArrayList<>();
        FocusRows.forEach(answer(), focus::add);
        return focus;
    }

    long cost() {
        return totals.measure(Measure.COST);
    }
}
