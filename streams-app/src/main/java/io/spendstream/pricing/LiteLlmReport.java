package io.spendstream.pricing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spendstream.definition.FieldFault;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * What is to be said about an import of LiteLLM's price map: all that did not come through as it stands. Entries =
 * imported + without price + refused.
 *
 * @param entries entries of the map, without its sample
 * @param imported records made
 * @param withoutPrice models without any price that has a meaning here; not imported
 * @param free imported models all of whose prices are 0
 * @param unrepresented price fields that no rate stands for
 * @param rounded prices with a fraction of a pico-USD
 * @param inferred rates that the map implies and does not list
 * @param gaps long-context prices that the map has for the standard tier and not for another
 * @param refused models whose record breaks a rule
 */
public record LiteLlmReport(
        int entries,
        int imported,
        List<String> withoutPrice,
        List<String> free,
        List<Unrepresented> unrepresented,
        List<Rounded> rounded,
        List<Inferred> inferred,
        List<Gap> gaps,
        List<Refused> refused) {

    /** A price field that no rate stands for; the value is as in the map, cut to 200 characters. */
    public record Unrepresented(String model, String field, String value, String reason) {}

    /**
     * A price that was rounded.
     *
     * @param exactUpTo units of one call up to which a cost is within 1 nano-USD of exact arithmetic
     */
    public record Rounded(String model, String field, BigDecimal usd, long picoUsdPerUnit, BigInteger exactUpTo) {}

    /** A rate that the map implies. */
    public record Inferred(String model, String rate, long picoUsdPerUnit, String reason) {}

    /** A rate that one might expect and the map lacks. */
    public record Gap(String model, String rate, String reason) {}

    /** A model whose record breaks a rule. */
    public record Refused(String model, List<FieldFault> faults) {}

    /** Of an import from which nothing was lost. */
    public static LiteLlmReport complete(int entries) {
        return new LiteLlmReport(
                entries, entries, List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of());
    }

    /** One sentence with the counts. */
    public String summary() {
        return "%,d entries: %,d priced (%,d of them free), %,d without a price, %,d refused; price fields not represented: %,d, rounded to a whole pico-USD: %,d; rates inferred: %,d, missing for a tier's long context: %,d"
                .formatted(
                        entries,
                        imported,
                        free.size(),
                        withoutPrice.size(),
                        refused.size(),
                        unrepresented.size(),
                        rounded.size(),
                        inferred.size(),
                        gaps.size());
    }

    /** The whole report as JSON, prices as exact decimals. */
    public ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("summary", summary());
        node.put("entries", entries);
        node.put("imported", imported);
        unrepresented.forEach(u -> array(node, "unrepresented")
                .addObject()
                .put("model", u.model())
                .put("field", u.field())
                .put("value", u.value())
                .put("reason", u.reason()));
        rounded.forEach(r -> array(node, "rounded")
                .addObject()
                .put("model", r.model())
                .put("field", r.field())
                .put("usd_per_unit", r.usd().toString())
                .put("pico_usd_per_unit", r.picoUsdPerUnit())
                .put("within_1_nano_usd_up_to_units", r.exactUpTo()));
        inferred.forEach(i -> array(node, "inferred")
                .addObject()
                .put("model", i.model())
                .put("rate", i.rate())
                .put("pico_usd_per_unit", i.picoUsdPerUnit())
                .put("reason", i.reason()));
        gaps.forEach(g -> array(node, "gaps")
                .addObject()
                .put("model", g.model())
                .put("rate", g.rate())
                .put("reason", g.reason()));
        refused.forEach(r -> array(node, "refused")
                .addObject()
                .put("model", r.model())
                .put("reason", r.faults().toString()));
        free.forEach(array(node, "free")::add);
        withoutPrice.forEach(array(node, "without_price")::add);
        return node;
    }

    private static ArrayNode array(ObjectNode node, String field) {
        return node.withArrayProperty(field);
    }

    /** Collects what is to be said while a map is read. */
    static final class Builder {

        private static final int VALUE_LENGTH_MAX = 200;

        private int entries;
        private final List<String> withoutPrice = new ArrayList<>();
        private final List<String> free = new ArrayList<>();
        private final List<Unrepresented> unrepresented = new ArrayList<>();
        private final List<Rounded> rounded = new ArrayList<>();
        private final List<Inferred> inferred = new ArrayList<>();
        private final List<Gap> gaps = new ArrayList<>();
        private final List<Refused> refused = new ArrayList<>();

        void entry() {
            entries++;
        }

        void withoutPrice(String model) {
            withoutPrice.add(model);
        }

        void free(String model) {
            free.add(model);
        }

        void unrepresented(String model, String field, JsonNode value, String reason) {
            String text = value.toString();
            unrepresented.add(new Unrepresented(
                    model, field, text.substring(0, Math.min(text.length(), VALUE_LENGTH_MAX)), reason));
        }

        void rounded(String model, String field, BigDecimal usd, long pico, BigInteger exactUpTo) {
            rounded.add(new Rounded(model, field, usd, pico, exactUpTo));
        }

        void inferred(String model, String rate, long pico, String reason) {
            inferred.add(new Inferred(model, rate, pico, reason));
        }

        void gap(String model, String rate, String reason) {
            gaps.add(new Gap(model, rate, reason));
        }

        void refused(String model, List<FieldFault> faults) {
            refused.add(new Refused(model, faults));
        }

        LiteLlmReport build(int imported) {
            return new LiteLlmReport(
                    entries,
                    imported,
                    List.copyOf(withoutPrice),
                    List.copyOf(free),
                    List.copyOf(unrepresented),
                    List.copyOf(rounded),
                    List.copyOf(inferred),
                    List.copyOf(gaps),
                    List.copyOf(refused));
        }
    }
}
