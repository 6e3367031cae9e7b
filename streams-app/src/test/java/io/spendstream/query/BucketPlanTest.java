package io.spendstream.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spendstream.query.BucketPlan.Scan;
import io.spendstream.usage.Resolution;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BucketPlanTest {

    private static final long QUARTER_MS = Resolution.QUARTER_HOUR.sizeMs();
    private static final long DAY_MS = Resolution.DAY.sizeMs();

    @Test
    void any_interval_in_any_zone_sums_to_the_same_as_adding_quarter_hours_one_by_one() {
        // Given
        long seed = 20_261_121;
        Random random = new Random(seed);
        List<String> zones = ZoneId.getAvailableZoneIds().stream().sorted().toList();
        long first = Instant.parse("2012-01-01T00:00:00Z").toEpochMilli();
        for (int run = 0; run < 3_000; run++) {
            long from = first + (long) (random.nextDouble() * 18 * 365 * DAY_MS);
            long length = run % 3 == 0 ? DAY_MS * 3 : run % 3 == 1 ? DAY_MS * 40 : DAY_MS * 200;
            long to = from + 1 + (long) (random.nextDouble() * length);
            ZoneId zone = ZoneId.of(zones.get(random.nextInt(zones.size())));
            Granularity granularity = Granularity.values()[random.nextInt(Granularity.values().length)];

            // When
            BucketPlan plan =
                    BucketPlan.of(query(Instant.ofEpochMilli(from), Instant.ofEpochMilli(to), zone, granularity));

            // Then
            assertThat(planned(plan))
                    .as("seed %d, run %d: %s to %s in %s by %s", seed, run, plan.from(), plan.to(), zone, granularity)
                    .isEqualTo(naive(from, to, zone, granularity));
        }
    }

    @ParameterizedTest
    @CsvSource({
        // zone, granularity, from, to, starts
        "UTC, total, 2026-11-21T06:07:08Z, 2026-11-21T06:07:09Z, 2026-11-21T06:00:00Z",
        "UTC, 15m, 2026-11-21T06:00:00Z, 2026-11-21T06:30:00Z, 2026-11-21T06:00:00Z 2026-11-21T06:15:00Z",
        "Asia/Kathmandu, hour, 2026-11-21T06:00:00Z, 2026-11-21T07:00:00Z, 2026-11-21T05:15:00Z 2026-11-21T06:15:00Z",
        "Asia/Kolkata, day, 2026-11-20T18:30:00Z, 2026-11-22T00:00:00Z, 2026-11-20T18:30:00Z 2026-11-21T18:30:00Z",
        // 25 hours: the day the clocks go back
        "Europe/Berlin, day, 2026-10-25T00:00:00Z, 2026-10-26T00:00:00Z, 2026-10-24T22:00:00Z 2026-10-25T23:00:00Z",
        // 23 hours
        "Europe/Berlin, day, 2026-03-29T00:00:00Z, 2026-03-30T00:00:00Z, 2026-03-28T23:00:00Z 2026-03-29T22:00:00Z",
        // 02:00 twice: two hours of the same name
        "Europe/Berlin, hour, 2026-10-25T00:00:00Z, 2026-10-25T02:00:00Z, 2026-10-25T00:00:00Z 2026-10-25T01:00:00Z",
        // the clock goes back by half an hour at 02:00: 01:30 to 02:00 comes twice
        "Australia/Lord_Howe, hour, 2026-04-04T14:00:00Z, 2026-04-04T16:00:00Z,"
                + " 2026-04-04T14:00:00Z 2026-04-04T15:00:00Z 2026-04-04T15:30:00Z",
        // Samoa skipped 30 December 2011
        "Pacific/Apia, day, 2011-12-29T10:00:00Z, 2011-12-31T10:00:00Z," + " 2011-12-29T10:00:00Z 2011-12-30T10:00:00Z",
        "UTC, week, 2026-11-21T00:00:00Z, 2026-11-24T00:00:00Z, 2026-11-16T00:00:00Z 2026-11-23T00:00:00Z",
        "America/New_York, month, 2026-10-31T00:00:00Z, 2026-11-02T00:00:00Z, 2026-10-01T04:00:00Z 2026-11-01T04:00:00Z",
    })
    void buckets_start_where_the_clock_of_the_zone_says(
            String zone, String granularity, Instant from, Instant to, String starts) {
        // When
        BucketPlan plan = BucketPlan.of(query(
                from, to, ZoneId.of(zone), Granularity.ofField(granularity).orElseThrow()));

        // Then
        List<String> found = new ArrayList<>();
        for (int row = 0; row < plan.rows(); row++) {
            found.add(Instant.ofEpochMilli(plan.startMs(row)).toString());
        }
        assertThat(found).containsExactly(starts.split(" "));
    }

    @Test
    void what_does_not_lie_on_a_quarter_hour_is_widened() {
        // When
        BucketPlan plan = BucketPlan.of(query(
                Instant.parse("2026-11-21T06:14:59.999Z"),
                Instant.parse("2026-11-21T06:15:00.000000001Z"),
                ZoneId.of("UTC"),
                Granularity.TOTAL));

        // Then
        assertThat(plan.from()).isEqualTo("2026-11-21T06:00:00Z");
        assertThat(plan.to()).isEqualTo("2026-11-21T06:30:00Z");
    }

    @Test
    void whole_utc_days_are_read_as_days_and_the_edges_as_quarter_hours() {
        // When
        BucketPlan plan = BucketPlan.of(query(
                Instant.parse("2026-11-18T23:45:00Z"),
                Instant.parse("2026-11-21T00:30:00Z"),
                ZoneId.of("Europe/Berlin"),
                Granularity.TOTAL));

        // Then
        assertThat(plan.scans())
                .extracting(s -> s.resolution() + " " + (s.toBucket() - s.fromBucket()))
                .containsExactly("QUARTER_HOUR 1", "DAY 2", "QUARTER_HOUR 2");
    }

    @Test
    void users_are_read_by_whole_utc_days() {
        // When
        BucketPlan plan = BucketPlan.of(new SpendQuery(
                Instant.parse("2026-11-20T10:15:00Z"),
                Instant.parse("2026-11-21T10:15:00Z"),
                ZoneId.of("UTC"),
                Granularity.TOTAL,
                List.of("user"),
                Map.of("tenant", Set.of("acme")),
                Order.COST_DESCENDING,
                10));

        // Then
        assertThat(plan.from()).isEqualTo("2026-11-20T00:00:00Z");
        assertThat(plan.to()).isEqualTo("2026-11-22T00:00:00Z");
        assertThat(plan.scans()).extracting(Scan::resolution).containsExactly(Resolution.DAY);
    }

    @Test
    void a_query_that_needs_old_quarter_hours_is_told_what_would_work() {
        // Given
        Instant now = Instant.parse("2026-11-21T12:00:00Z");
        BucketPlan edges = BucketPlan.of(
                query(Instant.parse("2026-05-01T10:00:00Z"), now, ZoneId.of("Europe/Berlin"), Granularity.TOTAL));
        BucketPlan berlinDays = BucketPlan.of(
                query(Instant.parse("2026-05-01T00:00:00Z"), now, ZoneId.of("Europe/Berlin"), Granularity.DAY));
        BucketPlan utcDays =
                BucketPlan.of(query(Instant.parse("2026-05-01T00:00:00Z"), now, ZoneId.of("UTC"), Granularity.DAY));

        // When, Then
        assertThatThrownBy(() -> edges.requireKept(Retention.DEFAULT, now))
                .isInstanceOf(QueryRefused.class)
                .hasMessageContaining("2026-05-01T10:00:00Z")
                .hasMessageContaining("kept for 100 days, since 2026-08-13T12:00:00Z")
                .hasMessageContaining("from=2026-05-01T00:00:00Z and to=2026-11-22T00:00:00Z");
        assertThatThrownBy(() -> berlinDays.requireKept(Retention.DEFAULT, now)).isInstanceOf(QueryRefused.class);
        utcDays.requireKept(Retention.DEFAULT, now);
    }

    @Test
    void a_query_that_needs_days_which_are_gone_is_refused() {
        // Given
        Instant now = Instant.parse("2026-11-21T12:00:00Z");
        Instant from = Instant.parse("2023-11-20T00:00:00Z");
        BucketPlan plan = BucketPlan.of(query(from, now, ZoneId.of("UTC"), Granularity.TOTAL));

        // When, Then
        assertThatThrownBy(() -> plan.requireKept(Retention.DEFAULT, now))
                .isInstanceOf(QueryRefused.class)
                .hasMessageContaining("days are kept for 1096 days");
    }

    @Test
    void too_many_buckets_are_refused() {
        // Given
        SpendQuery query = query(
                Instant.parse("2023-11-20T00:00:00Z"),
                Instant.parse("2026-11-20T00:00:00Z"),
                ZoneId.of("UTC"),
                Granularity.QUARTER_HOUR);

        // When, Then
        assertThatThrownBy(() -> BucketPlan.of(query))
                .isInstanceOf(QueryRefused.class)
                .hasMessageContaining("more than 100000 buckets")
                .hasMessageContaining("coarser");
    }

    @Test
    void a_zone_that_is_not_whole_quarter_hours_from_utc_is_refused_where_it_matters() {
        // Given
        Instant from = Instant.parse("2026-11-20T00:00:00Z");
        Instant to = from.plus(Duration.ofDays(1));
        ZoneId odd = ZoneId.of("+05:17");

        // When, Then
        assertThatThrownBy(() -> BucketPlan.of(query(from, to, odd, Granularity.DAY)))
                .isInstanceOf(QueryRefused.class)
                .hasMessageContaining("+05:17");
        assertThat(BucketPlan.of(query(from, to, odd, Granularity.TOTAL)).rows())
                .isEqualTo(1);
    }

    private static SpendQuery query(Instant from, Instant to, ZoneId zone, Granularity granularity) {
        return new SpendQuery(from, to, zone, granularity, List.of(), Map.of(), Order.COST_DESCENDING, 10);
    }

    /** What a quarter-hour holds: any numbers will do that tell quarter-hours apart. */
    private static long spent(long quarter) {
        return new Random(quarter).nextInt(1_000_000);
    }

    private static List<Long> planned(BucketPlan plan) {
        long[] sums = new long[plan.rows()];
        for (Scan scan : plan.scans()) {
            for (long bucket = scan.fromBucket(); bucket < scan.toBucket(); bucket++) {
                long quarters = scan.resolution().sizeMs() / QUARTER_MS;
                for (long quarter = bucket * quarters; quarter < (bucket + 1) * quarters; quarter++) {
                    sums[scan.row(bucket)] += spent(quarter);
                }
            }
        }
        return java.util.Arrays.stream(sums).boxed().toList();
    }

    /** Sums of runs of quarter-hours that the zone's clock gives the same name. */
    private static List<Long> naive(long fromMs, long toMs, ZoneId zone, Granularity granularity) {
        List<Long> sums = new ArrayList<>();
        Object current = null;
        for (long quarter = fromMs / QUARTER_MS; quarter * QUARTER_MS < toMs; quarter++) {
            Object name = name(Instant.ofEpochMilli(quarter * QUARTER_MS).atZone(zone), granularity);
            if (!name.equals(current)) {
                sums.add(0L);
                current = name;
            }
            sums.set(sums.size() - 1, sums.get(sums.size() - 1) + spent(quarter));
        }
        return sums;
    }

    private static Object name(ZonedDateTime time, Granularity granularity) {
        return switch (granularity) {
            case TOTAL -> "total";
            case QUARTER_HOUR -> time.toInstant();
            case HOUR -> List.of(time.toLocalDate(), time.getHour(), time.getOffset());
            case DAY -> time.toLocalDate();
            case WEEK -> time.toLocalDate().minusDays(time.getDayOfWeek().getValue() - 1);
            case MONTH -> List.of(time.getYear(), time.getMonth());
        };
    }
}
