package io.spendstream.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.alert.AlertNotes;
import io.spendstream.alert.Notes;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertState;
import io.spendstream.v1.Contributor;
import io.spendstream.v1.Reconciliation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One life for the alert of a scope's days, however often and by whom they are loaded. */
class ReconciliationAlertsTest {

    private static final Instant FIRST = Instant.parse("2026-12-01T08:00:00Z");
    private static final Instant SECOND = Instant.parse("2026-12-02T08:00:00Z");
    private static final long USD = 1_000_000_000L;

    private final AlertNotes notes = new AlertNotes();

    private ReconciliationAlerts.Step stored(Reconciliation before, Reconciliation now) {
        return ReconciliationAlerts.stored(before, now, notes);
    }

    private ReconciliationAlerts.Step deleted(Reconciliation before, Instant at) {
        return ReconciliationAlerts.deleted(before, at, notes);
    }

    @Test
    void it_opens_beyond_the_tolerance_and_is_resolved_by_a_load_within_it() {
        // Given
        ReconciliationAlerts.Step beyond = stored(null, Reconciliations.of("r", "gpt-4o", 100 * USD, 90 * USD, FIRST));

        // When: the same days again, twice
        ReconciliationAlerts.Step still =
                stored(beyond.reconciliation(), Reconciliations.of("r", "gpt-4o", 100 * USD, 95 * USD, SECOND));
        ReconciliationAlerts.Step within =
                stored(still.reconciliation(), Reconciliations.of("r", "gpt-4o", 100 * USD, 100 * USD, SECOND));
        ReconciliationAlerts.Step quiet =
                stored(within.reconciliation(), Reconciliations.of("r", "gpt-4o", 100 * USD, 100 * USD, SECOND));

        // Then
        assertThat(beyond.alert().getState()).isEqualTo(AlertState.OPEN);
        assertThat(beyond.alert().getNotify()).isTrue();
        assertThat(beyond.alert().getOpenedAt()).isEqualTo(FIRST);
        assertThat(still.alert().getState()).isEqualTo(AlertState.OPEN);
        assertThat(still.alert().getNotify()).as("people know already").isFalse();
        assertThat(still.alert().getOpenedAt()).isEqualTo(FIRST);
        assertThat(within.alert().getState()).isEqualTo(AlertState.RESOLVED);
        assertThat(within.alert().getNotify()).isTrue();
        assertThat(within.alert().getOpenedAt()).isEqualTo(FIRST);
        assertThat(within.alert().getChangedAt()).isEqualTo(SECOND);
        assertThat(within.reconciliation().getAlertOpenedAt()).isNull();
        assertThat(quiet.alert()).isNull();
        assertThat(List.of(beyond.alert(), still.alert(), within.alert()))
                .extracting(Alert::getId)
                .containsOnly(beyond.alert().getId());
    }

    @Test
    void it_says_what_who_and_where_to_look() {
        Reconciliation reconciliation = Reconciliations.of(
                "r",
                List.of(
                        Reconciliations.row("gpt-4o", 100 * USD, 94 * USD),
                        Reconciliations.row("gpt-4o-mini", 20 * USD, 22 * USD)),
                FIRST);

        Alert alert = stored(null, reconciliation).alert();

        assertThat(alert.getKind()).isEqualTo("reconciliation_drift");
        assertThat(alert.getMeasure()).isEqualTo("reconciliation_drift");
        assertThat(alert.getValue()).isEqualTo(50_000);
        assertThat(alert.getLimit()).isEqualTo(10_000);
        assertThat(alert.getScope()).containsOnlyKeys("provider");
        assertThat(alert.getSummary())
                .isEqualTo(
                        "The invoice of openai for 2026-11-01 to 2026-11-01 has 120.00 USD, and 116.00 USD were metered:"
                                + " 3.3 % of the invoice apart, and 5.0 % by model gpt-4o, where 1.0 % are tolerated;"
                                + " 4.00 USD are not explained. Most by model gpt-4o: 6.00 USD.");
        assertThat(alert.getContributors())
                .containsExactly(
                        new Contributor("model", "gpt-4o", 6 * USD, 750_000L),
                        new Contributor("model", "gpt-4o-mini", -2 * USD, 250_000L));
        assertThat(alert.getLabels())
                .containsEntry("report", "/v1/reconciliations/r")
                .containsEntry(
                        "query",
                        "/v1/spend?from=2026-11-01&to=2026-11-02&zone=UTC&granularity=day&group_by=provider,model");
    }

    /** The value is what is judged, so the sentence must say it; what the whole is apart would say nothing is wrong. */
    @ParameterizedTest(name = "models {0}/{1} and {2}/{3}: {5}")
    @CsvSource(
            delimiter = '|',
            value = {
                "100 | 94  | 20 | 22 | 50000  | 3.3 % of the invoice apart, and 5.0 % by model a, where",
                "50  | 40  | 50 | 60 | 100000 | 0.0 % of the invoice apart, and 10.0 % by model a, where",
                "50  | 55  | 50 | 40 | 100000 | 5.0 % of the invoice apart, and 10.0 % by model b, where",
                "100 | 94  | 20 | 20 | 50000  | 5.0 % of the invoice apart, where",
                "100 | 94  | 20 | 19 | 58333  | 5.8 % of the invoice apart, where",
                "0   | 3   | 0  | 0  | 1000000 | -3.00 USD apart, where"
            })
    void its_sentence_says_what_is_judged(
            long invoiced, long metered, long otherInvoiced, long otherMetered, long ppm, String words) {
        Reconciliation reconciliation = Reconciliations.of(
                "r",
                List.of(
                        Reconciliations.row("a", invoiced * USD, metered * USD),
                        Reconciliations.row("b", otherInvoiced * USD, otherMetered * USD)),
                FIRST);

        Alert alert = stored(null, reconciliation).alert();

        assertThat(alert.getValue()).isEqualTo(ppm);
        assertThat(alert.getSummary()).contains(words);
    }

    @Test
    void one_that_opens_under_a_silence_is_resolved_as_quietly() {
        // Given
        notes.put("silence:s", Notes.silence("s", FIRST.minusSeconds(60), Map.of("kind", List.of("reconciliation_*"))));

        // When
        ReconciliationAlerts.Step beyond = stored(null, Reconciliations.of("r", "gpt-4o", 100 * USD, 90 * USD, FIRST));
        ReconciliationAlerts.Step within =
                stored(beyond.reconciliation(), Reconciliations.of("r", "gpt-4o", 100 * USD, 100 * USD, SECOND));

        // Then
        assertThat(beyond.alert().getNotify()).isFalse();
        assertThat(beyond.alert().getLabels()).containsEntry("silenced", "s");
        assertThat(within.alert().getState()).isEqualTo(AlertState.RESOLVED);
        assertThat(within.alert().getNotify()).isFalse();
    }

    @Test
    void to_delete_a_reconciliation_resolves_its_alert() {
        Reconciliation open = stored(null, Reconciliations.of("r", "gpt-4o", 100 * USD, 90 * USD, FIRST))
                .reconciliation();
        Reconciliation within = stored(null, Reconciliations.of("r", "gpt-4o", 100 * USD, 100 * USD, FIRST))
                .reconciliation();

        assertThat(deleted(open, SECOND).alert().getState()).isEqualTo(AlertState.RESOLVED);
        assertThat(deleted(open, SECOND).reconciliation()).isNull();
        assertThat(deleted(within, SECOND).alert()).isNull();
    }

    @Test
    void metrics_have_the_last_period_of_each_scope_and_a_bounded_number_of_models() {
        // Given
        ReconciliationBook book = new ReconciliationBook();
        book.put("a", Reconciliations.of("a", "m", 100, 90, FIRST));
        book.put("b", Reconciliations.of("b", "m", 100, 95, SECOND));

        // Then
        assertThat(book.latest()).extracting(Drift::ppm).containsExactly(50_000L);

        // When
        List<io.spendstream.v1.ReconciledRow> rows = new ArrayList<>();
        for (int i = 1; i <= 150; i++) {
            rows.add(Reconciliations.row("m" + i, i, i - 1));
        }
        book.put("b", Reconciliations.of("b", rows, SECOND.plusSeconds(1)));

        // Then: the 51 smallest are together
        assertThat(book.latest()).hasSize(ReconciliationBook.SERIES_MAX);
        assertThat(book.latest().stream().mapToLong(Drift::invoicedNanoUsd).sum())
                .isEqualTo(150 * 151 / 2);
        Drift other = book.latest().get(ReconciliationBook.SERIES_MAX - 1);
        assertThat(other.model()).isEqualTo("__other__");
        assertThat(other.invoicedNanoUsd()).isEqualTo(51 * 52 / 2);
        assertThat(other.unexplainedNanoUsd()).isEqualTo(51);
    }

    @Test
    void there_is_room_for_a_limited_number() {
        ReconciliationBook book = new ReconciliationBook();
        for (int i = 0; i < ReconciliationBook.COUNT_MAX; i++) {
            book.put("r" + i, Reconciliations.of("r" + i, "m", 1, 1, FIRST));
        }

        assertThat(book.whyFull(Reconciliations.of("new", "m", 1, 1, FIRST))).contains("delete old ones");
        assertThat(book.whyFull(Reconciliations.of("r1", "m", 1, 1, FIRST))).isNull();
    }
}
