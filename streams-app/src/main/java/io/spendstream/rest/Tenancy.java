package io.spendstream.rest;

import io.spendstream.access.Caller;
import io.spendstream.budget.Admission;
import io.spendstream.query.Alerts;
import io.spendstream.query.Freshness;
import io.spendstream.query.SpendQuery;
import io.spendstream.v1.AlertNote;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What of the data is a caller's: that of its tenants. What belongs to none or to several is for callers for all tenants.
 * To name another tenant is refused with 403, whether there is one of that name or not; what has an id of its own is not
 * there, 404, where it is another tenant's.
 */
final class Tenancy {

    private static final String TENANT = "tenant";

    private Tenancy() {}

    /** The query over the caller's tenants only. */
    static SpendQuery restricted(SpendQuery query, Caller caller) {
        if (caller.isForAllTenants()) {
            return query;
        }
        Set<String> asked = query.filters().get(TENANT);
        Map<String, Set<String>> filters = new HashMap<>(query.filters());
        filters.put(TENANT, asked == null ? caller.tenants() : own(asked, caller));
        return new SpendQuery(
                query.from(),
                query.to(),
                query.zone(),
                query.granularity(),
                query.groupBy(),
                filters,
                query.order(),
                query.limit());
    }

    /** Alerts of the caller's tenants only. */
    static Alerts.Query restricted(Alerts.Query query, Caller caller) {
        if (caller.isForAllTenants()) {
            return query;
        }
        return query.ofTenants(query.tenants().isEmpty() ? caller.tenants() : own(query.tenants(), caller));
    }

    private static Set<String> own(Set<String> asked, Caller caller) {
        asked.forEach(tenant -> require(tenant, caller));
        return asked;
    }

    /**
     * @param tenant null: what belongs to none or to several
     * @throws Problem.ProblemException 403 where it is not the caller's
     */
    static void require(String tenant, Caller caller) {
        if (!caller.isFor(tenant)) {
            throw Problem.forbidden(notFor(tenant, caller)).exception();
        }
    }

    /**
     * All of them or none.
     *
     * @param tenants of the events, in their order
     * @throws Problem.ProblemException 403 with the index of each that is not the caller's
     */
    static void requireAll(List<String> tenants, Caller caller) {
        if (caller.isForAllTenants()) {
            return;
        }
        List<Problem.Fault> faults = new ArrayList<>();
        for (int i = 0; i < tenants.size() && faults.size() < EventJson.ERRORS_MAX; i++) {
            if (!caller.isFor(tenants.get(i))) {
                faults.add(new Problem.Fault(i, TENANT, "not_your_tenant", notFor(tenants.get(i), caller)));
            }
        }
        if (!faults.isEmpty()) {
            throw Problem.forbidden(
                            "Nothing was published: events are of tenants that '" + caller.name() + "' is not for",
                            faults)
                    .exception();
        }
    }

    /** How fresh an answer is, without how much others send. */
    static Freshness shown(Freshness freshness, Caller caller) {
        return caller.isForAllTenants() ? freshness : freshness.withoutRecords();
    }

    /**
     * What a caller may know of an admission: the decision as it is, of the budgets that take part only those of its
     * tenants, and those that count every tenant by itself. That of another one it only learns that there is one.
     */
    static Admission.Answer shown(Admission.Answer answer, Caller caller) {
        if (caller.isForAllTenants() || answer.considered().stream().allMatch(one -> isShown(one, caller))) {
            return answer;
        }
        List<Admission.Considered> considered =
                answer.considered().stream().filter(one -> isShown(one, caller)).toList();
        Set<String> budgets = new HashSet<>();
        List<String> reasons = new ArrayList<>();
        considered.forEach(one -> {
            budgets.add(one.definition().id());
            one.reasons().forEach(reason -> reasons.add(Admission.reason(one, reason)));
        });
        if (reasons.size() < answer.reasons().size()) {
            reasons.add("A budget of the whole installation takes part");
        }
        return new Admission.Answer(
                answer.decision(),
                isShown(answer.binding(), caller) ? answer.binding() : null,
                answer.steps().stream()
                        .map(step -> budgets.contains(step.budget()) ? step : step.ofNobody())
                        .toList(),
                answer.retryAfter(),
                considered,
                reasons,
                answer.stateKnown());
    }

    private static boolean isShown(Admission.Considered one, Caller caller) {
        return caller.isFor(one.definition().tenant())
                || one.definition().groupBy().contains(TENANT);
    }

    /** Whether a silence concerns nobody else: it names tenants, all of them the caller's. */
    static boolean isFor(AlertNote silence, Caller caller) {
        Collection<String> tenants = silence.getMatch().getOrDefault(TENANT, List.of());
        // A star stands for any text, so a pattern with one is no tenant's name.
        return caller.isForAllTenants()
                || (!tenants.isEmpty()
                        && tenants.stream().allMatch(tenant -> tenant.indexOf('*') < 0 && caller.isFor(tenant)));
    }

    /** Ids are everybody's, so that one may be taken by what the caller does not see; it is told no more than that. */
    static Problem taken(String id) {
        return Problem.conflict("The id '" + id + "' cannot be had; choose another");
    }

    private static String notFor(String tenant, Caller caller) {
        return "'" + caller.name() + "' is for " + caller.tenantsInWords() + ", not for "
                + (tenant == null ? "what belongs to no tenant or to several" : "'" + tenant + "'");
    }
}
