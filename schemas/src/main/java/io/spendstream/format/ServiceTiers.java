package io.spendstream.format;

import io.spendstream.format.FormatFault.Reason;
import io.spendstream.v1.ServiceTier;
import java.util.Locale;

/** What providers call the tier that a call is billed as. */
final class ServiceTiers {

    private ServiceTiers() {}

    /** Sets the tier from a field that may name one. A name that is not known is a fault: its price would be a guess. */
    static void fill(JsonObject from, String field, Draft to) {
        String name = from.text(field);
        if (name != null) {
            fill(name, from.path(field), to);
        }
    }

    static void fill(String name, String field, Draft to) {
        ServiceTier tier = of(name);
        if (tier != null) {
            to.fill("service_tier", tier);
        } else {
            to.unusable(
                    "service_tier",
                    field,
                    Reason.BAD_VALUE,
                    "'" + Texts.shortened(name)
                            + "' is no tier that is known here; give the service_tier that it is billed as");
        }
    }

    /**
     * Null where it is not known. OpenAI: auto, default, flex, priority, scale (bought in advance), batch; Anthropic:
     * standard, priority, batch; Gemini: standard, flex, priority, and as traffic types ON_DEMAND, ON_DEMAND_FLEX,
     * ON_DEMAND_PRIORITY and PROVISIONED_THROUGHPUT (bought in advance).
     */
    private static ServiceTier of(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "",
                    "auto",
                    "default",
                    "standard",
                    "scale",
                    "unspecified",
                    "on_demand",
                    "provisioned_throughput",
                    "traffic_type_unspecified" -> ServiceTier.STANDARD;
            case "flex", "on_demand_flex" -> ServiceTier.FLEX;
            case "priority", "fast", "on_demand_priority" -> ServiceTier.PRIORITY;
            case "batch" -> ServiceTier.BATCH;
            default -> null;
        };
    }
}
