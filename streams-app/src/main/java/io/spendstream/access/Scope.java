package io.spendstream.access;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a caller may do with the data of its tenants. None includes another. */
public enum Scope {
    /** Send usage events. */
    PUBLISH,
    /** Ask for spend, budgets, alerts, silences and prices. */
    READ,
    /** Ask for admission. */
    ADMIT,
    /** Change budgets, acknowledgements and silences; with all tenants also prices. */
    ADMINISTER;

    /** As keys and tokens name it. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Empty where there is none of that name. */
    public static Optional<Scope> ofId(String id) {
        return Arrays.stream(values()).filter(scope -> scope.id().equals(id)).findFirst();
    }

    /** The names of all. */
    public static List<String> ids() {
        return Arrays.stream(values()).map(Scope::id).toList();
    }
}
