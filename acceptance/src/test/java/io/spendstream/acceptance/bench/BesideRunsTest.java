package io.spendstream.acceptance.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.spendstream.acceptance.bench.BesideRuns.Round;
import java.util.List;
import org.junit.jupiter.api.Test;

class BesideRunsTest {

    private static final double EXACTLY = 1e-9;

    @Test
    void a_run_is_held_against_the_two_beside_it_by_speed_and_by_processor_time() {
        // Given: without the part 1,000 events in 5 s and in 15 s, with it 1,000 in 12.5 s
        Speed without = speed(1_000, 5, 6).and(speed(1_000, 15, 10));
        Round round = new Round(without, speed(1_000, 12.5, 10));

        // Then
        assertThat(round.ratio()).isEqualTo(0.8, within(EXACTLY));
        assertThat(round.cpuRatio()).isEqualTo(0.8, within(EXACTLY));
    }

    @Test
    void the_median_of_an_even_number_lies_between_the_middle_two() {
        // Given
        List<Round> rounds = List.of(of(1.0), of(0.5), of(0.7), of(0.9));

        // Then
        assertThat(BesideRuns.median(rounds, Round::ratio)).isEqualTo(0.8, within(EXACTLY));
        assertThat(BesideRuns.median(rounds.subList(0, 3), Round::ratio)).isEqualTo(0.7, within(EXACTLY));
    }

    private static Round of(double ratio) {
        return new Round(speed(1_000, 1, 1), speed(1_000, 1 / ratio, 1));
    }

    /** All kinds of processor time are in the sum. */
    private static Speed speed(long events, double seconds, double cpuSeconds) {
        double part = cpuSeconds / 5;
        return new Speed(events, seconds, new CpuTimes(part, part, part, part, part));
    }
}
