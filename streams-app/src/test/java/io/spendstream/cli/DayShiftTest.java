package io.spendstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DayShiftTest {

    @ParameterizedTest
    @CsvSource({
        "2023-11-16T19:14:19.928Z, 2026-11-22T19:14:19.928Z, 1102",
        "2023-11-16T19:14:19.928Z, 2026-11-22T19:14:19.927Z, 1101",
        "2023-11-16T19:14:19.928Z, 2026-11-22T00:00:00Z, 1101",
        "2026-11-22T10:00:00Z, 2026-11-22T10:00:00Z, 0",
        "2026-11-22T10:00:00Z, 2026-11-22T09:59:59Z, -1",
        "2030-01-02T00:00:00Z, 2029-12-31T12:00:00Z, -2"
    })
    void theLastEventIsAtMostNowAndLessThanADayAgo(Instant last, Instant now, long days) {
        assertThat(DayShift.endingBefore(last, now)).isEqualTo(days);
    }

    @Test
    void thatHoldsForEveryTrace() {
        // Given
        Random random = new Random(3);
        for (int i = 0; i < 10_000; i++) {
            Instant last = Instant.ofEpochMilli(random.nextLong(4_000_000_000_000L));
            Instant now = Instant.ofEpochMilli(random.nextLong(4_000_000_000_000L));

            // When
            Instant moved = DayShift.moved(last, DayShift.endingBefore(last, now));

            // Then
            assertThat(moved).isBeforeOrEqualTo(now).isAfter(now.minus(Duration.ofDays(1)));
            assertThat(Duration.between(last, moved).toMillis()
                            % Duration.ofDays(1).toMillis())
                    .isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "2023-11-16T19:14:19.928Z, 2026-11-21, 1101",
        "2023-11-16T00:00:00Z, 2023-11-16, 0",
        "2023-11-16T23:59:59.999Z, 2023-11-15, -1"
    })
    void theLastEventFallsOnTheDayAskedFor(Instant last, LocalDate day, long days) {
        assertThat(DayShift.endingOn(last, day)).isEqualTo(days);
    }

    @ParameterizedTest
    @CsvSource({
        "0, true",
        "-1, true",
        "1, false",
        "-33, true",
        "-34, false",
    })
    void aShiftIsReplayableWhileThePipelineTakesItsEvents(long days, boolean replayable) {
        // Given
        Instant now = Instant.parse("2026-11-22T12:00:00Z");
        Instant first = Instant.parse("2026-11-22T10:00:00Z");
        Instant last = Instant.parse("2026-11-22T11:00:00Z");

        // When / Then
        assertThat(DayShift.isReplayable(first, last, days, now)).isEqualTo(replayable);
    }
}
