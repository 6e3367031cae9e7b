package io.spendstream.reconcile;

import io.spendstream.v1.ModelPrices;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Which of the names that invoices and events have mean the same model: by what somebody said, else by the price book's
 * names and aliases, else by how names are written. "Claude Haiku 4.5" is {@code claude-haiku-4-5}, and a name with a day
 * at its end that the price book does not have is the one without it, where it has that.
 */
public final class ModelNames {

    private static final Pattern DAY_AT_END = Pattern.compile("-(\\d{4}-\\d{2}-\\d{2}|\\d{8})$");

    private final Map<String, String> said;
    private final Set<String> models = new HashSet<>();
    private final Map<String, String> aliases = new HashMap<>();
    private final Set<String> metered;

    /**
     * @param said an invoice's name to that of a model as it is metered or in the price book
     * @param book the price book's records
     * @param metered names that events have
     */
    public ModelNames(Map<String, String> said, Collection<ModelPrices> book, Set<String> metered) {
        this.said = Map.copyOf(said);
        this.metered = Set.copyOf(metered);
        Map<String, ModelPrices> byName = new TreeMap<>();
        book.forEach(prices -> byName.put(prices.getModel(), prices));
        models.addAll(byName.keySet());
        // An alias of several models is the first one's, as in pricing.
        byName.forEach((model, prices) -> {
            if (prices.getAliases() != null) {
                prices.getAliases().forEach(alias -> aliases.putIfAbsent(alias, model));
            }
        });
    }

    /** The one name of a model that events name so. */
    public String ofMetered(String name) {
        String known = known(name);
        if (known != null) {
            return known;
        }
        String undated = known(DAY_AT_END.matcher(name).replaceFirst(""));
        return undated == null ? name : undated;
    }

    /** The one name of a model that an invoice names so; as it is given where nothing is known of it. */
    public String ofInvoice(String name) {
        if (said.containsKey(name)) {
            return ofMetered(said.get(name));
        }
        if (isKnown(name)) {
            return ofMetered(name);
        }
        String written = name.toLowerCase(Locale.ROOT).strip().replaceAll("[ ._]+", "-");
        if (isKnown(written)) {
            return ofMetered(written);
        }
        String dotted = name.toLowerCase(Locale.ROOT).strip().replaceAll("[ _]+", "-");
        return isKnown(dotted) ? ofMetered(dotted) : name;
    }

    private boolean isKnown(String name) {
        return metered.contains(name) || !ofMetered(name).equals(name) || known(name) != null;
    }

    private String known(String name) {
        return models.contains(name) ? name : aliases.get(name);
    }
}
