package io.spendstream.budget;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.v1.AlertSeverity;
import io.spendstream.v1.BudgetAction;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThresholdsTest {

    private static final List<Threshold> AT = Definitions.daily(
                    "{'at': 1, 'action': 'deny'}, {'at': 0.5, 'action': 'notify'}, {'at': 0.8, 'action': 'notify'},"
                            + " {'at': 0.9, 'action': 'throttle'}")
            .thresholds();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // limit | before | after | crossed, in per cent
                "100 | 0 | 49 | ",
                "100 | 0 | 50 | 50",
                "100 | 50 | 50 | ",
                "100 | 50 | 79 | ",
                "100 | 49 | 80 | 50 80",
                "100 | 0 | 100 | 50 80 90 100",
                "100 | 0 | 1000 | 50 80 90 100",
                "100 | 99 | 100 | 100",
                "100 | 100 | 120 | ",
                "100 | 100 | 20 | ",
                "100 | -10 | 50 | 50",
                // Exactly, where the part of the limit is no whole number.
                "3 | 0 | 1 | ",
                "3 | 0 | 2 | 50",
                "9 | 0 | 7 | 50",
                "9 | 7 | 8 | 80",
                "1 | 0 | 1 | 50 80 90 100",
                "1000000000000000000 | 0 | 499999999999999999 | ",
                "1000000000000000000 | 499999999999999999 | 900000000000000000 | 50 80 90",
                "9223372036854775807 | 0 | 9223372036854775807 | 50 80 90 100",
            })
    void spending_crosses_thresholds_once(long limit, long before, long after, String crossed) {
        assertThat(percents(Thresholds.crossed(AT, limit, before, after))).isEqualTo(crossed == null ? "" : crossed);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // open | limit | spent | opened | resolved | notifies
                " | 100 | 40 | | | ",
                " | 100 | 95 | 50 80 90 | | 90",
                "50 | 100 | 100 | 80 90 100 | | 100",
                "50 80 90 | 100 | 95 | | | ",
                // The limit was raised, or a correction took spend away.
                "50 80 90 | 200 | 95 | | 50 80 90 | ",
                "50 80 90 | 100 | 60 | | 80 90 | ",
                // A threshold between open ones is new.
                "50 90 | 100 | 95 | 80 | | 80",
            })
    void each_is_recorded_and_only_the_highest_notifies(
            String open, long limit, long spent, String opened, String resolved, String notifies) {
        // Given
        Set<Long> openPpm = open == null
                ? Set.of()
                : Arrays.stream(open.split(" "))
                        .map(p -> Long.parseLong(p) * 10_000)
                        .collect(Collectors.toSet());

        // When
        Thresholds.Change change = Thresholds.change(AT, openPpm, limit, spent);

        // Then
        assertThat(percents(change.opened())).isEqualTo(opened == null ? "" : opened);
        assertThat(percents(change.resolved())).isEqualTo(resolved == null ? "" : resolved);
        assertThat(change.notifies() == null ? null : percents(List.of(change.notifies())))
                .isEqualTo(notifies);
        assertThat(change.isNone()).isEqualTo(opened == null && resolved == null);
    }

    @ParameterizedTest
    @CsvSource({
        // limit, spent, max, carried over
        "100, 60, 50, 40",
        "100, 60, 30, 30",
        "100, 100, 50, 0",
        "100, 130, 50, 0",
        "100, 0, 50, 50",
        "100, -5, 200, 105",
        "100, 0, 0, 0"
    })
    void what_was_unused_is_carried_over_up_to_a_maximum(long limit, long spent, long max, long carried) {
        assertThat(Rollover.of(limit, spent, max)).isEqualTo(carried);
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-30T23:59:59.999Z, 0, 15",
        "2026-12-01T00:00:00Z, 0, 10",
        "2026-11-30T00:00:00Z, 3, 18",
        "2026-12-01T00:00:00Z, 3, 13"
    })
    void the_limit_is_higher_until_the_increase_ends(Instant time, long rollover, long limit) {
        // Given
        BudgetDefinition definition = Definitions.of("{'id': 'b', 'measure': 'requests', 'limit': 10,"
                + " 'temporary_increase': {'amount': 5, 'until': '2026-12-01T00:00:00Z'}}");

        // Then
        assertThat(definition.limitAt(time, rollover)).isEqualTo(limit);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // of a month of 30 days and a limit of 720,000: an even pace is 1,000 an hour
                // 5 min | 30 min | 1 h | 6 h | 3 d | in the period | fires
                "1200 | 7200 | 14400 | 14400 | 14400 | 14400 | page-1h",
                "1199 | 7200 | 14400 | 14400 | 14400 | 14400 | ",
                "1200 | 7200 | 14399 | 14399 | 14399 | 14400 | ",
                "500 | 3000 | 6000 | 36000 | 36000 | 36000 | page-6h",
                "0 | 3000 | 6000 | 36000 | 36000 | 36000 | page-6h",
                "0 | 2999 | 6000 | 36000 | 36000 | 36000 | ",
                "0 | 0 | 0 | 6000 | 72000 | 72000 | ticket-3d",
                "0 | 0 | 0 | 5999 | 72000 | 72000 | ",
                "0 | 0 | 0 | 6000 | 71999 | 72000 | ",
                // The most urgent one, where several apply.
                "1200 | 7200 | 14400 | 36000 | 72000 | 72000 | page-1h",
                // Below the minimum of 14,400 the first cent of a month does not page.
                "14399 | 14399 | 14399 | 14399 | 14399 | 14399 | ",
                "0 | 0 | 0 | 0 | 0 | 14400 | ",
            })
    void a_burn_rate_counts_where_it_lasts_and_still_goes_on(
            long m5, long m30, long h1, long h6, long d3, long inPeriod, String rule) {
        // Given
        Map<Duration, Long> spent = new HashMap<>();
        spent.put(Duration.ofMinutes(5), m5);
        spent.put(Duration.ofMinutes(30), m30);
        spent.put(Duration.ofHours(1), h1);
        spent.put(Duration.ofHours(6), h6);
        spent.put(Duration.ofDays(3), d3);

        // Then
        assertThat(BurnRate.firing(720_000, Duration.ofDays(30), inPeriod, 14_400, spent::get)
                        .map(BurnRate.Rule::name)
                        .orElse(null))
                .isEqualTo(rule);
    }

    @Test
    void burn_rates_are_the_workbooks() {
        assertThat(BurnRate.RULES)
                .extracting(r -> r.ratePpm() + " " + r.longWindow() + " " + r.shortWindow() + " " + r.severity())
                .containsExactly(
                        "14400000 PT1H PT5M " + AlertSeverity.CRITICAL,
                        "6000000 PT6H PT30M " + AlertSeverity.CRITICAL,
                        "1000000 PT72H PT6H " + AlertSeverity.WARNING);
    }

    @Test
    void a_lifetime_has_no_pace() {
        assertThat(BurnRate.firing(100, null, 99, 0, window -> 99)).isEmpty();
    }

    @Test
    void a_window_longer_than_the_period_does_not_count() {
        // Given: spent evenly over three days, 1.2 times a daily budget's pace
        BurnRate.Spent spent = window -> 12 * window.toHours();

        // Then
        assertThat(BurnRate.firing(240, Duration.ofDays(1), 240, 0, spent)).isEmpty();
        assertThat(BurnRate.firing(7_200, Duration.ofDays(30), 864, 0, spent))
                .map(BurnRate.Rule::name)
                .contains("ticket-3d");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // limit | spent | recent in 24 h | at the end | limit reached
                // The 21st at noon, of a month that ends on 1 December: 9.5 days are left.
                "100 | 50 | 0 | 50 | ",
                "100 | 50 | 4 | 88 | ",
                "100 | 50 | 10 | 145 | 2026-11-26T12:00:00Z",
                "100 | 80 | 10 | 175 | 2026-11-23T12:00:00Z",
                "100 | 99 | 24 | 327 | 2026-11-21T13:00:00Z",
                "100 | 100 | 10 | 195 | 2026-11-21T12:00:00Z",
                "100 | 120 | 0 | 120 | 2026-11-21T12:00:00Z",
                "100 | 50 | -3 | 50 | ",
                // Just at the end is not before it.
                "145 | 50 | 10 | 145 | ",
                "9000000000000000000 | 8000000000000000000 | 4000000000000000000 | 9223372036854775807 | 2026-11-21T18:00:00Z",
            })
    void the_pace_goes_on(long limit, long spent, long recent, long atEnd, Instant reached) {
        // Given
        Window november = new Window(Instant.parse("2026-11-01T00:00:00Z"), Instant.parse("2026-12-01T00:00:00Z"));
        Instant now = Instant.parse("2026-11-21T12:00:00Z");

        // When
        Forecast forecast = Forecast.of(november, limit, spent, now, recent, Duration.ofDays(1));

        // Then
        assertThat(forecast).isEqualTo(new Forecast(atEnd, reached));
        assertThat(Forecast.warns(forecast, limit, spent, 0)).isEqualTo(reached != null && spent < limit);
        assertThat(Forecast.warns(forecast, limit, spent, spent + 1)).isFalse();
    }

    @Test
    void a_lifetime_has_no_end_but_a_limit() {
        assertThat(Forecast.of(Window.LIFETIME, 100, 50, Instant.parse("2026-11-21T12:00:00Z"), 10, Duration.ofDays(1)))
                .isEqualTo(new Forecast(null, Instant.parse("2026-11-26T12:00:00Z")));
    }

    @ParameterizedTest
    @CsvSource({
        // action, at, limit, spent, near
        "DENY, 1000000, 100, 79, false",
        "DENY, 1000000, 100, 80, true",
        "DENY, 1000000, 100, 99, true",
        "DENY, 1000000, 100, 100, false",
        "THROTTLE, 500000, 100, 40, true",
        "THROTTLE, 500000, 100, 50, false",
        "NOTIFY, 1000000, 100, 90, false",
        "USE_MODEL, 1000000, 100, 90, false",
        "DENY, 10000000, 9000000000000000000, 9000000000000000000, false",
    })
    void shortly_before_calls_are_stopped_is_near(
            BudgetAction action, long atPpm, long limit, long spent, boolean near) {
        assertThat(Thresholds.nearsStop(List.of(new Threshold(atPpm, action, null)), limit, spent))
                .isEqualTo(near);
    }

    private static String percents(List<Threshold> thresholds) {
        return thresholds.stream().map(t -> Long.toString(t.atPpm() / 10_000)).collect(Collectors.joining(" "));
    }
}
