package io.spendstream.connect.notify;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryRulesTest {

    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final Backoff BACKOFF = new Backoff(5, Duration.ofSeconds(1), Duration.ofSeconds(60));

    /** Takes off nothing, or all that may be. */
    private static RandomGenerator always(boolean most) {
        return new Random() {

            private static final long serialVersionUID = 1L;

            @Override
            public long nextLong(long bound) {
                return most ? bound - 1 : 0;
            }
        };
    }

    @ParameterizedTest
    @CsvSource({
        "1, 500, 1000",
        "2, 1000, 2000",
        "3, 2000, 4000",
        "6, 16000, 32000",
        "7, 30000, 60000",
        "90, 30000, 60000"
    })
    void a_pause_doubles_up_to_a_limit_and_half_of_it_is_left_to_chance(int failures, long leastMs, long mostMs) {
        assertThat(BACKOFF.pause(failures, Duration.ZERO, always(false))).hasMillis(leastMs);
        assertThat(BACKOFF.pause(failures, Duration.ZERO, always(true))).hasMillis(mostMs);
    }

    @Test
    void what_the_other_side_asks_for_goes_before_where_it_is_longer() {
        assertThat(BACKOFF.pause(1, Duration.ofSeconds(30), always(true))).hasSeconds(30);
        assertThat(BACKOFF.pause(7, Duration.ofSeconds(30), always(true))).hasSeconds(60);
    }

    @Test
    void the_last_try_is_the_one_of_the_number_of_attempts() {
        assertThat(BACKOFF.isLast(4)).isFalse();
        assertThat(BACKOFF.isLast(5)).isTrue();
        assertThat(new Backoff(1, Duration.ofMillis(1), Duration.ofMillis(1)).isLast(1))
                .isTrue();
        assertThat(new Backoff(2, Duration.ofMillis(1), Duration.ofMillis(1)).pause(1, Duration.ZERO, always(true)))
                .hasMillis(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "120 | 120",
                "' 7 ' | 7",
                "0 | 0",
                "999999999999999999999 | 3600",
                "7200 | 3600",
                "Sat, 21 Nov 2026 12:00:30 GMT | 30",
                "Sat, 21 Nov 2026 11:59:00 GMT | 0",
                "Sun, 22 Nov 2026 12:00:00 GMT | 3600",
                "-5 | 0",
                "1.5 | 0",
                "soon | 0",
                "'' | 0"
            })
    void retry_after_is_seconds_or_a_date_of_an_hour_at_most(String header, long seconds) {
        assertThat(RetryAfter.of(header, NOW)).hasSeconds(seconds);
    }

    @Test
    void no_retry_after_is_none() {
        assertThat(RetryAfter.of(null, NOW)).isZero();
    }
}
