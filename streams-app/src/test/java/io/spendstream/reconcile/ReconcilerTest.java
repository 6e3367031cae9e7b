package io.spendstream.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spendstream.usage.Meter;
import io.spendstream.v1.ModelPrices;
import io.spendstream.v1.ReconciledRow;
import io.spendstream.v1.Reconciliation;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What differs between an invoice and what was metered, and what of it is explained. */
class ReconcilerTest {

    private static final LocalDate DAY = LocalDate.of(2026, 11, 1);
    /** The price book has 2 USD per million input tokens for {@code m}. */
    private static final ListPrices PRICES =
            (model, provider, day, meter) -> model.equals("m") && meter == Meter.INPUT_TOKENS ? 2_000_000L : null;

    private static ModelNames names(String... metered) {
        return new ModelNames(
                Map.of("Said", "m"),
                List.of(ModelPrices.newBuilder()
                        .setModel("m")
                        .setAliases(List.of("m-alias"))
                        .setCards(List.of())
                        .build()),
                Set.of(metered));
    }

    private static InvoiceLine line(String model, Long cost, Long tokens, Long meterCost) {
        return new InvoiceLine(
                DAY,
                null,
                model,
                cost,
                null,
                tokens == null ? Map.of() : Map.of(Meter.INPUT_TOKENS, tokens),
                meterCost == null ? Map.of() : Map.of(Meter.INPUT_TOKENS, meterCost));
    }

    private static Metered metered(
            String provider, String model, long requests, long unpriced, long tokens, long cost) {
        return new Metered(
                DAY,
                provider,
                model,
                requests,
                unpriced,
                Map.of(Meter.INPUT_TOKENS, tokens),
                Map.of(Meter.INPUT_TOKENS, cost),
                cost);
    }

    private static Reconciler.Result reconcile(List<InvoiceLine> lines, List<Metered> metered) {
        return Reconciler.reconcile(lines, metered, null, DAY, DAY.plusDays(1), names("m", "other"), PRICES);
    }

    /** Amounts in nano-USD; metered at 2 USD per million tokens, which is 2,000 a token. */
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        // what, invoiced: cost, tokens, cost of the meter; metered: requests, unpriced, tokens, cost; quantity, price,
        // unpriced, unexplained
        "the same,                   2000000, 1000, 2000000, 4, 0, 1000, 2000000,       0,      0,       0,      0",
        "no tokens on the invoice,   2500000,     ,        , 4, 0, 1000, 2000000,       0,      0,       0, 500000",
        "calls that were not sent,   2500000, 1250,        , 4, 0, 1000, 2000000,  500000,      0,       0,      0",
        "calls metered and not paid, 1000000,  500,        , 4, 0, 1000, 2000000,-1000000,      0,       0,      0",
        "another price,              3000000, 1000, 3000000, 4, 0, 1000, 2000000,       0, 1000000,      0,      0",
        "both,                       3750000, 1250, 3750000, 4, 0, 1000, 2000000,  500000, 1250000,      0,      0",
        "a discount,                 1900000, 1000, 1900000, 4, 0, 1000, 2000000,       0, -100000,      0,      0",
        "no call has a price,        2000000,     ,        , 4, 4, 1000,       0,       0,      0, 2000000,      0",
        "one of four has no price,   2000000,     ,        , 4, 1, 1000, 1500000,       0,      0,  500000,      0",
        "more than that explains,    4000000,     ,        , 4, 1, 1000, 1500000,       0,      0, 1000000, 1500000",
        "less than that explains,    1600000,     ,        , 4, 1, 1000, 1500000,       0,      0,  100000,      0",
        "unpriced and paid less,     1000000,     ,        , 4, 1, 1000, 1500000,       0,      0,       0,-500000",
        "tokens by the price book,   2500000, 1250,        , 4, 4, 1000,       0,  500000,      0, 2000000,      0",
        "never metered,              2500000, 1250,        , 0, 0,    0,       0, 2500000,      0,       0,      0",
    })
    void what_differs_is_explained_or_not(
            String what,
            long cost,
            Long tokens,
            Long meterCost,
            long requests,
            long unpriced,
            long meteredTokens,
            long meteredCost,
            long quantity,
            long price,
            long unpricedPart,
            long unexplained) {
        Reconciler.Result result = reconcile(
                List.of(line("m", cost, tokens, meterCost)),
                requests == 0 ? List.of() : List.of(metered("p", "m", requests, unpriced, meteredTokens, meteredCost)));

        assertThat(result.rows()).hasSize(1);
        Drift drift = Drift.of(result.rows().get(0));
        assertThat(drift.quantityNanoUsd()).isEqualTo(quantity);
        assertThat(drift.priceNanoUsd()).isEqualTo(price);
        assertThat(drift.unpricedNanoUsd()).isEqualTo(unpricedPart);
        assertThat(drift.unexplainedNanoUsd()).isEqualTo(unexplained);
    }

    @Test
    void usage_without_a_cost_is_valued_at_what_tokens_cost() {
        ReconciledRow row = reconcile(
                        List.of(line("m", null, 1500L, null)), List.of(metered("p", "m", 4, 0, 1000, 3_000_000)))
                .rows()
                .get(0);

        assertThat(row.getValued()).isTrue();
        assertThat(row.getInvoicedNanoUsd()).isEqualTo(4_500_000);
        assertThat(row.getQuantityNanoUsd()).isEqualTo(1_500_000);
        assertThat(Drift.of(row).unexplainedNanoUsd()).isZero();
    }

    @Test
    void what_is_on_one_side_only_is_shown() {
        List<ReconciledRow> rows = reconcile(
                        List.of(line("never metered", 5L, null, null)), List.of(metered("p", "other", 1, 0, 1, 7)))
                .rows();

        assertThat(rows)
                .extracting(row -> row.getModel() + " " + row.getMetered() + " "
                        + row.getInvoiceNames().isEmpty())
                .containsExactly("never metered false false", "other true true");
    }

    @ParameterizedTest
    @CsvSource({
        "m, m",
        "m-alias, m",
        "Said, m",
        "M, m",
        "M Alias, m",
        "m-2026-11-01, m",
        "m-20261101, m",
        "Other, other",
        "claude.v1, claude-v1",
        "Nobody Knows, Nobody Knows",
    })
    void names_of_one_model_are_one(String invoiced, String model) {
        assertThat(names("other", "claude-v1").ofInvoice(invoiced)).isEqualTo(model);
    }

    @Test
    void a_name_that_is_metered_stays_itself() {
        assertThat(names("gpt-4o-2024-08-06").ofInvoice("gpt-4o-2024-08-06")).isEqualTo("gpt-4o-2024-08-06");
        assertThat(names().ofMetered("m-2026-11-01")).isEqualTo("m");
    }

    @Test
    void names_of_one_model_add_up() {
        Reconciler.Result result = reconcile(
                List.of(line("m", 1L, null, null), line("Said", 2L, null, null), line("m-alias", 4L, null, null)),
                List.of(metered("p", "m", 1, 0, 1, 3), metered("q", "m-alias", 1, 0, 1, 4)));

        assertThat(result.rows()).hasSize(1);
        assertThat(result.rows().get(0).getInvoiceNames()).containsExactly("Said", "m", "m-alias");
        assertThat(Drift.of(result.rows().get(0)).differenceNanoUsd()).isZero();
    }

    @Test
    void calls_of_other_providers_are_not_compared_and_those_without_go_by_their_model() {
        InvoiceLine line = new InvoiceLine(DAY, "p", "m", 10L, null, Map.of(), Map.of());

        Reconciler.Result result = Reconciler.reconcile(
                List.of(line),
                List.of(
                        metered("p", "m", 1, 0, 1, 3),
                        metered(null, "m", 1, 0, 1, 7),
                        metered("q", "m", 1, 0, 1, 100),
                        metered(null, "other", 2, 0, 1, 50)),
                "p",
                DAY,
                DAY.plusDays(1),
                names("m", "other"),
                PRICES);

        assertThat(result.rows()).hasSize(1);
        assertThat(Drift.of(result.rows().get(0)).differenceNanoUsd()).isZero();
        assertThat(result.providers()).containsExactly("p");
        assertThat(result.unattributedNanoUsd()).isEqualTo(50);
        assertThat(result.unattributedRequests()).isEqualTo(2);
    }

    @Test
    void lines_outside_of_the_days_are_left_out_and_said() {
        Reconciler.Result result = Reconciler.reconcile(
                List.of(line("m", 5L, null, null)), List.of(), null, DAY.plusDays(1), DAY.plusDays(2), names(), PRICES);

        assertThat(result.rows()).isEmpty();
        assertThat(result.leftOut().get(0).getCostNanoUsd()).isEqualTo(5);
    }

    @Test
    void too_much_is_refused() {
        List<InvoiceLine> lines = new ArrayList<>();
        for (int i = 0; i <= Reconciler.ROWS_MAX; i++) {
            lines.add(line("m" + i, 1L, null, null));
        }

        assertThatThrownBy(() -> reconcile(lines, List.of()))
                .isInstanceOf(Reconciler.TooMuch.class)
                .hasMessageContaining("5001 combinations");
    }

    /** The tolerance is 1 %. */
    @ParameterizedTest
    @CsvSource({
        // invoiced and metered of two models, drift of the whole and what is judged in parts per million
        "1000, 1000, 1000, 1000,       0,       0, true",
        "1000,  990, 1000, 1000,    5000,    5000, true",
        "1000,  980, 1000, 1000,   10000,   10000, true",
        "1000,  979, 1000, 1000,   10500,   10500, false",
        "1000, 1100, 1000,  900,       0,   50000, false",
        "   5,   10, 9995, 9995,    -500,     500, true",
        "   0,    0,    0,    0,        ,       0, true",
        "   0,    5,    0,    0,        , 1000000, false",
    })
    void the_whole_and_each_model_are_held_against_the_whole_invoice(
            long invoiced,
            long metered,
            long otherInvoiced,
            long otherMetered,
            Long drift,
            long judged,
            boolean within) {
        List<ReconciledRow> rows = reconcile(
                        List.of(line("m", invoiced, null, null), line("other", otherInvoiced, null, null)),
                        List.of(metered("p", "m", 1, 0, 1, metered), metered("p", "other", 1, 0, 1, otherMetered)))
                .rows();
        Reconciliation reconciliation = Reconciliations.of("id", rows, Instant.EPOCH);

        assertThat(Drift.of(reconciliation).ppm()).isEqualTo(drift);
        assertThat(Drift.judged(reconciliation)).isEqualTo(judged);
        assertThat(Drift.isWithin(reconciliation)).isEqualTo(within);
    }

    @Test
    void parts_add_up_to_the_difference_whatever_is_on_the_two_sides() {
        Random random = new Random(7);
        for (int i = 0; i < 2_000; i++) {
            Map<Meter, Long> tokens = new HashMap<>();
            Map<Meter, Long> costs = new HashMap<>();
            Map<Meter, Long> meteredTokens = new HashMap<>();
            Map<Meter, Long> meteredCosts = new HashMap<>();
            long cost = 0;
            for (Meter meter : List.of(Meter.INPUT_TOKENS, Meter.OUTPUT_TOKENS, Meter.CACHE_READ_TOKENS)) {
                if (random.nextBoolean()) {
                    tokens.put(meter, (long) random.nextInt(1_000_000));
                }
                if (random.nextBoolean()) {
                    costs.put(meter, random.nextLong(10_000_000_000L));
                }
                meteredTokens.put(meter, (long) random.nextInt(3));
                meteredCosts.put(meter, random.nextLong(10_000_000_000L));
                cost += meteredCosts.get(meter);
            }
            int requests = 1 + random.nextInt(5);
            Reconciler.Result result = reconcile(
                    List.of(new InvoiceLine(DAY, null, "m", random.nextLong(20_000_000_000L), null, tokens, costs)),
                    List.of(new Metered(
                            DAY, "p", "m", requests, random.nextInt(requests + 1), meteredTokens, meteredCosts, cost)));

            Drift drift = Drift.of(result.rows().get(0));
            assertThat(drift.quantityNanoUsd()
                            + drift.priceNanoUsd()
                            + drift.unpricedNanoUsd()
                            + drift.unexplainedNanoUsd())
                    .isEqualTo(drift.differenceNanoUsd());
            assertThat(drift.unpricedNanoUsd()).isNotNegative();
        }
    }
}
