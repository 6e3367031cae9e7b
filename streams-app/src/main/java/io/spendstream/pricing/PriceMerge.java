package io.spendstream.pricing;

import io.spendstream.definition.FieldFault;
import io.spendstream.v1.ModelPrices;
import io.spendstream.v1.RateCard;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Brings imported prices into a price book without changing what was charged before. */
public final class PriceMerge {

    /** What a merge does to the record of a model. */
    public enum Change {
        /** The book has no record of the model. */
        NEW,
        /** The book prices alike already. */
        UNCHANGED,
        /** The book has other prices; they end where the new ones start. */
        CHANGED,
        /** The merge would change a card that has begun to price, or break a rule. */
        REFUSED
    }

    /**
     * What came of a merge.
     *
     * @param prices the record to put; null where nothing is to be put
     * @param detail why it was refused; otherwise empty
     */
    public record Outcome(Change change, ModelPrices prices, String detail) {}

    private PriceMerge() {}

    /**
     * Merges an imported record into what the book holds.
     *
     * <p>An imported card whose rates equal those in force at its start changes nothing. One with other rates starts a
     * new card at {@code start}; the card in force until then is kept and ends there, and later cards are kept. Of the
     * imported cards only the rates, provider and source count for a model that is known; for a new one they are taken
     * as they are. Aliases are added, never taken away.
     *
     * @param existing the book's record, or null
     * @param imported the same model, with a card or more, at most one per provider
     * @param start when new rates of a known model start
     */
    public static Outcome merge(ModelPrices existing, ModelPrices imported, Instant start) {
        if (existing == null) {
            return checked(Change.NEW, imported);
        }
        List<RateCard> cards = new ArrayList<>(existing.getCards());
        boolean changed = false;
        for (RateCard card : imported.getCards()) {
            RateCard before = startedLast(cards, card.getProvider(), start);
            boolean known = cards.stream().anyMatch(c -> Objects.equals(c.getProvider(), card.getProvider()));
            if (!known) {
                cards.add(card);
            } else if (before == null || !pricesAt(before, start, card)) {
                if (before != null && before.getEffectiveFrom().equals(start)) {
                    return new Outcome(
                            Change.REFUSED,
                            null,
                            "a card from " + start + " with other rates is there already; choose another start, or put"
                                    + " the record by hand");
                }
                if (before != null) {
                    cards.set(cards.indexOf(before), endedBy(before, start));
                }
                cards.add(PriceRecords.between(card, start, null));
            } else {
                continue;
            }
            changed = true;
        }
        Set<String> aliases = new LinkedHashSet<>(Objects.requireNonNullElse(existing.getAliases(), List.of()));
        changed |= aliases.addAll(Objects.requireNonNullElse(imported.getAliases(), List.of()));
        return changed
                ? checked(Change.CHANGED, new ModelPrices(existing.getModel(), new ArrayList<>(aliases), cards))
                : new Outcome(Change.UNCHANGED, null, "");
    }

    private static boolean pricesAt(RateCard card, Instant time, RateCard imported) {
        return (card.getEffectiveTo() == null || card.getEffectiveTo().isAfter(time))
                && RateKey.pricesOf(card).equals(RateKey.pricesOf(imported));
    }

    private static RateCard startedLast(List<RateCard> cards, String provider, Instant time) {
        RateCard last = null;
        for (RateCard card : cards) {
            if (Objects.equals(card.getProvider(), provider)
                    && !card.getEffectiveFrom().isAfter(time)
                    && (last == null || card.getEffectiveFrom().isAfter(last.getEffectiveFrom()))) {
                last = card;
            }
        }
        return last;
    }

    private static RateCard endedBy(RateCard card, Instant time) {
        return card.getEffectiveTo() == null || !card.getEffectiveTo().isAfter(time)
                ? card
                : PriceRecords.between(card, card.getEffectiveFrom(), time);
    }

    private static Outcome checked(Change change, ModelPrices prices) {
        List<FieldFault> faults = PriceRules.check(prices);
        return faults.isEmpty()
                ? new Outcome(change, prices, "")
                : new Outcome(Change.REFUSED, null, faults.toString());
    }
}
