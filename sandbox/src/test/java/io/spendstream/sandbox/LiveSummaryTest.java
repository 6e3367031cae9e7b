package io.spendstream.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spendstream.runtime.Totals;
import org.junit.jupiter.api.Test;

class LiveSummaryTest {

    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    @Test
    void says_what_was_counted_and_spent() throws Exception {
        // Given
        JsonNode spend =
                JSON.readTree("{\"totals\": {\"cost_usd\": 12345.675}, \"freshness\": {\"lag_records\": 1200}}");

        // When
        String line = LiveSummary.line(new Totals().now(), spend, " | publishing");

        // Then
        assertThat(line)
                .isEqualTo("counted 0 | spend today $12,345.68 | duplicates 0 | rejected 0 | lag 1,200 | publishing");
    }

    @Test
    void shows_no_figure_for_what_is_not_known() {
        // When
        String line = LiveSummary.line(new Totals().now(), null, "");

        // Then
        assertThat(line).isEqualTo("counted 0 | spend today not known | duplicates 0 | rejected 0 | lag ?");
    }
}
