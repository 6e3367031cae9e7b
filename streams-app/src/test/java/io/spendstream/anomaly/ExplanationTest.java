package io.spendstream.anomaly;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.anomaly.Explanation.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExplanationTest {

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "3 times the requests, MORE_TRAFFIC, 3, 1000, 0.8, 200, 1, 0, '300 requests, usually 100'",
        "again and again, RETRIES, 3, 1000, 0.8, 200, 1, 190, 190 of 300 requests are second or later attempts",
        "long prompts, LONGER_PROMPTS, 1, 4000, 0.8, 200, 1, 0, 'prompts of 4,000 tokens on average, usually 1,000'",
        "long answers, LONGER_ANSWERS, 1, 1000, 0.8, 900, 1, 0, answers of 900 tokens on average",
        "no cache, LOST_CACHE, 1, 1000, 0, 200, 1, 0, '0 % of prompt tokens come from the cache, usually 80 %'",
        "new price, PRICE_CHANGE, 1, 1000, 0.8, 200, 2, 0, usually",
        "less of everything, OTHER, 0.5, 1000, 0.8, 200, 1, 0, ''"
    })
    void saysTheLargestEffect(
            String name,
            Reason reason,
            double traffic,
            long prompt,
            double cached,
            long answer,
            double price,
            long retries,
            String words) {
        // Given
        long[] usual = figures(100, 1000, 0.8, 200, 1, 2);
        long[] now = figures(Math.round(100 * traffic), prompt, cached, answer, price, retries);

        // When
        Explanation explanation = Explanation.of(now, usual, null);

        // Then
        assertThat(explanation.reason()).isEqualTo(reason);
        assertThat(explanation.sentence()).contains(words);
    }

    @Test
    void aDearerTokenWithoutAChangedPriceIsAnotherMixOfModels() {
        long[] usual = figures(100, 1000, 0.8, 200, 1, 2);
        long[] now = figures(100, 1000, 0.8, 200, 2, 2);

        assertThat(Explanation.of(now, usual, false).reason()).isEqualTo(Reason.MODEL_MIX);
        assertThat(Explanation.of(now, usual, true).reason()).isEqualTo(Reason.PRICE_CHANGE);
        assertThat(Explanation.priceChanged(now, usual)).isTrue();
        assertThat(Explanation.priceChanged(usual, usual)).isFalse();
    }

    @Test
    void thePartOfThePromptThatGrewIsNamedWhereEventsNameParts() {
        // Given
        long[] usual = figures(100, 1000, 0.8, 200, 1, 2);
        usual[Figure.PROMPT_SYSTEM_TOKENS.ordinal()] = 600 * 100;
        usual[Figure.PROMPT_HISTORY_TOKENS.ordinal()] = 400 * 100;
        long[] now = figures(100, 4000, 0.8, 200, 1, 2);
        now[Figure.PROMPT_SYSTEM_TOKENS.ordinal()] = 700 * 100;
        now[Figure.PROMPT_HISTORY_TOKENS.ordinal()] = 3300 * 100;

        // Then
        assertThat(Explanation.of(now, usual, null).sentence())
                .isEqualTo("prompts of 4,000 tokens on average, usually 1,000; 3,300 of them are history, usually 400");
    }

    @Test
    void usualIsTheMeanOfTheSameHoursBefore() {
        // Given
        Scopes scopes = new Scopes();
        Scope chat = new Scope("acme", Scope.Kind.FEATURE, "chat");
        for (long day = 100; day < 105; day++) {
            for (int hour = 0; hour < 24; hour++) {
                scopes.add(chat, day * 96 + 4 * hour, figures(hour + day - 100, 100, 0, 10, 1, 0));
            }
        }

        // When
        long closed = 104 * 96 + 4;

        // Then
        assertThat(Explanation.usual(scopes.view(chat), closed, 1)[Figure.REQUESTS.ordinal()])
                .isEqualTo(Math.round((1 + 2 + 3 + 4) / 4.0));
        assertThat(Explanation.now(scopes.view(chat), closed, 3)[Figure.REQUESTS.ordinal()])
                .isEqualTo(5 + 4 + 26);
    }

    @Test
    void theQueryShowsTheScope() {
        assertThat(Explanation.query(new Scope("acme", Scope.Kind.FEATURE, "chat & co"), 0, 3_600_000))
                .isEqualTo("/v1/spend?from=1970-01-01T00:00:00Z&to=1970-01-01T01:00:00Z&granularity=hour"
                        + "&group_by=model&tenant=acme&feature=chat+%26+co");
    }

    private static long[] figures(long requests, long prompt, double cached, long answer, double price, long retries) {
        long[] figures = new long[Figure.COUNT];
        long hits = Math.round(requests * prompt * cached);
        long input = requests * prompt - hits;
        figures[Figure.REQUESTS.ordinal()] = requests;
        figures[Figure.RETRIES.ordinal()] = retries;
        figures[Figure.INPUT_TOKENS.ordinal()] = input;
        figures[Figure.CACHE_READ_TOKENS.ordinal()] = hits;
        figures[Figure.OUTPUT_TOKENS.ordinal()] = requests * answer;
        figures[Figure.INPUT_COST.ordinal()] = Math.round(input * 3000 * price);
        figures[Figure.CACHE_READ_COST.ordinal()] = Math.round(hits * 300 * price);
        figures[Figure.OUTPUT_COST.ordinal()] = Math.round(requests * answer * 12_000 * price);
        figures[Figure.COST.ordinal()] = figures[Figure.INPUT_COST.ordinal()]
                + figures[Figure.CACHE_READ_COST.ordinal()]
                + figures[Figure.OUTPUT_COST.ordinal()];
        return figures;
    }
}
