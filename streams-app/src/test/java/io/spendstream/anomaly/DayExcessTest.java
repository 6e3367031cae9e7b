package io.spendstream.anomaly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DayExcessTest {

    private static final long USD = 1_000_000_000L;
    private static final Scope CHAT = new Scope("acme", Scope.Kind.FEATURE, "chat");

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "nothing was told, 0 10 10 0, , false",
        "all of it was told, 0 10 10 0, 0 10 10 0 1-3, true",
        "half of it was told, 10 10, 10 10 0-1, true",
        "less than half of it was told, 10 10.1, 10 10.1 0-1, false",
        "told in two parts, 10 2 10 9, 10 2 10 9 0-1; 10 2 10 9 2-3, true",
        "the same hour told twice counts once, 10 11 11, 10 11 11 0-1; 10 11 11 0-1, false",
        "a wider scope told: its own part counts, 4 0 5, 40 0 5 0-1, false",
        "a wider scope told: its own part is the greater, 4 0 3, 40 0 30 0-1, true",
        "a narrower scope told: no more than it had, 30 0 0, 10 0 0 0-1, false",
        "a narrower scope told: it had the greater part, 30 0 0, 20 0 0 0-1, true",
        "cheap hours told are taken from nothing, 10 -5 -5 10, 10 -5 -5 10 0-3, true",
        "another scope that was cheap explains nothing, 10 10, -5 -5 0-2, false",
        "a day that costs no more than usual, 10 -10, 10 -10 0-1, false",
        "it is not known what is usual, 10 NaN, 10 NaN 0-1, false",
    })
    void theGreaterPartWasTold(String name, String day, String told, boolean explained) {
        assertThat(excess(day).isExplainedBy(told(told))).isEqualTo(explained);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "its hours only, 1 2 3 4, 1 2 3 4 1-3, 5",
        "the smaller of both, 1 2 3 4, 9 1 9 9 0-4, 9",
        "not less than nothing, 1 -2 3, 1 -2 3 0-3, 4",
    })
    void whatIsInCommon(String name, String day, String told, double common) {
        assertThat(excess(day).common(told(told).get(0))).isEqualTo(common);
    }

    @Test
    void anHourThatIsNotOverIsComparedWithItsPart() {
        // Given ten days of 4 USD an hour, and a day of twice as much up to a quarter past eight
        Scopes scopes = new Scopes();
        long day = 20_696;
        for (long quarter = (day - 10) * 96; quarter < day * 96 + 33; quarter++) {
            long[] figures = new long[Figure.COUNT];
            figures[Figure.REQUESTS.ordinal()] = 1;
            figures[Figure.COST.ordinal()] = quarter < day * 96 ? USD : 2 * USD;
            scopes.add(CHAT, quarter, figures);
        }

        // When
        DayExcess excess = DayExcess.of(scopes.view(CHAT), Baseline.of(scopes.view(CHAT), day), day * 96 + 32);

        // Then
        assertThat(excess.common(new DayExcess.Told(excess, 0, 24))).isCloseTo(33.0 * USD, within(1.0));
        assertThat(excess.common(new DayExcess.Told(excess, 8, 24))).isCloseTo(1.0 * USD, within(1.0));
    }

    private static DayExcess excess(String hours) {
        return new DayExcess(Arrays.stream(hours.trim().split(" "))
                .mapToDouble(Double::parseDouble)
                .toArray());
    }

    /** Such as {@code 10 0 0 0-1; …}: hours, and which of them were told. */
    private static List<DayExcess.Told> told(String text) {
        List<DayExcess.Told> told = new ArrayList<>();
        for (String one : text == null ? new String[0] : text.split(";")) {
            int at = one.lastIndexOf(' ');
            String[] range = one.substring(at + 1).split("-");
            told.add(new DayExcess.Told(
                    excess(one.substring(0, at)), Integer.parseInt(range[0]), Integer.parseInt(range[1])));
        }
        return told;
    }
}
