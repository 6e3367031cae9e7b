package io.spendstream.access;

import java.util.Set;
import java.util.TreeSet;

/**
 * Somebody who calls.
 *
 * @param id of its key, or the subject of its token
 * @param name for people: in messages and in the audit log; never a secret
 * @param kind how it said who it is
 * @param scopes what it may do
 * @param tenants whose data it sees and changes; {@link #ALL} among them: everybody's
 * @param requestsPerSecond at most so many on the long run; 0: no limit
 */
public record Caller(String id, String name, Kind kind, Set<Scope> scopes, Set<String> tenants, int requestsPerSecond) {

    /** Instead of names of tenants: all of them, also those to come, and what belongs to no tenant. */
    public static final String ALL = "*";
    /** As many as one filter of a query takes. */
    public static final int TENANTS_MAX = 1_000;

    /** How a caller said who it is. */
    public enum Kind {
        /** Not at all: security is off. */
        ANYONE,
        KEY,
        TOKEN
    }

    /** Where security is off. */
    public static final Caller ANYONE =
            new Caller("anyone", "anyone", Kind.ANYONE, Set.of(Scope.values()), Set.of(ALL), 0);

    public Caller {
        scopes = Set.copyOf(scopes);
        tenants = Set.copyOf(tenants);
        if (tenants.isEmpty()) {
            throw new IllegalArgumentException("a caller is for at least one tenant; * stands for all");
        }
        if (tenants.size() > TENANTS_MAX) {
            throw new IllegalArgumentException(
                    tenants.size() + " tenants are more than the " + TENANTS_MAX + " of one caller; * stands for all");
        }
    }

    public boolean may(Scope scope) {
        return scopes.contains(scope);
    }

    /** Whether it sees and changes everybody's data, and what belongs to no tenant. */
    public boolean isForAllTenants() {
        return tenants.contains(ALL);
    }

    /** @param tenant null: what belongs to no tenant, or to several */
    public boolean isFor(String tenant) {
        return isForAllTenants() || (tenant != null && tenants.contains(tenant));
    }

    /** Its tenants in words, for messages to itself. */
    public String tenantsInWords() {
        return String.join(", ", new TreeSet<>(tenants));
    }
}
