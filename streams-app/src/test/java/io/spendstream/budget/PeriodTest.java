package io.spendstream.budget;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.v1.BudgetPeriod;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PeriodTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // kind | zone | week start | anchor | time | start | end | hours
                "day | UTC | MONDAY | 1 | 2026-11-21T00:00:00Z | 2026-11-21T00:00:00Z | 2026-11-22T00:00:00Z | 24",
                "day | UTC | MONDAY | 1 | 2026-11-21T23:59:59.999Z | 2026-11-21T00:00:00Z | 2026-11-22T00:00:00Z | 24",
                // Summer time begins and ends.
                "day | Europe/Berlin | MONDAY | 1 | 2026-03-29T10:00:00Z | 2026-03-28T23:00:00Z | 2026-03-29T22:00:00Z | 23",
                "day | Europe/Berlin | MONDAY | 1 | 2026-10-25T10:00:00Z | 2026-10-24T22:00:00Z | 2026-10-25T23:00:00Z | 25",
                "day | America/New_York | MONDAY | 1 | 2026-03-08T12:00:00Z | 2026-03-08T05:00:00Z | 2026-03-09T04:00:00Z | 23",
                "day | America/New_York | MONDAY | 1 | 2026-11-01T12:00:00Z | 2026-11-01T04:00:00Z | 2026-11-02T05:00:00Z | 25",
                "day | Asia/Kolkata | MONDAY | 1 | 2026-11-21T18:30:00Z | 2026-11-21T18:30:00Z | 2026-11-22T18:30:00Z | 24",
                "day | Asia/Kathmandu | MONDAY | 1 | 2026-11-21T18:14:59Z | 2026-11-20T18:15:00Z | 2026-11-21T18:15:00Z | 24",
                // Apia left out 30 December 2011: the 29th ends when the 31st begins.
                "day | Pacific/Apia | MONDAY | 1 | 2011-12-30T09:59:59Z | 2011-12-29T10:00:00Z | 2011-12-30T10:00:00Z | 24",
                "day | Pacific/Apia | MONDAY | 1 | 2011-12-30T10:00:00Z | 2011-12-30T10:00:00Z | 2011-12-31T10:00:00Z | 24",
                // Clocks change at midnight: the day begins at 01:00, or the day before has 25 hours.
                "day | America/Santiago | MONDAY | 1 | 2026-09-06T12:00:00Z | 2026-09-06T04:00:00Z | 2026-09-07T03:00:00Z | 23",
                "day | America/Santiago | MONDAY | 1 | 2026-04-05T02:30:00Z | 2026-04-04T03:00:00Z | 2026-04-05T04:00:00Z | 25",
                "hour | Asia/Kathmandu | MONDAY | 1 | 2026-11-21T12:20:00Z | 2026-11-21T12:15:00Z | 2026-11-21T13:15:00Z | 1",
                "hour | Europe/Berlin | MONDAY | 1 | 2026-10-25T00:30:00Z | 2026-10-25T00:00:00Z | 2026-10-25T01:00:00Z | 1",
                "hour | Europe/Berlin | MONDAY | 1 | 2026-10-25T01:30:00Z | 2026-10-25T01:00:00Z | 2026-10-25T02:00:00Z | 1",
                "week | UTC | MONDAY | 1 | 2026-11-22T12:00:00Z | 2026-11-16T00:00:00Z | 2026-11-23T00:00:00Z | 168",
                "week | UTC | SUNDAY | 1 | 2026-11-22T12:00:00Z | 2026-11-22T00:00:00Z | 2026-11-29T00:00:00Z | 168",
                "week | UTC | SATURDAY | 1 | 2026-11-20T12:00:00Z | 2026-11-14T00:00:00Z | 2026-11-21T00:00:00Z | 168",
                "week | Europe/Berlin | MONDAY | 1 | 2026-10-20T00:00:00Z | 2026-10-18T22:00:00Z | 2026-10-25T23:00:00Z | 169",
                "week | America/New_York | SUNDAY | 1 | 2026-03-10T00:00:00Z | 2026-03-08T05:00:00Z | 2026-03-15T04:00:00Z | 167",
                "month | UTC | MONDAY | 1 | 2026-02-28T23:59:59Z | 2026-02-01T00:00:00Z | 2026-03-01T00:00:00Z | 672",
                "month | UTC | MONDAY | 1 | 2028-02-29T12:00:00Z | 2028-02-01T00:00:00Z | 2028-03-01T00:00:00Z | 696",
                "month | UTC | MONDAY | 1 | 2026-04-30T12:00:00Z | 2026-04-01T00:00:00Z | 2026-05-01T00:00:00Z | 720",
                "month | UTC | MONDAY | 1 | 2026-12-31T12:00:00Z | 2026-12-01T00:00:00Z | 2027-01-01T00:00:00Z | 744",
                // Fiscal months.
                "month | UTC | MONDAY | 15 | 2026-11-14T23:59:59Z | 2026-10-15T00:00:00Z | 2026-11-15T00:00:00Z | 744",
                "month | UTC | MONDAY | 15 | 2026-11-15T00:00:00Z | 2026-11-15T00:00:00Z | 2026-12-15T00:00:00Z | 720",
                "month | UTC | MONDAY | 15 | 2026-01-01T00:00:00Z | 2025-12-15T00:00:00Z | 2026-01-15T00:00:00Z | 744",
                "month | UTC | MONDAY | 31 | 2026-01-31T00:00:00Z | 2026-01-31T00:00:00Z | 2026-02-28T00:00:00Z | 672",
                "month | UTC | MONDAY | 31 | 2026-02-27T23:00:00Z | 2026-01-31T00:00:00Z | 2026-02-28T00:00:00Z | 672",
                "month | UTC | MONDAY | 31 | 2026-02-28T00:00:00Z | 2026-02-28T00:00:00Z | 2026-03-31T00:00:00Z | 744",
                "month | UTC | MONDAY | 31 | 2028-02-29T00:00:00Z | 2028-02-29T00:00:00Z | 2028-03-31T00:00:00Z | 744",
                "month | UTC | MONDAY | 31 | 2026-04-30T00:00:00Z | 2026-04-30T00:00:00Z | 2026-05-31T00:00:00Z | 744",
                "month | UTC | MONDAY | 29 | 2026-03-01T00:00:00Z | 2026-02-28T00:00:00Z | 2026-03-29T00:00:00Z | 696",
                "month | Europe/Berlin | MONDAY | 1 | 2026-03-31T21:59:59Z | 2026-02-28T23:00:00Z | 2026-03-31T22:00:00Z | 743",
                "hour | Europe/Berlin | MONDAY | 1 | 2026-03-29T00:59:59Z | 2026-03-29T00:00:00Z | 2026-03-29T01:00:00Z | 1",
                "hour | Europe/Berlin | MONDAY | 1 | 2026-03-29T01:00:00Z | 2026-03-29T01:00:00Z | 2026-03-29T02:00:00Z | 1",
                "hour | America/New_York | MONDAY | 1 | 2026-11-01T05:30:00Z | 2026-11-01T05:00:00Z | 2026-11-01T06:00:00Z | 1",
                "hour | America/New_York | MONDAY | 1 | 2026-11-01T06:30:00Z | 2026-11-01T06:00:00Z | 2026-11-01T07:00:00Z | 1",
                "hour | America/New_York | MONDAY | 1 | 2026-03-08T06:59:59Z | 2026-03-08T06:00:00Z | 2026-03-08T07:00:00Z | 1",
                "hour | America/New_York | MONDAY | 1 | 2026-03-08T07:00:00Z | 2026-03-08T07:00:00Z | 2026-03-08T08:00:00Z | 1",
                "hour | Asia/Kolkata | MONDAY | 1 | 2026-11-21T18:29:59Z | 2026-11-21T17:30:00Z | 2026-11-21T18:30:00Z | 1",
                "hour | Pacific/Apia | MONDAY | 1 | 2011-12-30T10:30:00Z | 2011-12-30T10:00:00Z | 2011-12-30T11:00:00Z | 1",
                "week | Europe/Berlin | SUNDAY | 1 | 2026-03-29T12:00:00Z | 2026-03-28T23:00:00Z | 2026-04-04T22:00:00Z | 167",
                "week | America/New_York | SUNDAY | 1 | 2026-11-02T12:00:00Z | 2026-11-01T04:00:00Z | 2026-11-08T05:00:00Z | 169",
                "week | Asia/Kolkata | SUNDAY | 1 | 2026-11-21T18:30:00Z | 2026-11-21T18:30:00Z | 2026-11-28T18:30:00Z | 168",
                "week | Asia/Kathmandu | WEDNESDAY | 1 | 2026-11-17T18:14:59Z | 2026-11-10T18:15:00Z | 2026-11-17T18:15:00Z | 168",
                // The week of the day that Apia left out has six days, also where it would have begun on that day.
                "week | Pacific/Apia | MONDAY | 1 | 2011-12-31T00:00:00Z | 2011-12-26T10:00:00Z | 2012-01-01T10:00:00Z | 144",
                "week | Pacific/Apia | FRIDAY | 1 | 2011-12-30T09:59:59Z | 2011-12-23T10:00:00Z | 2011-12-30T10:00:00Z | 168",
                "week | Pacific/Apia | FRIDAY | 1 | 2011-12-30T10:00:00Z | 2011-12-30T10:00:00Z | 2012-01-05T10:00:00Z | 144",
                "month | Pacific/Apia | MONDAY | 1 | 2011-12-15T00:00:00Z | 2011-12-01T10:00:00Z | 2011-12-31T10:00:00Z | 720",
                "month | Pacific/Apia | MONDAY | 30 | 2011-12-30T09:59:59Z | 2011-11-30T10:00:00Z | 2011-12-30T10:00:00Z | 720",
                "month | Pacific/Apia | MONDAY | 30 | 2011-12-30T10:00:00Z | 2011-12-30T10:00:00Z | 2012-01-29T10:00:00Z | 720",
                "month | Europe/Berlin | MONDAY | 1 | 2026-10-15T00:00:00Z | 2026-09-30T22:00:00Z | 2026-10-31T23:00:00Z | 745",
                "month | Europe/Berlin | MONDAY | 29 | 2026-03-29T12:00:00Z | 2026-03-28T23:00:00Z | 2026-04-28T22:00:00Z | 743",
                "month | America/New_York | MONDAY | 1 | 2026-03-15T00:00:00Z | 2026-03-01T05:00:00Z | 2026-04-01T04:00:00Z | 743",
                "month | America/New_York | MONDAY | 1 | 2026-11-15T00:00:00Z | 2026-11-01T04:00:00Z | 2026-12-01T05:00:00Z | 721",
                "month | America/New_York | MONDAY | 8 | 2026-03-08T05:00:00Z | 2026-03-08T05:00:00Z | 2026-04-08T04:00:00Z | 743",
                "month | Asia/Kolkata | MONDAY | 15 | 2026-11-14T18:30:00Z | 2026-11-14T18:30:00Z | 2026-12-14T18:30:00Z | 720",
                "month | Asia/Kathmandu | MONDAY | 31 | 2026-02-27T18:15:00Z | 2026-02-27T18:15:00Z | 2026-03-30T18:15:00Z | 744",
                // Anchors that months of 28 to 30 days do not have.
                "month | UTC | MONDAY | 29 | 2028-02-29T00:00:00Z | 2028-02-29T00:00:00Z | 2028-03-29T00:00:00Z | 696",
                "month | UTC | MONDAY | 30 | 2026-01-30T00:00:00Z | 2026-01-30T00:00:00Z | 2026-02-28T00:00:00Z | 696",
                "month | UTC | MONDAY | 30 | 2026-02-28T00:00:00Z | 2026-02-28T00:00:00Z | 2026-03-30T00:00:00Z | 720",
                "month | UTC | MONDAY | 30 | 2028-02-29T12:00:00Z | 2028-02-29T00:00:00Z | 2028-03-30T00:00:00Z | 720",
                "month | UTC | MONDAY | 31 | 2026-05-30T23:59:59Z | 2026-04-30T00:00:00Z | 2026-05-31T00:00:00Z | 744",
                "month | UTC | MONDAY | 31 | 2026-12-31T00:00:00Z | 2026-12-31T00:00:00Z | 2027-01-31T00:00:00Z | 744",
                "quarter | Europe/Berlin | MONDAY | 1 | 2026-02-15T00:00:00Z | 2025-12-31T23:00:00Z | 2026-03-31T22:00:00Z | 2159",
                "quarter | America/New_York | MONDAY | 1 | 2026-11-15T00:00:00Z | 2026-10-01T04:00:00Z | 2027-01-01T05:00:00Z | 2209",
                "quarter | UTC | MONDAY | 1 | 2026-11-21T00:00:00Z | 2026-10-01T00:00:00Z | 2027-01-01T00:00:00Z | 2208",
                "quarter | UTC | MONDAY | 10 | 2026-10-09T00:00:00Z | 2026-07-10T00:00:00Z | 2026-10-10T00:00:00Z | 2208",
                "quarter | UTC | MONDAY | 31 | 2026-04-30T00:00:00Z | 2026-04-30T00:00:00Z | 2026-07-31T00:00:00Z | 2208",
                "year | UTC | MONDAY | 1 | 2026-11-21T00:00:00Z | 2026-01-01T00:00:00Z | 2027-01-01T00:00:00Z | 8760",
                "year | UTC | MONDAY | 6 | 2026-01-05T00:00:00Z | 2025-01-06T00:00:00Z | 2026-01-06T00:00:00Z | 8760",
                "year | Pacific/Apia | MONDAY | 1 | 2011-06-01T00:00:00Z | 2011-01-01T10:00:00Z | 2011-12-31T10:00:00Z | 8736",
            })
    void the_window_of_a_time(
            String kind,
            String zone,
            DayOfWeek weekStart,
            int anchor,
            Instant time,
            Instant start,
            Instant end,
            long hours) {
        // Given
        Period period = new Period(kind(kind), ZoneId.of(zone), weekStart, anchor);

        // When
        Window window = period.windowOf(time);

        // Then
        assertThat(window).isEqualTo(new Window(start, end));
        assertThat(window.length()).isEqualTo(Duration.ofHours(hours));
        assertThat(window.contains(time)).isTrue();
        assertThat(period.before(window).end()).isEqualTo(start);
    }

    @Test
    void a_half_hour_change_of_clocks_cuts_an_hour_in_two() {
        // Given: on Lord Howe Island, 02:00 becomes 01:30
        Period hour = Period.of(BudgetPeriod.HOUR, ZoneId.of("Australia/Lord_Howe"));
        Instant change = Instant.parse("2026-04-04T15:00:00Z");

        // Then
        assertThat(hour.windowOf(change.minusSeconds(1)))
                .isEqualTo(new Window(change.minus(Duration.ofHours(1)), change));
        assertThat(hour.windowOf(change)).isEqualTo(new Window(change, change.plus(Duration.ofMinutes(30))));
    }

    @Test
    void a_lifetime_has_one_window() {
        // Given
        Period lifetime = Period.of(BudgetPeriod.LIFETIME, ZoneId.of("Asia/Kolkata"));

        // Then
        assertThat(lifetime.windowOf(Instant.parse("2026-11-21T00:00:00Z"))).isEqualTo(Window.LIFETIME);
        assertThat(Window.LIFETIME.contains(Instant.parse("2126-11-21T00:00:00Z")))
                .isTrue();
        assertThat(Window.LIFETIME.length()).isNull();
        assertThat(lifetime.before(Window.LIFETIME)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"hour", "day", "week", "month", "quarter", "year"})
    void windows_follow_each_other_without_gap_or_overlap(String kind) {
        // Given
        Random random = new Random(20261121);
        String[] zones = {
            "UTC",
            "Europe/Berlin",
            "America/New_York",
            "Asia/Kolkata",
            "Asia/Kathmandu",
            "Pacific/Apia",
            "Australia/Lord_Howe",
            "America/Santiago",
            "Africa/Casablanca",
            "Asia/Beirut",
            "+05:45"
        };
        for (int i = 0; i < 3_000; i++) {
            Period period = new Period(
                    kind(kind),
                    ZoneId.of(zones[random.nextInt(zones.length)]),
                    DayOfWeek.of(1 + random.nextInt(7)),
                    1 + random.nextInt(31));
            Instant time = Instant.ofEpochSecond(1_300_000_000L + random.nextInt(500_000_000));

            // When
            Window window = period.windowOf(time);

            // Then
            assertThat(window.contains(time)).as("%s %s", period, time).isTrue();
            assertThat(period.windowOf(window.start()))
                    .as("%s %s", period, time)
                    .isEqualTo(window);
            assertThat(period.windowOf(window.end().minusMillis(1)))
                    .as("%s %s", period, time)
                    .isEqualTo(window);
            assertThat(period.windowOf(window.end()).start())
                    .as("%s %s", period, time)
                    .isEqualTo(window.end());
            assertThat(period.before(window).end()).as("%s %s", period, time).isEqualTo(window.start());
        }
    }

    @Test
    void boundaries_are_midnights_of_the_zone() {
        // Given
        ZoneId berlin = ZoneId.of("Europe/Berlin");
        Period month = new Period(BudgetPeriod.MONTH, berlin, DayOfWeek.MONDAY, 31);

        // When
        Window window = month.windowOf(Instant.parse("2026-03-31T22:30:00Z"));

        // Then
        assertThat(LocalDateTime.ofInstant(window.start(), berlin)).isEqualTo("2026-03-31T00:00");
        assertThat(LocalDateTime.ofInstant(window.end(), berlin)).isEqualTo("2026-04-30T00:00");
    }

    private static BudgetPeriod kind(String name) {
        return BudgetPeriod.valueOf(name.toUpperCase(Locale.ROOT));
    }
}
