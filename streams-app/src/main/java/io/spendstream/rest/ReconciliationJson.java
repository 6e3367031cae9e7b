package io.spendstream.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import io.spendstream.query.Freshness;
import io.spendstream.reconcile.Drift;
import io.spendstream.v1.LeftOut;
import io.spendstream.v1.ReconciledRow;
import io.spendstream.v1.Reconciliation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Reconciliations as JSON: what differs, what of it is explained, and by model and day. */
final class ReconciliationJson {

    private ReconciliationJson() {}

    /** Without models and days. */
    static byte[] writeAll(List<Reconciliation> all) {
        return Json.write(g -> {
            g.writeStartObject();
            g.writeArrayFieldStart("reconciliations");
            for (Reconciliation one : all) {
                g.writeStartObject();
                writeWhole(g, one);
                StatusJson.writeTime(g, "alert_opened_at", one.getAlertOpenedAt());
                g.writeEndObject();
            }
            g.writeEndArray();
            g.writeEndObject();
        });
    }

    /** For the audit log: what was loaded, without what becomes of its alert. */
    static String summary(Reconciliation one) {
        byte[] json = Json.write(g -> {
            g.writeStartObject();
            writeWhole(g, one);
            g.writeEndObject();
        });
        return new String(json, StandardCharsets.UTF_8);
    }

    /** @param freshness of what was metered; null where it is of a while ago */
    static byte[] write(Reconciliation one, List<String> ignoredColumns, Freshness freshness) {
        return Json.write(g -> {
            g.writeStartObject();
            writeWhole(g, one);
            StatusJson.writeTime(g, "alert_opened_at", one.getAlertOpenedAt());
            g.writeArrayFieldStart("models");
            for (Drift drift : Drift.byModel(one.getRows())) {
                g.writeStartObject();
                writeModel(g, drift);
                g.writeEndObject();
            }
            g.writeEndArray();
            g.writeArrayFieldStart("days");
            for (ReconciledRow row : one.getRows()) {
                g.writeStartObject();
                g.writeStringField("day", row.getDay().toString());
                writeModel(g, Drift.of(row));
                g.writeArrayFieldStart("invoice_names");
                for (String name : row.getInvoiceNames()) {
                    g.writeString(name);
                }
                g.writeEndArray();
                g.writeEndObject();
            }
            g.writeEndArray();
            if (freshness != null) {
                g.writeArrayFieldStart("ignored_columns");
                for (String column : ignoredColumns) {
                    g.writeString(column);
                }
                g.writeEndArray();
                Json.writeFreshness(g, freshness);
            }
            g.writeEndObject();
        });
    }

    private static void writeWhole(JsonGenerator g, Reconciliation one) throws IOException {
        g.writeStringField("id", one.getId());
        g.writeStringField("tenant", one.getTenant());
        g.writeArrayFieldStart("providers");
        for (String provider : one.getProviders()) {
            g.writeString(provider);
        }
        g.writeEndArray();
        g.writeStringField("format", one.getFormat());
        g.writeStringField("content", one.getContent());
        g.writeStringField("zone", one.getZone());
        g.writeStringField("from", one.getFromDay().toString());
        g.writeStringField("to", one.getToDay().toString());
        StatusJson.writeTime(g, "as_of", one.getAsOf());
        StatusJson.writeTime(g, "loaded_at", one.getLoadedAt());
        StatusJson.writeFraction(g, "tolerance", one.getTolerancePpm());
        StatusJson.writeFraction(g, "judged", Drift.judged(one));
        g.writeBooleanField("within_tolerance", Drift.isWithin(one));
        writeAmounts(g, Drift.of(one));
        Json.writeUsd(g, "metered_after_usd", one.getMeteredAfterNanoUsd());
        g.writeObjectFieldStart("without_provider");
        g.writeNumberField("requests", one.getUnattributedRequests());
        Json.writeUsd(g, "cost_usd", one.getUnattributedNanoUsd());
        g.writeEndObject();
        g.writeArrayFieldStart("left_out");
        for (LeftOut out : one.getLeftOut()) {
            g.writeStartObject();
            g.writeStringField("reason", out.getReason());
            g.writeNumberField("lines", out.getLines());
            Json.writeUsd(g, "cost_usd", out.getCostNanoUsd());
            g.writeEndObject();
        }
        g.writeEndArray();
    }

    private static void writeModel(JsonGenerator g, Drift drift) throws IOException {
        g.writeStringField("provider", drift.provider());
        g.writeStringField("model", drift.model());
        g.writeBooleanField("on_invoice", drift.onInvoice());
        g.writeBooleanField("metered", drift.metered());
        writeAmounts(g, drift);
    }

    private static void writeAmounts(JsonGenerator g, Drift drift) throws IOException {
        g.writeBooleanField("valued", drift.valued());
        Json.writeUsd(g, "invoiced_usd", drift.invoicedNanoUsd());
        Json.writeUsd(g, "metered_usd", drift.meteredNanoUsd());
        Json.writeUsd(g, "difference_usd", drift.differenceNanoUsd());
        StatusJson.writeFraction(g, "drift", drift.ppm());
        g.writeObjectFieldStart("explained");
        Json.writeUsd(g, "quantity_usd", drift.quantityNanoUsd());
        Json.writeUsd(g, "price_usd", drift.priceNanoUsd());
        Json.writeUsd(g, "unpriced_usd", drift.unpricedNanoUsd());
        g.writeEndObject();
        Json.writeUsd(g, "unexplained_usd", drift.unexplainedNanoUsd());
        writeCount(g, "invoiced_requests", drift.invoicedRequests());
        g.writeNumberField("metered_requests", drift.meteredRequests());
        g.writeNumberField("unpriced_requests", drift.unpricedRequests());
        writeCount(g, "invoiced_tokens", drift.invoicedTokens());
        g.writeNumberField("metered_tokens", drift.meteredTokens());
    }

    private static void writeCount(JsonGenerator g, String field, Long count) throws IOException {
        if (count == null) {
            g.writeNullField(field);
        } else {
            g.writeNumberField(field, count);
        }
    }
}
