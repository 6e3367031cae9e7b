package io.spendstream.budget;

import io.spendstream.v1.BudgetAction;
import io.spendstream.v1.BudgetMeasure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Whether a call may be made: the strictest of what each budget that counts it says. A function of the counters and the
 * estimate, so that every instance with the same state answers alike.
 *
 * <p>A threshold is passed by what is spent. {@code deny} also looks ahead: where the call's estimate would go past the
 * threshold's part of the limit, it is denied, so that a caller who estimates well cannot overspend by its own call.
 */
public final class Admission {

    /**
     * What a call will use at most.
     *
     * @param costNanoUsd null where it has no price
     * @param unpricedBecause why it has no price; null where it has one
     */
    public record Estimate(long inputTokens, long maxOutputTokens, Long costNanoUsd, String unpricedBecause) {

        /** As a budget measures it; null where that is not known. */
        Long amount(BudgetMeasure measure) {
            return switch (measure) {
                case COST -> costNanoUsd;
                case TOKENS -> tokens();
                case INPUT_TOKENS -> inputTokens;
                case OUTPUT_TOKENS -> maxOutputTokens;
                case REQUESTS -> 1L;
            };
        }

        long tokens() {
            return Ratio.plus(inputTokens, maxOutputTokens);
        }
    }

    /** Something to do, as a passed threshold of a budget says; for {@code atPpm} 0, as its limit of single calls says. */
    public record Step(BudgetAction action, String model, long atPpm, String budget) {

        /** The same, without whose it is and how much of it is spent: {@code budget} is null, {@code atPpm} 0. */
        public Step ofNobody() {
            return new Step(action, model, 0, null);
        }
    }

    /**
     * What one budget says.
     *
     * @param standing null where it only limits single calls
     * @param reasons in words; empty where it allows
     */
    public record Considered(
            BudgetDefinition definition,
            Standing standing,
            Decision decision,
            List<Step> steps,
            List<String> reasons) {}

    /**
     * The answer.
     *
     * @param binding the strictest, of those the one that is spent most; null where no budget counts the call
     * @param steps of all passed thresholds, lowest first
     * @param retryAfter from when another try may help: the latest end of the periods of the budgets that throttle or
     *     deny, or soon where only their counters are not known; null where the call may be made, or where waiting does
     *     not help
     * @param considered all budgets that count the call, the strictest first
     * @param reasons why it is not simply allowed, in words
     * @param stateKnown whether the counters were known and recent enough
     */
    public record Answer(
            Decision decision,
            Considered binding,
            List<Step> steps,
            Instant retryAfter,
            List<Considered> considered,
            List<String> reasons,
            boolean stateKnown) {}

    /** The last state of a budget's group, as this instance knows it; a look-up in memory. */
    @FunctionalInterface
    public interface Counters {
        Standing standing(BudgetIndex.Entry entry, Attributes call, Instant now);
    }

    private static final Comparator<Considered> STRICTEST_FIRST = Comparator.comparing(Considered::decision)
            .reversed()
            .thenComparing(
                    Comparator.<Considered>comparingLong(Admission::fraction).reversed())
            .thenComparing(considered -> considered.definition().id());

    private static final Comparator<Step> LOWEST_FIRST =
            Comparator.comparingLong(Step::atPpm).thenComparing(Step::action).thenComparing(Step::budget);

    /** What is not known is as a rule known again in seconds. */
    private static final Duration UNKNOWN_FOR = Duration.ofSeconds(5);

    private final Attributes call;
    private final Estimate estimate;
    private final Instant now;
    private final AdmissionPolicy policy;
    private final boolean stateKnown;

    private Admission(Attributes call, Estimate estimate, Instant now, AdmissionPolicy policy, boolean stateKnown) {
        this.call = call;
        this.estimate = estimate;
        this.now = now;
        this.policy = policy;
        this.stateKnown = stateKnown;
    }

    /**
     * Decides.
     *
     * @param asOf everything received until then is in the counters; null where nothing is known of them
     * @param now by the clock of this instance: which period it is
     */
    public static Answer decide(
            Attributes call,
            Estimate estimate,
            BudgetIndex index,
            Counters counters,
            Instant asOf,
            Instant now,
            AdmissionPolicy policy) {
        boolean known = asOf != null && Duration.between(asOf, now).compareTo(policy.staleAfter()) <= 0;
        Admission admission = new Admission(call, estimate, now, policy, known);
        List<Considered> considered = new ArrayList<>();
        index.forEachMatching(call, entry -> {
            if (entry.definition().enabled()) {
                considered.add(admission.consider(entry, counters));
            }
        });
        considered.sort(STRICTEST_FIRST);
        return admission.answer(considered);
    }

    /** The answer where neither budgets nor counters are known to be right, and calls are denied then. */
    public static Answer deniedWithoutState(Instant now) {
        return new Answer(
                Decision.DENY,
                null,
                List.of(),
                now.plus(UNKNOWN_FOR),
                List.of(),
                List.of("What budgets there are and what was spent is not known now, and calls are denied then"),
                false);
    }

    private Considered consider(BudgetIndex.Entry entry, Counters counters) {
        BudgetDefinition definition = entry.definition();
        Judgement judgement = new Judgement(definition);
        Standing standing = null;
        if (definition.counts()) {
            standing = counters.standing(entry, call, now);
            judgement.passed(standing);
            if (!stateKnown && policy.unavailable() == Decision.DENY) {
                judgement.say(Decision.DENY, "The counters are not known well enough, and calls are denied then");
            }
        }
        judgement.singleCall();
        if (estimate.costNanoUsd() == null && definition.limitsCost()) {
            judgement.say(policy.unpriced(), "The call's cost is not known: " + estimate.unpricedBecause());
        }
        return new Considered(
                definition, standing, judgement.decision, judgement.steps, List.copyOf(judgement.reasons));
    }

    private Answer answer(List<Considered> considered) {
        if (considered.isEmpty()) {
            return new Answer(Decision.ALLOW, null, List.of(), null, considered, List.of(), stateKnown);
        }
        Considered binding = considered.get(0);
        List<Step> steps = new ArrayList<>();
        List<String> reasons = new ArrayList<>();
        for (int i = 0; i < considered.size(); i++) {
            Considered one = considered.get(i);
            if (!one.steps.isEmpty()) {
                steps.addAll(one.steps);
            }
            for (int r = 0; r < one.reasons.size(); r++) {
                reasons.add(reason(one, one.reasons.get(r)));
            }
        }
        steps.sort(LOWEST_FIRST);
        return new Answer(
                binding.decision, binding, steps, retryAfter(binding, considered), considered, reasons, stateKnown);
    }

    /** One of a budget's reasons, as it stands among those of others. */
    public static String reason(Considered one, String reason) {
        return "Budget '" + one.definition.id() + "': " + reason;
    }

    /** All that stand in the way must have ended; what no period's end clears is in the way for good. */
    private Instant retryAfter(Considered binding, List<Considered> considered) {
        if (binding.decision.compareTo(Decision.THROTTLE) < 0) {
            return null;
        }
        Instant latest = null;
        for (Considered one : considered) {
            if (one.decision.compareTo(Decision.THROTTLE) < 0) {
                continue;
            }
            Instant end = clearsAt(one);
            if (end == null) {
                return null;
            }
            latest = latest == null || end.isAfter(latest) ? end : latest;
        }
        return latest;
    }

    private Instant clearsAt(Considered one) {
        if (one.standing == null || !endsWithPeriod(one)) {
            return null;
        }
        boolean passed =
                one.steps.stream().anyMatch(step -> Decision.of(step.action()).compareTo(Decision.THROTTLE) >= 0);
        return passed ? one.standing.window().end() : now.plus(UNKNOWN_FOR);
    }

    private boolean endsWithPeriod(Considered one) {
        boolean unpriced = estimate.costNanoUsd() == null && one.definition.limitsCost();
        return !unpriced && one.steps.stream().noneMatch(step -> step.atPpm() == 0);
    }

    private static long fraction(Considered considered) {
        return considered.standing == null ? -1 : considered.standing.fractionPpm();
    }

    /** What one budget says, as it adds up. */
    private final class Judgement {

        private final BudgetDefinition definition;
        /** Nearly all calls are simply allowed: lists are made for what is to be said. */
        private List<Step> steps = List.of();

        private List<String> reasons = List.of();
        private Decision decision = Decision.ALLOW;

        Judgement(BudgetDefinition definition) {
            this.definition = definition;
        }

        void say(Decision said, String reason) {
            decision = decision.orStricter(said);
            because(reason);
        }

        private void because(String reason) {
            if (reasons.isEmpty()) {
                reasons = new ArrayList<>(2);
            }
            reasons.add(reason);
        }

        private void add(Step step) {
            if (steps.isEmpty()) {
                steps = new ArrayList<>(4);
            }
            steps.add(step);
        }

        void passed(Standing standing) {
            List<Threshold> thresholds = definition.thresholds();
            int passed = Thresholds.countPassed(thresholds, standing.limit(), standing.spent());
            for (int i = 0; i < passed; i++) {
                step(thresholds.get(i));
            }
            for (int i = passed; i < thresholds.size(); i++) {
                Threshold ahead = thresholds.get(i);
                if (ahead.action() == BudgetAction.DENY && wouldExceed(ahead, standing)) {
                    step(ahead);
                    because("The call's estimate is more than what remains");
                }
            }
            if (passed > 0) {
                because(Words.percent(standing.fractionPpm()) + " of the limit is spent");
            }
        }

        private void step(Threshold threshold) {
            decision = decision.orStricter(Decision.of(threshold.action()));
            add(new Step(threshold.action(), threshold.model(), threshold.atPpm(), definition.id()));
        }

        private boolean wouldExceed(Threshold threshold, Standing standing) {
            Long amount = estimate.amount(definition.measure());
            return amount != null
                    && Ratio.compareProducts(
                                    Ratio.plus(standing.spent(), amount),
                                    Ratio.PPM,
                                    standing.limit(),
                                    threshold.atPpm())
                            > 0;
        }

        void singleCall() {
            BudgetDefinition.RequestCaps caps = definition.perRequest();
            if (caps == null) {
                return;
            }
            if (caps.maxTokens() != null && estimate.tokens() > caps.maxTokens()) {
                deny(estimate.tokens() + " tokens are more than the " + caps.maxTokens() + " of a single call");
            }
            Long cost = estimate.costNanoUsd();
            if (caps.maxCostNanoUsd() != null && cost != null && cost > caps.maxCostNanoUsd()) {
                deny(Words.usd(cost) + " is more than the " + Words.usd(caps.maxCostNanoUsd()) + " of a single call");
            }
        }

        private void deny(String reason) {
            if (steps.stream().noneMatch(step -> step.atPpm() == 0)) {
                add(new Step(BudgetAction.DENY, null, 0, definition.id()));
            }
            say(Decision.DENY, reason);
        }
    }
}
