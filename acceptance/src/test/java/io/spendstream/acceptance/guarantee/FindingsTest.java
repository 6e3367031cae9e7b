package io.spendstream.acceptance.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.acceptance.Deployment.StoredKey;
import io.spendstream.acceptance.SpendClient;
import io.spendstream.acceptance.SpendQuestion;
import io.spendstream.acceptance.SpendTable;
import io.spendstream.v1.PricedUsage;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The guarantees see what they are there to see: each fault here is one that a broken pipeline would make. */
class FindingsTest {

    private static final Instant DAY = Instant.parse("2026-11-22T00:00:00Z");
    private static final SpendQuestion QUESTION = SpendQuestion.between(DAY, DAY.plusSeconds(86_400));

    @Test
    void anEventIsPricedOnceOrItIsSaidWhatIsWrong() {
        Map<String, BigInteger> two = Map.of("a", BigInteger.ONE, "b", BigInteger.TEN);
        assertThat(priced(usage("a", 1, false), usage("b", 10, false)).against(two))
                .isEqualTo(Findings.NONE);
        assertFound(priced(usage("a", 1, false)).against(two), 1, 0, 0);
        assertFound(
                priced(usage("a", 1, false), usage("b", 10, false), usage("a", 1, false))
                        .against(two),
                0,
                1,
                0);
        assertFound(priced(usage("a", 2, false), usage("b", 10, false)).against(two), 0, 0, 1);
        assertFound(
                priced(usage("a", 1, false), usage("b", 10, false), usage("c", 1, false))
                        .against(two),
                0,
                0,
                1);
    }

    @Test
    void aReplayGivesTheSameCellsWithTheSameBytes() {
        Map<StoredKey, ByteBuffer> cells = Map.of(key(1, 'a'), bytes(7), key(2, 'b'), bytes(8));
        assertThat(ReplaysAlike.compare(cells, Map.of(key(1, 'a'), bytes(7), key(2, 'b'), bytes(8))))
                .isEqualTo(Findings.NONE);
        assertFound(ReplaysAlike.compare(cells, Map.of(key(1, 'a'), bytes(7))), 0, 0, 1);
        assertFound(ReplaysAlike.compare(cells, Map.of(key(1, 'a'), bytes(7), key(2, 'b'), bytes(9))), 0, 0, 1);
        assertFound(ReplaysAlike.compare(cells, Map.of(key(1, 'a'), bytes(7), key(1, 'b'), bytes(8))), 0, 0, 2);
        assertThat(ReplaysAlike.compare(Map.of(key(1, 6), bytes(1)), Map.of(key(1, 6), bytes(2))))
                .isEqualTo(Findings.NONE);
    }

    private static StoredKey key(int partition, int first) {
        return new StoredKey(partition, bytes(first));
    }

    private static ByteBuffer bytes(int only) {
        return ByteBuffer.wrap(new byte[] {(byte) only});
    }

    @Test
    void aCorrectionSetsTheCostAndComesOnce() {
        Map<String, BigInteger> one = Map.of("a", BigInteger.TEN);
        assertThat(priced(usage("a", null, false), usage("a", 10, true)).against(one))
                .isEqualTo(Findings.NONE);
        assertFound(priced(usage("a", null, false)).against(one), 0, 0, 1);
        assertFound(
                priced(usage("a", null, false), usage("a", 10, true), usage("a", 10, true))
                        .against(one),
                0,
                1,
                0);
        assertFound(priced(usage("a", 10, true)).against(one), 1, 0, 0);
    }

    @Test
    void aTotalIsExactOrItIsSaidWhatIsWrong() {
        assertThat(totals(2, "0.5", 2, "0.5")).isEqualTo(Findings.NONE);
        assertFound(totals(2, "0.5", 1, "0.25"), 1, 0, 0);
        assertFound(totals(2, "0.5", 5, "1.25"), 0, 3, 0);
        assertFound(totals(2, "0.5", 2, "0.500000001"), 0, 0, 1);
    }

    @Test
    void aThresholdIsToldOnceOrItIsSaidWhatIsWrong() {
        assertThat(AlertsOnce.compare(Set.of("x"), Map.of("x", 1L))).isEqualTo(Findings.NONE);
        assertFound(AlertsOnce.compare(Set.of("x"), Map.of()), 1, 0, 0);
        assertFound(AlertsOnce.compare(Set.of("x"), Map.of("x", 3L)), 0, 2, 0);
        assertFound(AlertsOnce.compare(Set.of(), Map.of("x", 1L)), 0, 0, 1);
    }

    @Test
    void aScrapeBalances() {
        assertThat(AccountsBalance.unbalanced(scrape(6))).isEmpty();
        assertThat(AccountsBalance.unbalanced(scrape(7)))
                .isEqualTo(Optional.of(
                        "received 7, but decided about 6: {counted=3, duplicate=2, rejected wire_format=1}"));
    }

    private static Map<String, BigDecimal> scrape(long received) {
        return Map.of(
                "spendstream_events_received_total",
                BigDecimal.valueOf(received),
                "spendstream_events_counted_total",
                BigDecimal.valueOf(3),
                "spendstream_events_duplicate_total",
                BigDecimal.valueOf(2),
                "spendstream_events_rejected_total{reason=\"wire_format\"}",
                BigDecimal.ONE);
    }

    private static PricedOnce priced(PricedUsage... records) {
        PricedOnce priced = new PricedOnce();
        List.of(records).forEach(priced::onProcess);
        return priced;
    }

    private static PricedUsage usage(String id, Integer nanoUsd, boolean correction) {
        PricedUsage usage = new PricedUsage();
        usage.setId(id);
        usage.setCorrection(correction);
        usage.setCostNanoUsd(nanoUsd == null ? null : Long.valueOf(nanoUsd));
        return usage;
    }

    private static Findings totals(long requests, String usd, long seenRequests, String seenUsd) {
        SpendClient.Answer answer = new SpendClient.Answer(200, null, table(seenRequests, seenUsd), true, DAY, 0);
        return TotalsExact.compare(QUESTION, table(requests, usd), answer);
    }

    private static SpendTable table(long requests, String usd) {
        SpendTable table = new SpendTable();
        table.add(List.of("chat"), DAY, "requests", BigDecimal.valueOf(requests));
        table.add(List.of("chat"), DAY, "cost_usd", new BigDecimal(usd));
        return table;
    }

    private static void assertFound(Findings found, long lost, long doubled, long wrong) {
        assertThat(List.of(found.lost(), found.doubled(), found.wrong()))
                .as(found.toString())
                .isEqualTo(List.of(lost, doubled, wrong));
        assertThat(found.details()).isNotEmpty();
    }
}
