package io.spendstream.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import io.spendstream.budget.Admission;
import io.spendstream.budget.Admission.Considered;
import io.spendstream.budget.Admission.Estimate;
import io.spendstream.budget.Admission.Step;
import io.spendstream.budget.AdmissionPolicy;
import io.spendstream.budget.BudgetJson;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** An admission answer as JSON. */
final class AdmissionJson {

    /** A gateway does not read more; the count says how many there were. */
    private static final int CONSIDERED_MAX = 100;

    private AdmissionJson() {}

    /** @param asOf everything received until then is in the counters; null where nothing is known of them */
    static Buffer write(Admission.Answer answer, Estimate estimate, Instant asOf, Instant now, AdmissionPolicy policy) {
        return Json.buffer(g -> {
            g.writeStartObject();
            g.writeStringField("decision", BudgetJson.name(answer.decision()));
            if (estimate.costNanoUsd() == null) {
                g.writeNullField("estimated_cost_usd");
                g.writeStringField("unpriced", estimate.unpricedBecause());
            } else {
                Json.writeUsd(g, "estimated_cost_usd", estimate.costNanoUsd());
            }
            g.writeFieldName("binding");
            if (answer.binding() == null) {
                g.writeNull();
            } else {
                writeConsidered(g, answer.binding());
            }
            writeSteps(g, answer.steps());
            StatusJson.writeTime(g, "retry_after", answer.retryAfter());
            writeTexts(g, answer.reasons());
            writeAllConsidered(g, answer.considered());
            writeState(g, answer, asOf, now, policy);
            g.writeEndObject();
        });
    }

    private static void writeAllConsidered(JsonGenerator g, List<Considered> all) throws IOException {
        g.writeArrayFieldStart("considered");
        for (int i = 0; i < Math.min(CONSIDERED_MAX, all.size()); i++) {
            writeConsidered(g, all.get(i));
        }
        g.writeEndArray();
        g.writeNumberField("considered_count", all.size());
    }

    private static void writeConsidered(JsonGenerator g, Considered considered) throws IOException {
        g.writeStartObject();
        g.writeStringField("budget", considered.definition().id());
        g.writeStringField("decision", BudgetJson.name(considered.decision()));
        if (considered.standing() != null) {
            g.writeStringField(
                    "measure", BudgetJson.name(considered.definition().measure()));
            StatusJson.writeStanding(g, considered.standing());
        }
        writeTexts(g, considered.reasons());
        g.writeEndObject();
    }

    private static void writeSteps(JsonGenerator g, List<Step> steps) throws IOException {
        g.writeArrayFieldStart("actions");
        for (Step step : steps) {
            g.writeStartObject();
            g.writeStringField("action", BudgetJson.name(step.action()));
            if (step.model() != null) {
                g.writeStringField("model", step.model());
            }
            if (step.atPpm() > 0) {
                StatusJson.writeFraction(g, "at", step.atPpm());
            }
            g.writeStringField("budget", step.budget());
            g.writeEndObject();
        }
        g.writeEndArray();
    }

    private static void writeState(
            JsonGenerator g, Admission.Answer answer, Instant asOf, Instant now, AdmissionPolicy policy)
            throws IOException {
        g.writeStringField("state", answer.stateKnown() ? "current" : asOf == null ? "unknown" : "stale");
        if (!answer.stateKnown()) {
            g.writeStringField("when_unavailable", BudgetJson.name(policy.unavailable()));
        }
        StatusJson.writeTime(g, "as_of", asOf);
        g.writeFieldName("staleness_ms");
        if (asOf == null) {
            g.writeNull();
        } else {
            g.writeNumber(Math.max(0, Duration.between(asOf, now).toMillis()));
        }
    }

    private static void writeTexts(JsonGenerator g, List<String> texts) throws IOException {
        g.writeArrayFieldStart("reasons");
        for (String text : texts) {
            g.writeString(text);
        }
        g.writeEndArray();
    }
}
