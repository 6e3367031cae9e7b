package io.spendstream.anomaly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spendstream.combine.ByteSink;
import io.spendstream.combine.ByteSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutlierHabitTest {

    @ParameterizedTest(name = "outliers of {0} make {2} usual on day {1}")
    @CsvSource({
        "'', 10, 0",
        "9:100, 10, 0",
        "8:100 9:80, 10, 120",
        "8:100 9:80 9:300, 10, 150",
        "7:100 8:90 9:400, 10, 150",
        "9:100 10:100, 10, 0",
        "9:100 10:100, 11, 150",
        "2:100 3:100, 15, 150",
        "2:100 3:100, 16, 0",
        "2:100 9:80, 30, 0",
        "9:100 8:80, 10, 0",
    })
    void whatCameOnTwoDaysOfTheLastTwoWeeksIsAHabit(String noted, long day, long usual) {
        // When
        OutlierHabit habit = habit(noted);

        // Then
        assertThat(habit.cost(day)).isEqualTo(usual);
        assertThat(habit.tokens(day)).isEqualTo(usual / 10);
        assertThat(habit.isEmpty()).isEqualTo(noted.isEmpty());
        assertThat(copy(habit).cost(day)).isEqualTo(usual);
    }

    @Test
    void onlyWhatIsLargerOnTheSameDayIsAChange() {
        OutlierHabit habit = new OutlierHabit();

        assertThat(habit.note(5, 100, 10)).isTrue();
        assertThat(habit.note(5, 90, 9)).isFalse();
        assertThat(habit.note(5, 90, 11)).isTrue();
        assertThat(habit.note(6, 1, 1)).isTrue();
    }

    @Test
    void isBounded() {
        // Given
        OutlierHabit habit = new OutlierHabit();
        for (int day = 0; day < 100; day++) {
            habit.note(Integer.MAX_VALUE + (long) day, Long.MAX_VALUE - day, Long.MAX_VALUE - day);
        }

        // Then
        assertThat(bytes(habit).length).isLessThanOrEqualTo(OutlierHabit.MAX_BYTES);
        assertThat(habit.cost(Integer.MAX_VALUE + 100L)).isEqualTo(Long.MAX_VALUE);
        assertThatThrownBy(() -> OutlierHabit.readFrom(new ByteSource(
                        new ByteSink(8).writeSigned(1).writeVarint(1 << 14).toBytes())))
                .hasMessageContaining("more than 14 days");
    }

    private static OutlierHabit habit(String noted) {
        OutlierHabit habit = new OutlierHabit();
        if (!noted.isEmpty()) {
            for (String one : noted.split(" ")) {
                String[] parts = one.split(":");
                long cost = Long.parseLong(parts[1]);
                habit.note(Long.parseLong(parts[0]), cost, cost / 10);
            }
        }
        return habit;
    }

    private static byte[] bytes(OutlierHabit habit) {
        ByteSink to = new ByteSink(64);
        habit.writeTo(to);
        return to.toBytes();
    }

    private static OutlierHabit copy(OutlierHabit habit) {
        return OutlierHabit.readFrom(new ByteSource(bytes(habit)));
    }
}
