package io.spendstream.anomaly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spendstream.usage.Measure;
import io.spendstream.usage.PromptPart;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class DayFiguresTest {

    @Test
    void addsUpByHourAndComesBackFromItsBytes() {
        // Given
        DayFigures day = new DayFigures();

        // When
        day.add(0, figures(5)).add(23, figures(7)).add(23, figures(-9));
        DayFigures read = DayFigures.decode(day.encode());

        // Then
        for (Figure figure : Figure.values()) {
            int i = figure.ordinal();
            assertThat(read.hour(0, figure)).isEqualTo(5 + i);
            assertThat(read.hour(23, figure)).isEqualTo(7 + i - 9 + i);
            assertThat(read.hour(12, figure)).isZero();
            assertThat(read.total(figure)).isEqualTo(day.total(figure)).isEqualTo(3 + 3L * i);
        }
    }

    @Test
    void anEmptyDayIsShortAndABusyOneWithinItsLimit() {
        // Given
        DayFigures busy = new DayFigures();
        for (int hour = 0; hour < DayFigures.HOURS; hour++) {
            busy.add(hour, figures(5_000_000_000L));
        }

        // Then
        assertThat(new DayFigures().encode()).hasSize(2);
        assertThat(new DayFigures().isEmpty()).isTrue();
        assertThat(busy.isEmpty()).isFalse();
        assertThat(busy.encode().length).isLessThanOrEqualTo(5 + Figure.COUNT * (4 + DayFigures.HOURS * 5));
    }

    @Test
    void refusesBytesThatItDidNotWrite() {
        byte[] bytes = new DayFigures().add(3, figures(1)).encode();

        assertThatThrownBy(() -> DayFigures.decode(new byte[] {9, 0})).hasMessageContaining("version 9");
        assertThatThrownBy(() -> DayFigures.decode(Arrays.copyOf(bytes, bytes.length - 1)))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> DayFigures.decode(Arrays.copyOf(bytes, bytes.length + 1)))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void figuresAreMadeOfMeasures() {
        // Given
        long[] sums = new long[Measure.COUNT];
        for (Measure measure : Measure.values()) {
            sums[measure.ordinal()] = 1L << measure.ordinal();
        }

        // When
        long[] figures = Figure.of(sums);
        long[] late = Figure.late(sums);

        // Then
        assertThat(figures[Figure.COST.ordinal()]).isEqualTo(sum(Measure.COST));
        assertThat(figures[Figure.FAILED.ordinal()]).isEqualTo(sum(Measure.ERRORS) + sum(Measure.ABORTED));
        assertThat(figures[Figure.CACHE_WRITE_TOKENS.ordinal()])
                .isEqualTo(sum(Measure.CACHE_WRITE_5M_TOKENS) + sum(Measure.CACHE_WRITE_1H_TOKENS));
        for (int i = 0; i < PromptPart.COUNT; i++) {
            PromptPart part = PromptPart.at(i);
            assertThat(part.measure()).isEqualTo(Measure.valueOf("PROMPT_" + part + "_TOKENS"));
            assertThat(Figure.of(part)).isEqualTo(Figure.valueOf("PROMPT_" + part + "_TOKENS"));
            assertThat(figures[Figure.of(part).ordinal()]).isEqualTo(sum(part.measure()));
        }
        assertThat(figures[Figure.LATE_COST.ordinal()]).isZero();
        assertThat(late[Figure.LATE_COST.ordinal()]).isEqualTo(sum(Measure.COST));
        assertThat(late[Figure.LATE_REQUESTS.ordinal()]).isEqualTo(sum(Measure.REQUESTS));
        assertThat(late[Figure.COST.ordinal()]).isZero();
    }

    @Test
    void theLastQuarterHoursAreKeptAndOlderOnesForgotten() {
        // Given
        RecentQuarters recent = new RecentQuarters();

        // When
        for (long quarterHour = 100; quarterHour < 106; quarterHour++) {
            recent.add(quarterHour, figures(quarterHour));
        }
        recent.add(105, figures(1)).add(101, figures(1));
        RecentQuarters read = RecentQuarters.decode(recent.encode());

        // Then
        assertThat(read.get(105, Figure.COST)).isEqualTo(106);
        assertThat(read.get(102, Figure.COST)).isEqualTo(102);
        assertThat(read.get(101, Figure.COST)).isZero();
        assertThat(read.get(106, Figure.COST)).isZero();
        assertThatThrownBy(() -> RecentQuarters.decode(new byte[] {7})).hasMessageContaining("version 7");
    }

    private static long sum(Measure measure) {
        return 1L << measure.ordinal();
    }

    private static long[] figures(long first) {
        long[] figures = new long[Figure.COUNT];
        for (int i = 0; i < figures.length; i++) {
            figures[i] = first + i;
        }
        return figures;
    }
}
