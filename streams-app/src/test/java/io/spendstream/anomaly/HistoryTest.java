package io.spendstream.anomaly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HistoryTest {

    private static final Scope CHAT = new Scope("acme", Scope.Kind.FEATURE, "chat");
    private static final long TODAY = 20_800;
    private static final int QUARTERS_OF_DAY = 96;

    /** Else a level that came and went would be in the forecasts of the weeks after it, too high and too low. */
    @ParameterizedTest(name = "{0} days ago, four times as much from {1} to {2} days ago: {3}")
    @CsvSource({
        "14, 27, 24, 1",
        "21, 27, 24, 1",
        "25, 27, 24, 0.25",
        "26, 27, 24, 0.25",
        "30, 27, 24, 1",
        "14, 10, 1, 4",
        "7, 20, 1, 1",
        "21, 12, 11, 1"
    })
    void anEarlierDayIsBroughtFromTheLevelOfTheWeekAboutIt(int earlier, int from, int to, double growth) {
        // Given
        Scopes scopes = new Scopes();
        for (int ago = 35; ago > 0; ago--) {
            long[] figures = new long[Figure.COUNT];
            figures[Figure.COST.ordinal()] = ago <= from && ago >= to ? 4_000 : 1_000;
            scopes.add(CHAT, (TODAY - ago) * QUARTERS_OF_DAY, figures);
        }

        // Then
        assertThat(new History(scopes.view(CHAT), TODAY).growth(0, earlier)).isCloseTo(growth, within(1e-9));
    }
}
