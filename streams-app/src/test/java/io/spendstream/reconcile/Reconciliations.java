package io.spendstream.reconcile;

import io.spendstream.v1.ReconciledRow;
import io.spendstream.v1.Reconciliation;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;

/** Reconciliations for tests: of one provider, one day, and a tolerance of 1 %. */
public final class Reconciliations {

    private static final LocalDate DAY = LocalDate.of(2026, 11, 1);

    private Reconciliations() {}

    static Reconciliation of(String id, List<ReconciledRow> rows, Instant loadedAt) {
        return Reconciliation.newBuilder()
                .setId(id)
                .setProviders(List.of("openai"))
                .setFormat("generic")
                .setContent("c")
                .setZone("UTC")
                .setFromDay(DAY)
                .setToDay(DAY.plusDays(1))
                .setTolerancePpm(10_000L)
                .setLoadedAt(loadedAt)
                .setRows(rows)
                .build();
    }

    /** One of a model of which that was invoiced and metered, in nano-USD. */
    public static Reconciliation of(String id, String model, long invoiced, long metered, Instant loadedAt) {
        return of(id, List.of(row(model, invoiced, metered)), loadedAt);
    }

    static ReconciledRow row(String model, long invoiced, long metered) {
        return ReconciledRow.newBuilder()
                .setDay(DAY)
                .setProvider("openai")
                .setModel(model)
                .setInvoiceNames(List.of(model))
                .setMetered(true)
                .setInvoicedNanoUsd(invoiced)
                .setMeteredNanoUsd(metered)
                .setMeteredRequests(1L)
                .setMeteredTokens(1L)
                .build();
    }
}
