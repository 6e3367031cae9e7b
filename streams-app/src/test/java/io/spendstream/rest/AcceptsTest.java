package io.spendstream.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AcceptsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "text/csv | 1000",
                "text/csv;q=0.5 | 500",
                "TEXT/CSV; q=0.125 | 125",
                "text/csv;q=1.000 | 1000",
                "text/csv;q=0 | 0",
                "*/*;q=0.1 | 100",
                "*/*;q=0.1, text/*;q=0.2 | 200",
                "text/csv;q=0.3, */* | 300",
                "application/json | 0",
                "text/csv;q=much | 0",
                "text/csv;q=-1 | 0",
                "; | 0",
                ",,; ;,text/csv | 1000",
            })
    void theMostExactRangeSaysHowMuchAFormIsLiked(String accept, int expected) {
        assertThat(Accepts.quality(accept, "text/csv")).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"text/csv;q=1E200000000", "text/csv;q=1E2147483647", "text/csv;q=1E-2147483647"})
    void anAbsurdWeightCostsNothing(String accept) {
        int quality =
                Assertions.assertTimeoutPreemptively(Duration.ofSeconds(5), () -> Accepts.quality(accept, "text/csv"));
        assertThat(quality).isZero();
    }
}
