package io.spendstream.pricing;

import io.spendstream.usage.Dimension;
import io.spendstream.usage.Measure;
import io.spendstream.usage.Meter;
import io.spendstream.usage.MeteredUsage;
import io.spendstream.usage.PromptPart;
import io.spendstream.usage.UsageRecord;
import io.spendstream.v1.MeterCost;
import io.spendstream.v1.PricedUsage;
import io.spendstream.v1.Status;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A usage event and what it costs by the price book, as of the event's own time: and from that, what it adds to the
 * totals. Without a usable price the event is unpriced: its requests and tokens count, its cost is unknown.
 */
public final class Rating {

    /** More, or more savings, for a single call is taken for a wrong price and left unpriced: 10,000 USD. */
    public static final long COST_NANO_USD_MAX = 10_000L * 1_000_000_000L;

    private static final int METER_COSTS = Measure.INPUT_COST.ordinal();
    private static final int METER_QUANTITIES = Measure.INPUT_TOKENS.ordinal();

    private final UsageRecord event;
    private final CompiledCard card;
    private final Charge charge;
    private final String unpricedBecause;

    private Rating(UsageRecord event, CompiledCard card, Charge charge, String unpricedBecause) {
        this.event = event;
        this.card = card;
        this.charge = charge;
        this.unpricedBecause = unpricedBecause;
    }

    public static Rating of(UsageRecord event, PriceBook book) {
        CompiledCard card = book.cardFor(event.model(), event.dimension(Dimension.PROVIDER), event.timeMs);
        if (card == null) {
            return new Rating(event, null, null, "no rate card of the model is in effect at the event's time");
        }
        try {
            Charge charge = Pricer.price(card, event.serviceTier, event.meters, event.otherUnits);
            if (!charge.isPriced()) {
                return new Rating(event, null, null, "the rate card has no rate for " + charge.missingMeter());
            }
            // Savings too: they are summed like costs, and absurd ones would soon not fit.
            if (charge.costNanoUsd() <= COST_NANO_USD_MAX
                    && Math.abs(charge.cacheSavingsNanoUsd()) <= COST_NANO_USD_MAX) {
                return new Rating(event, card, charge, null);
            }
        } catch (ArithmeticException e) {
            // Too large for a long is too large for a single call.
        }
        return new Rating(
                event, null, null, "a single call would cost or save more than 10,000 USD: the price looks wrong");
    }

    public UsageRecord event() {
        return event;
    }

    public boolean isPriced() {
        return charge != null;
    }

    /** Why the cost is not known, or null where it is. */
    public String unpricedBecause() {
        return unpricedBecause;
    }

    /** The charge, or null while the event is unpriced. */
    public Charge charge() {
        return charge;
    }

    /** The rate card used, or null while the event is unpriced. */
    public CompiledCard card() {
        return card;
    }

    /** What the event adds when it is counted. */
    public MeteredUsage counted() {
        long[] sums = new long[Measure.COUNT];
        countRequest(sums);
        if (charge == null) {
            sums[Measure.UNPRICED_REQUESTS.ordinal()] = 1;
        } else {
            addCost(sums);
        }
        return new MeteredUsage(event, sums, event.otherUnits.isEmpty() ? Map.of() : otherUnits(1));
    }

    /** What the price adds to an event that was counted as unpriced before. */
    public MeteredUsage repriced() {
        long[] sums = new long[Measure.COUNT];
        sums[Measure.UNPRICED_REQUESTS.ordinal()] = -1;
        addCost(sums);
        return new MeteredUsage(event, sums, event.otherUnits.isEmpty() ? Map.of() : otherUnits(0));
    }

    private void countRequest(long[] sums) {
        sums[Measure.REQUESTS.ordinal()] = 1;
        sums[Measure.WORK_UNITS.ordinal()] = event.workUnits;
        if (event.responseCached) {
            sums[Measure.RESPONSE_CACHED.ordinal()] = 1;
        } else {
            System.arraycopy(event.meters, 0, sums, METER_QUANTITIES, Meter.COUNT);
            countPrompt(sums);
        }
        if (event.status != Status.SUCCESS) {
            sums[(event.status == Status.ERROR ? Measure.ERRORS : Measure.ABORTED).ordinal()] = 1;
        }
        if (event.attempt > 1) {
            sums[Measure.RETRIES.ordinal()] = 1;
        }
        if (event.escalatedFrom != null) {
            sums[Measure.ESCALATED.ordinal()] = 1;
        }
        if (event.latencyMs != UsageRecord.NO_LATENCY) {
            sums[Measure.LATENCY_MS.ordinal()] = event.latencyMs;
            sums[Measure.LATENCY_COUNT.ordinal()] = 1;
        }
    }

    private void countPrompt(long[] sums) {
        if (!event.promptTokens.isEmpty()) {
            event.promptTokens.forEach(
                    (part, tokens) -> sums[PromptPart.of(part).measure().ordinal()] += tokens);
        }
    }

    private void addCost(long[] sums) {
        long cost = charge.costNanoUsd();
        if (event.responseCached) {
            sums[Measure.RESPONSE_CACHE_SAVED.ordinal()] = cost;
            return;
        }
        sums[Measure.COST.ordinal()] = cost;
        for (int i = 0; i < Meter.COUNT; i++) {
            sums[METER_COSTS + i] = charge.costNanoUsd(Meter.at(i));
        }
        sums[Measure.OTHER_UNITS_COST.ordinal()] = charge.otherUnitsCostNanoUsd();
        sums[Measure.CACHE_SAVINGS.ordinal()] = charge.cacheSavingsNanoUsd();
        if (event.attempt > 1) {
            sums[Measure.RETRY_COST.ordinal()] = cost;
        }
        if (event.status != Status.SUCCESS) {
            sums[Measure.FAILED_COST.ordinal()] = cost;
        }
    }

    /** @param times 1 to count the quantities, 0 where they were counted before */
    private Map<String, long[]> otherUnits(int times) {
        if (event.responseCached) {
            return Map.of();
        }
        Map<String, long[]> units = new TreeMap<>();
        event.otherUnits.forEach((name, quantity) -> units.put(name, new long[] {quantity * times, 0}));
        if (charge != null) {
            for (Charge.OtherUnit unit : charge.otherUnits()) {
                units.get(unit.name())[1] = unit.costNanoUsd();
            }
        }
        return units;
    }

    /** @param correction whether the event was published as unpriced before */
    public PricedUsage published(boolean correction) {
        PricedUsage.Builder priced = PricedUsage.newBuilder()
                .setId(event.id)
                .setTime(Instant.ofEpochMilli(event.timeMs))
                .setTenant(event.tenant())
                .setFeature(event.dimension(Dimension.FEATURE))
                .setModel(event.model())
                .setProvider(event.dimension(Dimension.PROVIDER))
                .setTeam(event.dimension(Dimension.TEAM))
                .setProject(event.dimension(Dimension.PROJECT))
                .setEnvironment(event.dimension(Dimension.ENVIRONMENT))
                .setUser(event.user)
                .setUserTier(event.dimension(Dimension.USER_TIER))
                .setSession(event.session)
                .setEndpoint(event.endpoint)
                .setOperation(event.dimension(Dimension.OPERATION))
                .setServiceTier(event.serviceTier)
                .setStatus(event.status)
                .setRequestId(event.requestId)
                .setAttempt(event.attempt)
                .setResponseCached(event.responseCached)
                .setWorkUnits(event.workUnits)
                .setUnpriced(charge == null)
                .setCorrection(correction)
                .setTags(event.tags);
        if (charge != null) {
            priced.setCostNanoUsd(charge.costNanoUsd())
                    .setMeters(meterCosts())
                    .setCardModel(card.model())
                    .setCardEffectiveFrom(Instant.ofEpochMilli(card.effectiveFromMs()))
                    .setTierFallback(charge.tierFallback())
                    .setLongContext(charge.longContext());
        }
        return priced.build();
    }

    private List<MeterCost> meterCosts() {
        List<MeterCost> costs = new ArrayList<>();
        for (int i = 0; i < Meter.COUNT; i++) {
            Meter meter = Meter.at(i);
            if (charge.quantity(meter) != 0) {
                costs.add(new MeterCost(
                        meter.field(),
                        charge.quantity(meter),
                        charge.picoUsdPerUnit(meter),
                        charge.costNanoUsd(meter)));
            }
        }
        for (Charge.OtherUnit unit : charge.otherUnits()) {
            costs.add(new MeterCost(unit.name(), unit.quantity(), unit.picoUsdPerUnit(), unit.costNanoUsd()));
        }
        return costs;
    }
}
