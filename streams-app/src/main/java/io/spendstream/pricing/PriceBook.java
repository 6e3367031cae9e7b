package io.spendstream.pricing;

import io.spendstream.definition.FieldFault;
import io.spendstream.usage.TopicBook;
import io.spendstream.v1.ModelPrices;
import io.spendstream.v1.RateCard;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * All prices, by model: any number of threads look cards up while one changes records. A card is compiled when its
 * record is put; a look-up is one hash look-up per name and provider and allocates nothing.
 *
 * <p>A name means the model of that name; only where there is none, the model that has it as an alias. An alias of two
 * models means the one whose name sorts first, whatever the order they were put in.
 *
 * <p>Within a record, the provider's own cards go before those of any provider. Of a scope's cards the one that started
 * last by the event's time counts; where it has ended by then, the scope has no price, and no older card comes back. A
 * record is replaced name by name: a reader on another thread may for a moment see the new
 * record by one of its names and the old one by another.
 */
public final class PriceBook extends TopicBook {

    /** Models of which it is remembered when they changed last. */
    private static final int CHANGES_MAX = 20_000;

    private final ConcurrentSkipListMap<String, ModelPrices> records = new ConcurrentSkipListMap<>();
    private final Map<String, CompiledModel> compiled = new HashMap<>();
    /** The models that claim an alias, in the order of their names. */
    private final Map<String, TreeSet<String>> claims = new HashMap<>();
    /** What a name means now: the only thing the hot path reads. */
    private final ConcurrentHashMap<String, CompiledModel> byName = new ConcurrentHashMap<>();

    private volatile long version;

    public PriceBook() {
        super(CHANGES_MAX);
    }

    /**
     * Takes a model's record in place of the one before.
     *
     * @return what {@link PriceRules} finds wrong with it; where that is anything, the book stays as it was
     */
    public synchronized List<FieldFault> put(ModelPrices prices) {
        List<FieldFault> faults = PriceRules.check(prices);
        if (!faults.isEmpty() || prices.equals(records.get(prices.getModel()))) {
            return faults;
        }
        ModelPrices copy = PriceRecords.copy(prices);
        Set<String> touched = withdraw(copy.getModel());
        records.put(copy.getModel(), copy);
        compiled.put(copy.getModel(), new CompiledModel(copy));
        for (String alias : aliases(copy)) {
            claims.computeIfAbsent(alias, a -> new TreeSet<>()).add(copy.getModel());
            touched.add(alias);
        }
        touched.forEach(this::resolve);
        version++;
        return faults;
    }

    /** Forgets a model; answers whether it was known. */
    public synchronized boolean remove(String model) {
        if (!records.containsKey(model)) {
            return false;
        }
        Set<String> touched = withdraw(model);
        records.remove(model);
        touched.forEach(this::resolve);
        version++;
        return true;
    }

    /** The record of a model, by its name and not by an alias; null where there is none. Not to be changed. */
    public ModelPrices get(String model) {
        return records.get(model);
    }

    /** All records by the model's name: a live view, not to be changed. */
    public Collection<ModelPrices> all() {
        return Collections.unmodifiableCollection(records.values());
    }

    /** Grows with every change. A change is visible to look-ups before the version that counts it. */
    public long version() {
        return version;
    }

    /**
     * The card that prices an event.
     *
     * @param model the model's name or an alias
     * @param provider as on the event; null where it says none
     * @param eventTimeMs epoch milliseconds
     * @return null where no card covers it
     */
    public CompiledCard cardFor(String model, String provider, long eventTimeMs) {
        CompiledModel found = byName.get(model);
        return found == null ? null : found.cardFor(provider, eventTimeMs);
    }

    /** Whether a name, or the model it is an alias of, has any rate card. */
    public boolean knows(String model) {
        return byName.containsKey(model);
    }

    /** Takes a model's old record out of the working maps and answers the names it stood for. */
    private Set<String> withdraw(String model) {
        Set<String> touched = new TreeSet<>();
        touched.add(model);
        compiled.remove(model);
        ModelPrices old = records.get(model);
        if (old != null) {
            for (String alias : aliases(old)) {
                TreeSet<String> claimants = claims.get(alias);
                claimants.remove(model);
                if (claimants.isEmpty()) {
                    claims.remove(alias);
                }
                touched.add(alias);
            }
        }
        return touched;
    }

    private void resolve(String name) {
        CompiledModel meaning = compiled.get(name);
        if (meaning == null && claims.containsKey(name)) {
            meaning = compiled.get(claims.get(name).first());
        }
        if (meaning == null) {
            byName.remove(name);
        } else {
            byName.put(name, meaning);
        }
    }

    private static List<String> aliases(ModelPrices prices) {
        return Objects.requireNonNullElse(prices.getAliases(), List.of());
    }

    /** A record's cards by provider, the latest first. */
    private static final class CompiledModel {

        private final CompiledCard[] ofAnyProvider;
        private final Map<String, CompiledCard[]> byProvider;

        CompiledModel(ModelPrices prices) {
            Map<String, List<CompiledCard>> cards = new HashMap<>();
            for (RateCard card : prices.getCards()) {
                cards.computeIfAbsent(card.getProvider(), p -> new ArrayList<>())
                        .add(CompiledCard.of(prices.getModel(), card));
            }
            Map<String, CompiledCard[]> latestFirst = new HashMap<>();
            cards.forEach((provider, list) -> {
                list.sort((a, b) -> Long.compare(b.effectiveFromMs(), a.effectiveFromMs()));
                latestFirst.put(provider, list.toArray(CompiledCard[]::new));
            });
            this.ofAnyProvider = latestFirst.getOrDefault(null, new CompiledCard[0]);
            latestFirst.remove(null);
            this.byProvider = latestFirst;
        }

        CompiledCard cardFor(String provider, long timeMs) {
            CompiledCard[] own = provider == null ? null : byProvider.get(provider);
            CompiledCard card = own == null ? null : inForce(own, timeMs);
            return card == null ? inForce(ofAnyProvider, timeMs) : card;
        }

        private static CompiledCard inForce(CompiledCard[] latestFirst, long timeMs) {
            for (CompiledCard card : latestFirst) {
                if (card.effectiveFromMs() <= timeMs) {
                    return timeMs < card.effectiveToMs() ? card : null;
                }
            }
            return null;
        }
    }
}
