package io.spendstream.pricing;

import io.spendstream.definition.Faults;
import io.spendstream.definition.FieldFault;
import io.spendstream.usage.Meter;
import io.spendstream.usage.Texts;
import io.spendstream.v1.ModelPrices;
import io.spendstream.v1.Rate;
import io.spendstream.v1.RateCard;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/** What a model's price record must satisfy to price events, the same for REST, the topic and imports. */
public final class PriceRules {

    /** Of a model, an alias and a provider, in characters. */
    public static final int NAME_LENGTH_MAX = 256;

    public static final int ALIASES_MAX = 64;
    public static final int CARDS_MAX = 200;
    /** Of one card. */
    public static final int RATES_MAX = 200;
    /** Of one unit: 1,000 USD. */
    public static final long PICO_USD_PER_UNIT_MAX = 1_000_000_000_000_000L;

    public static final long ABOVE_CONTEXT_TOKENS_MAX = 1_000_000_000L;
    public static final int SOURCE_LENGTH_MAX = 1_000;
    /** The first and the last moment a card can start or end at. */
    public static final Instant TIME_MIN = Instant.EPOCH;

    public static final Instant TIME_MAX = Instant.parse("9999-12-31T23:59:59.999Z");

    private static final Pattern UNIT_NAME = Pattern.compile("[a-z][a-z0-9_]{0,63}");

    private PriceRules() {}

    /** Everything that is wrong with a record, by field; empty where it can price events. */
    public static List<FieldFault> check(ModelPrices prices) {
        Faults faults = new Faults();
        checkName(faults, "model", prices.getModel());
        checkAliases(faults, prices);
        List<RateCard> cards = prices.getCards();
        if (cards == null || cards.isEmpty()) {
            faults.add("cards", "is missing or empty; a model needs a rate card or more");
            return faults.list();
        }
        if (cards.size() > CARDS_MAX) {
            faults.add("cards", cards.size() + " cards are more than " + CARDS_MAX);
            return faults.list();
        }
        for (int i = 0; i < cards.size(); i++) {
            checkCard(faults, "cards[" + i + "]", cards.get(i));
        }
        checkOverlaps(faults, cards);
        return faults.list();
    }

    private static void checkAliases(Faults faults, ModelPrices prices) {
        List<String> aliases = prices.getAliases() == null ? List.of() : prices.getAliases();
        if (aliases.size() > ALIASES_MAX) {
            faults.add("aliases", aliases.size() + " aliases are more than " + ALIASES_MAX);
            return;
        }
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < aliases.size(); i++) {
            String field = "aliases[" + i + "]";
            checkName(faults, field, aliases.get(i));
            if (Objects.equals(aliases.get(i), prices.getModel())) {
                faults.add(field, "is the model itself");
            } else if (!seen.add(aliases.get(i))) {
                faults.add(field, "'" + Texts.shortened(String.valueOf(aliases.get(i))) + "' is listed twice");
            }
        }
    }

    private static void checkCard(Faults faults, String field, RateCard card) {
        if (card == null) {
            faults.add(field, "is missing");
            return;
        }
        boolean timed = checkTime(faults, field + ".effective_from", card.getEffectiveFrom(), true);
        timed &= checkTime(faults, field + ".effective_to", card.getEffectiveTo(), false);
        if (timed && card.getEffectiveTo() != null && !card.getEffectiveTo().isAfter(card.getEffectiveFrom())) {
            faults.add(
                    field + ".effective_to",
                    card.getEffectiveTo() + " is not after effective_from, " + card.getEffectiveFrom());
        }
        if (card.getProvider() != null) {
            checkName(faults, field + ".provider", card.getProvider());
        }
        if (card.getSource() != null && card.getSource().length() > SOURCE_LENGTH_MAX) {
            faults.add(field + ".source", card.getSource().length() + " characters are more than " + SOURCE_LENGTH_MAX);
        } else if (card.getSource() != null) {
            checkCharacters(faults, field + ".source", card.getSource());
        }
        checkRates(faults, field + ".rates", card.getRates());
    }

    private static void checkRates(Faults faults, String field, List<Rate> rates) {
        if (rates == null || rates.isEmpty()) {
            faults.add(field, "is missing or empty; a card needs a rate or more");
            return;
        }
        if (rates.size() > RATES_MAX) {
            faults.add(field, rates.size() + " rates are more than " + RATES_MAX);
            return;
        }
        Map<RateKey, Integer> seen = new HashMap<>();
        for (int i = 0; i < rates.size(); i++) {
            String at = field + "[" + i + "]";
            Rate rate = rates.get(i);
            if (rate == null) {
                faults.add(at, "is missing");
                continue;
            }
            checkRate(faults, at, rate);
            if (rate.getMeter() == null || rate.getServiceTier() == null) {
                continue;
            }
            Integer first = seen.putIfAbsent(RateKey.of(rate), i);
            if (first != null) {
                faults.add(at, RateKey.of(rate) + " is priced by " + field + "[" + first + "] already");
            }
        }
    }

    private static void checkRate(Faults faults, String field, Rate rate) {
        if (rate.getMeter() == null || !isMeterOrUnit(rate.getMeter())) {
            faults.add(
                    field + ".meter",
                    (rate.getMeter() == null ? "is missing" : "'" + Texts.shortened(rate.getMeter()) + "' is no meter")
                            + "; it takes a token meter such as input_tokens or a unit's name: lower-case letters,"
                            + " digits and underscores, from a letter, at most 64");
        }
        if (rate.getPicoUsdPerUnit() < 0 || rate.getPicoUsdPerUnit() > PICO_USD_PER_UNIT_MAX) {
            faults.add(
                    field + ".pico_usd_per_unit",
                    rate.getPicoUsdPerUnit() + " is not between 0 and " + PICO_USD_PER_UNIT_MAX);
        }
        if (rate.getServiceTier() == null) {
            faults.add(field + ".service_tier", "is missing; it takes STANDARD, BATCH, FLEX or PRIORITY");
        }
        if (rate.getAboveContextTokens() < 0 || rate.getAboveContextTokens() > ABOVE_CONTEXT_TOKENS_MAX) {
            faults.add(
                    field + ".above_context_tokens",
                    rate.getAboveContextTokens() + " is not between 0 and " + ABOVE_CONTEXT_TOKENS_MAX);
        }
    }

    /** One card of a scope at a time: cards of one provider, or those of any, may not cover the same moment. */
    private static void checkOverlaps(Faults faults, List<RateCard> cards) {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < cards.size(); i++) {
            if (cards.get(i) != null && cards.get(i).getEffectiveFrom() != null) {
                order.add(i);
            }
        }
        order.sort(Comparator.comparing(i -> cards.get(i).getEffectiveFrom()));
        Map<String, Integer> latest = new HashMap<>();
        for (int i : order) {
            RateCard card = cards.get(i);
            Integer before = latest.put(card.getProvider(), i);
            if (before == null) {
                continue;
            }
            RateCard earlier = cards.get(before);
            String scope =
                    card.getProvider() == null ? "any provider" : "provider " + Texts.shortened(card.getProvider());
            if (earlier.getEffectiveFrom().equals(card.getEffectiveFrom())) {
                faults.add(
                        "cards[" + i + "].effective_from",
                        card.getEffectiveFrom() + " is also when cards[" + before + "] starts for " + scope);
            } else if (earlier.getEffectiveTo() != null
                    && earlier.getEffectiveTo().isAfter(card.getEffectiveFrom())) {
                faults.add(
                        "cards[" + before + "].effective_to",
                        earlier.getEffectiveTo() + " is after cards[" + i + "] starts for " + scope + ", "
                                + card.getEffectiveFrom() + "; end it there, or leave it out: a card ends where the"
                                + " next one starts");
            }
        }
    }

    private static boolean checkTime(Faults faults, String field, Instant time, boolean required) {
        if (time == null) {
            if (required) {
                faults.add(field, "is missing; it takes a time such as 2026-01-01T00:00:00Z");
            }
            return !required;
        }
        if (time.isBefore(TIME_MIN) || time.isAfter(TIME_MAX)) {
            faults.add(field, "is not between " + TIME_MIN + " and " + TIME_MAX);
            return false;
        }
        return true;
    }

    private static void checkName(Faults faults, String field, String name) {
        if (name == null || name.isEmpty()) {
            faults.add(field, "is missing or empty; it takes a name of 1 to " + NAME_LENGTH_MAX + " characters");
        } else if (name.length() > NAME_LENGTH_MAX) {
            faults.add(field, name.length() + " characters are more than " + NAME_LENGTH_MAX);
        } else {
            checkCharacters(faults, field, name);
        }
    }

    private static void checkCharacters(Faults faults, String field, String text) {
        int unfit = Texts.firstUnfit(text);
        if (unfit >= 0) {
            faults.add(field, Texts.unfit(text.charAt(unfit)));
        }
    }

    private static boolean isMeterOrUnit(String name) {
        return Meter.ofField(name).isPresent() || UNIT_NAME.matcher(name).matches();
    }
}
