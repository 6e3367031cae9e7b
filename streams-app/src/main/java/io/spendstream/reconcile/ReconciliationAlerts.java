package io.spendstream.reconcile;

import io.spendstream.alert.AlertKind;
import io.spendstream.alert.AlertMeasure;
import io.spendstream.alert.AlertNotes;
import io.spendstream.alert.AlertWords;
import io.spendstream.alert.Telling;
import io.spendstream.usage.Digest;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertSeverity;
import io.spendstream.v1.AlertState;
import io.spendstream.v1.Contributor;
import io.spendstream.v1.Reconciliation;
import io.spendstream.words.Amounts;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What becomes of a reconciliation's alert when it is stored: it opens beyond the tolerance, is said again while it stays
 * there, and is resolved by a later load of the same days that is within it. A function of what was stored before and
 * what is now, so that it is told once whoever stores it.
 */
public final class ReconciliationAlerts {

    private static final int CONTRIBUTORS_NAMED = 5;

    /**
     * What is to be stored together.
     *
     * @param reconciliation null: none any more
     * @param alert null: nothing is told
     */
    public record Step(Reconciliation reconciliation, Alert alert) {}

    private ReconciliationAlerts() {}

    /**
     * @param before what was stored under the id; null where nothing was
     * @param now what is to be
     * @param notes what people say about alerts
     */
    public static Step stored(Reconciliation before, Reconciliation now, AlertNotes notes) {
        boolean open = before != null && before.getAlertOpenedAt() != null;
        if (Drift.isWithin(now)) {
            return new Step(with(now, null, false), open ? resolved(before, now, "Resolved. ", notes) : null);
        }
        Instant openedAt = open ? before.getAlertOpenedAt() : now.getLoadedAt();
        Alert alert = alert(now, openedAt)
                .setState(AlertState.OPEN)
                .setSummary(summary(now))
                .build();
        Alert told = open ? Telling.again(alert) : Telling.told(alert, null, notes);
        boolean notified = open ? before.getAlertNotified() : told.getNotify();
        return new Step(with(now, openedAt, notified), told);
    }

    /** @param before what is taken back */
    public static Step deleted(Reconciliation before, Instant at, AlertNotes notes) {
        if (before.getAlertOpenedAt() == null) {
            return new Step(null, null);
        }
        Reconciliation last = Reconciliation.newBuilder(before).setLoadedAt(at).build();
        return new Step(null, resolved(before, last, "Resolved: the reconciliation was deleted. Before: ", notes));
    }

    private static Reconciliation with(Reconciliation now, Instant openedAt, boolean notified) {
        return Reconciliation.newBuilder(now)
                .setAlertOpenedAt(openedAt)
                .setAlertNotified(notified)
                .build();
    }

    /** As it was told: quietly where nobody was told that it opened. */
    private static Alert resolved(Reconciliation before, Reconciliation now, String words, AlertNotes notes) {
        Alert resolved = alert(now, before.getAlertOpenedAt())
                .setState(AlertState.RESOLVED)
                .setSummary(words + summary(now))
                .setNotify(before.getAlertNotified())
                .build();
        return Telling.told(resolved, AlertSeverity.WARNING, notes);
    }

    /** The same for the same days of the same scope, however often it opens. */
    static String id(Reconciliation reconciliation) {
        return new Digest()
                .add(AlertKind.RECONCILIATION_DRIFT.id())
                .add(reconciliation.getId())
                .hex();
    }

    private static Alert.Builder alert(Reconciliation now, Instant openedAt) {
        ZoneId zone = ZoneId.of(now.getZone());
        Map<String, String> scope = new TreeMap<>();
        if (now.getTenant() != null) {
            scope.put("tenant", now.getTenant());
        }
        if (now.getProviders().size() == 1) {
            scope.put("provider", now.getProviders().get(0));
        }
        return Alert.newBuilder()
                .setId(id(now))
                .setKind(AlertKind.RECONCILIATION_DRIFT.id())
                .setSeverity(AlertSeverity.WARNING)
                .setTenant(now.getTenant())
                .setScope(scope)
                .setMeasure(AlertMeasure.RECONCILIATION_DRIFT.id())
                .setLimit(now.getTolerancePpm())
                .setValue(Drift.judged(now))
                .setPeriodStart(now.getFromDay().atStartOfDay(zone).toInstant())
                .setPeriodEnd(now.getToDay().atStartOfDay(zone).toInstant())
                .setZone(now.getZone())
                .setOpenedAt(openedAt)
                .setChangedAt(now.getLoadedAt())
                .setContributors(contributors(now))
                .setLabels(Map.of(
                        "reconciliation",
                        now.getId(),
                        "report",
                        "/v1/reconciliations/" + now.getId(),
                        "query",
                        query(now)));
    }

    /** Models by how much more of them is invoiced than was metered, the largest difference first. */
    private static List<Contributor> contributors(Reconciliation now) {
        List<Drift> models = Drift.byModel(now.getRows());
        long all = models.stream()
                .mapToLong(drift -> Math.abs(drift.differenceNanoUsd()))
                .reduce(0, Math::addExact);
        List<Contributor> contributors = new ArrayList<>();
        for (Drift drift : models.subList(0, Math.min(CONTRIBUTORS_NAMED, models.size()))) {
            long difference = drift.differenceNanoUsd();
            if (difference != 0) {
                long share = BigDecimal.valueOf(Math.abs(difference))
                        .multiply(BigDecimal.valueOf(Drift.PPM))
                        .divide(BigDecimal.valueOf(all), 0, RoundingMode.HALF_EVEN)
                        .longValueExact();
                contributors.add(new Contributor("model", drift.model(), difference, share));
            }
        }
        return contributors;
    }

    /** The address of what was metered. */
    static String query(Reconciliation now) {
        StringBuilder query = new StringBuilder("/v1/spend?from=")
                .append(now.getFromDay())
                .append("&to=")
                .append(
                        now.getAsOf() == null
                                ? now.getToDay().toString()
                                : now.getAsOf().toString())
                .append("&zone=")
                .append(encoded(now.getZone()))
                .append("&granularity=day&group_by=provider,model");
        if (now.getTenant() != null) {
            query.append("&tenant=").append(encoded(now.getTenant()));
        }
        return query.toString();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String summary(Reconciliation now) {
        Drift whole = Drift.of(now);
        List<Drift> models = Drift.byModel(now.getRows());
        StringBuilder text = new StringBuilder();
        text.append(
                        now.getProviders().isEmpty()
                                ? "The invoice"
                                : "The invoice of " + String.join(", ", now.getProviders()))
                .append(" for ")
                .append(now.getFromDay())
                .append(" to ")
                .append(now.getToDay().minusDays(1))
                .append(now.getTenant() == null ? "" : " (tenant " + now.getTenant() + ")")
                .append(" has ")
                .append(Amounts.usd(whole.invoicedNanoUsd()))
                .append(", and ")
                .append(Amounts.usd(whole.meteredNanoUsd()))
                .append(" were metered: ")
                .append(apart(whole))
                .append(judgedModel(now, whole, models))
                .append(", where ")
                .append(AlertWords.percent(now.getTolerancePpm()))
                .append(" are tolerated");
        long unexplained = whole.unexplainedNanoUsd();
        if (whole.differenceNanoUsd() != 0) {
            text.append(
                    unexplained == 0
                            ? "; all of it is explained"
                            : "; " + Amounts.usd(unexplained) + " are not explained");
        }
        if (!models.isEmpty() && models.get(0).differenceNanoUsd() != 0) {
            text.append(". Most by model ")
                    .append(models.get(0).model())
                    .append(": ")
                    .append(Amounts.usd(models.get(0).differenceNanoUsd()));
        }
        return text.append('.').toString();
    }

    /** Where a model is further apart than the whole, it is what is judged: its part of the whole invoice, as the value. */
    private static String judgedModel(Reconciliation now, Drift whole, List<Drift> models) {
        boolean isWhole =
                models.isEmpty() || Math.abs(models.get(0).differenceNanoUsd()) <= Math.abs(whole.differenceNanoUsd());
        if (isWhole) {
            return "";
        }
        String part = whole.ppm() == null
                ? Amounts.usd(models.get(0).differenceNanoUsd())
                : AlertWords.percent(Drift.judged(now));
        return ", and " + part + " by model " + models.get(0).model();
    }

    private static String apart(Drift drift) {
        return drift.ppm() == null
                ? Amounts.usd(drift.differenceNanoUsd()) + " apart"
                : AlertWords.percent(drift.ppm()) + " of the invoice apart";
    }
}
