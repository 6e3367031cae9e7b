package io.spendstream.detect;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.anomaly.Detector;
import io.spendstream.anomaly.Explanation;
import io.spendstream.anomaly.Scope;
import io.spendstream.anomaly.Verdict;
import io.spendstream.v1.AlertSeverity;
import io.spendstream.v1.Contributor;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SentencesTest {

    private static final Scope CHAT = new Scope("acme", Scope.Kind.FEATURE, "chat");
    private static final long NOON = Instant.parse("2026-11-21T12:00:00Z").toEpochMilli();
    private static final long HOUR_MS = 3_600_000;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SEASONAL | cost | 3300000000 | 1000000000 | 1 |"
                        + " has spent 3.30 USD from 21 Nov 2026, 11:00 to 12:00 UTC, 3.3 times the usual 1.00 USD",
                "DAILY_RATIO | cost | 3300000000 | 0 | 24 |"
                        + " has spent 3.30 USD from 20 Nov 2026, 12:00 to 21 Nov 2026, 12:00 UTC, where there is usually nothing",
                "COST_PER_REQUEST | cost_per_request | 43210000 | 1234567 | 1 |"
                        + " costs 0.0432 USD a request from 21 Nov 2026, 11:00 to 12:00 UTC, 35 times the usual 0.00123 USD",
                "CACHE_HIT_RATE | cache_hit_rate | 20000 | 801000 | 1 |"
                        + " has 2.0 % of its prompt tokens from the cache from 21 Nov 2026, 11:00 to 12:00 UTC, usually 80.1 %",
                "CONCENTRATION | cost_share | 400000 | 200000 | 12 |"
                        + " has 40.0 % of the tenant's spend from 21 Nov 2026, 00:00 to 12:00 UTC, usually 20.0 %",
                "RETRY_WASTE | retry_waste | 400000 | 20000 | 1 |"
                        + " spends 40.0 % on repeated and failed calls from 21 Nov 2026, 11:00 to 12:00 UTC, usually 2.0 %",
                "UNPRICED_MODEL | unpriced_requests | 1234 | 0 | 1 |"
                        + " has had 1,234 calls without a price from 21 Nov 2026, 11:00 to 12:00 UTC",
                "SILENCE | requests | 0 | 25 | 1 |"
                        + " has had no calls from 21 Nov 2026, 11:00 to 12:00 UTC, where 25 calls are usual",
                "REQUEST_OUTLIER | tokens | 120000 | 1600 | 1 |"
                        + " has had a request of 120,000 tokens by  at 21 Nov 2026, 11:00 UTC, 75 times the usual 1,600 tokens",
            })
    void aSentenceSaysWhatIsOddAndHowOdd(
            Detector detector, String measure, long value, long baseline, int hours, String words) {
        // Given
        Verdict verdict = new Verdict(
                detector,
                Verdict.Level.FIRING,
                AlertSeverity.WARNING,
                measure,
                value,
                baseline,
                baseline,
                "how",
                NOON - hours * HOUR_MS,
                "");
        Explanation why = new Explanation(Explanation.Reason.MORE_TRAFFIC, 1, "9 requests, usually 3");

        // Then
        assertThat(Sentences.of(CHAT, verdict, why, List.of(new Contributor("model", "m", 1L, 600_000L)), NOON))
                .isEqualTo("Feature chat (tenant acme) " + words
                        + " (how). Likely reason: 9 requests, usually 3. Most of the day is of model m (60.0 %).");
    }
}
