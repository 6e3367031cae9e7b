package io.spendstream.sandbox.traffic;

import io.spendstream.sandbox.traffic.Feature.Habits;
import io.spendstream.sandbox.traffic.Feature.Model;
import io.spendstream.sandbox.traffic.Feature.Prompt;
import io.spendstream.sandbox.traffic.Sample.Defect;
import io.spendstream.v1.Status;
import io.spendstream.v1.UsageEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What happens at the sample company in a given second. A function of seed and time: the same second always brings the
 * same events with the same ids, so that publishing a time again changes no count.
 */
public final class TrafficModel {

    /** A thinned second holds the bulk features' calls only once in so many seconds. */
    public static final int BULK_KEPT_ONE_SECOND_IN = 900;

    private static final int DEFECTS_KEPT_ONE_SECOND_IN = 40;
    private static final double DEFECT_PER_SECOND = 1.0 / 40;
    private static final double REPEATED = 0.005;
    private static final double FAILED = 0.015;
    private static final double RETRIED = 0.9;
    private static final int LONG_CONTEXT_TOKENS = 200_000;
    private static final int CONTEXT_TOKENS_MAX = 900_000;
    private static final int CONTEXT_TOKENS_USUAL_MAX = 190_000;
    private static final int OUTPUT_TOKENS_MAX = 32_000;
    private static final int DEFECTS_STREAM = 999;
    private static final int RUNAWAY_STREAM = 998;
    private static final double RUNAWAY_PER_SECOND = 1.0 / 40;
    private static final String RUNAWAY_TENANT = "acme";
    private static final int RUNAWAY_USER = 16;
    private static final Feature RUNAWAY = Feature.named("research-agent");
    private static final long SESSION_SECONDS = 1_800;

    private final long seed;
    private final Users users = new Users();

    public TrafficModel(long seed) {
        this.seed = seed;
    }

    /** All deliveries of one second; the calls end in it. */
    public List<Sample> second(long epochSecond) {
        return samples(epochSecond, true, true);
    }

    /**
     * The deliveries of one second without most of the calls of the bulk features and most of the bad deliveries: a
     * hundredth of the events and nearly all of the spend, for a quick backfill. What it holds is exactly as in
     * {@link #second}.
     */
    public List<Sample> thinnedSecond(long epochSecond) {
        return samples(
                epochSecond,
                Math.floorMod(epochSecond, BULK_KEPT_ONE_SECOND_IN) == 0,
                Math.floorMod(epochSecond, DEFECTS_KEPT_ONE_SECOND_IN) == 0);
    }

    /**
     * What an agent that runs in circles adds to a second: one user's calls of the largest model, each with a long
     * context, many times what its feature usually spends.
     */
    public List<Sample> runawaySecond(long epochSecond) {
        List<Sample> samples = new ArrayList<>();
        Dice dice = new Dice(seed, epochSecond, RUNAWAY_STREAM);
        int requests = dice.count(RUNAWAY_PER_SECOND);
        Model largest = RUNAWAY.models().get(RUNAWAY.models().size() - 1);
        for (int n = 0; n < requests; n++) {
            UsageEvent call = answered(RUNAWAY, new Call(epochSecond, RUNAWAY_STREAM, n), dice);
            UsageEvent event = UsageEvent.newBuilder(call)
                    .setTenant(RUNAWAY_TENANT)
                    .setEnvironment("production")
                    .setUser(Users.name(RUNAWAY_USER))
                    .setUserTier(Users.tier(RUNAWAY_USER))
                    .setSession(Users.name(RUNAWAY_USER) + "-loop")
                    .setTime(call.getTime())
                    .setModel(largest.name())
                    .setProvider(largest.provider())
                    .setServiceTier(largest.tier())
                    .build();
            samples.add(new Sample(event, Defect.NONE));
        }
        return samples;
    }

    private List<Sample> samples(long epochSecond, boolean withBulk, boolean withDefects) {
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < Feature.ALL.size(); i++) {
            Feature feature = Feature.ALL.get(i);
            if (withBulk || !feature.bulk()) {
                Dice dice = new Dice(seed, epochSecond, i);
                int requests =
                        dice.count(feature.peakPerSecond() * feature.rhythm().at(epochSecond));
                for (int n = 0; n < requests; n++) {
                    request(feature, new Call(epochSecond, i, n), dice, samples);
                }
            }
        }
        if (withDefects) {
            defect(epochSecond, samples);
        }
        return samples;
    }

    /** Names the calls of a request so that they are the same whenever they are generated. */
    private record Call(long epochSecond, int feature, int number) {

        String requestId(long seed) {
            return "demo-" + Long.toHexString(seed) + "-" + epochSecond + "-" + feature + "-" + number;
        }
    }

    private void request(Feature feature, Call call, Dice dice, List<Sample> samples) {
        UsageEvent event = answered(feature, call, dice);
        if (!event.getResponseCached() && dice.chance(FAILED)) {
            samples.add(new Sample(failed(event), Defect.NONE));
            if (dice.chance(RETRIED)) {
                UsageEvent retry = UsageEvent.newBuilder(event)
                        .setId(event.getId() + "-2")
                        .setAttempt(2)
                        .build();
                samples.add(new Sample(retry, Defect.NONE));
            }
            return;
        }
        samples.add(new Sample(event, Defect.NONE));
        if (dice.chance(REPEATED)) {
            samples.add(new Sample(event, Defect.REPEATED));
        }
        Model largest = feature.models().get(feature.models().size() - 1);
        if (!event.getResponseCached()
                && !event.getModel().equals(largest.name())
                && dice.chance(feature.habits().escalated())) {
            event.setQualityScore(0.2 + 0.3 * dice.fraction());
            event.setWorkUnits(0);
            samples.add(new Sample(escalated(event, largest, feature), Defect.NONE));
        }
    }

    /** One call that brought an answer, or that its user did not wait for. */
    private UsageEvent answered(Feature feature, Call call, Dice dice) {
        Habits habits = feature.habits();
        Model model = weighted(feature.models(), dice);
        int rank = users.pick(dice);
        String requestId = call.requestId(seed);
        UsageEvent.Builder event = UsageEvent.newBuilder()
                .setId(requestId)
                .setRequestId(requestId)
                .setTime(Instant.ofEpochSecond(call.epochSecond(), dice.below(1_000) * 1_000_000L))
                .setTenant(tenant(dice))
                .setFeature(feature.name())
                .setTeam(feature.team())
                .setProject(feature.project())
                .setOperation(feature.operation())
                .setEndpoint("/v1/" + feature.operation())
                .setEnvironment(environment(dice))
                .setUser(Users.name(rank))
                .setUserTier(Users.tier(rank))
                .setSession(Users.name(rank) + "-" + call.epochSecond() / SESSION_SECONDS)
                .setModel(model.name())
                .setProvider(model.provider())
                .setServiceTier(model.tier())
                .setTags(Map.of("region", dice.chance(0.6) ? "eu" : "us"));
        tokens(event, feature, model, dice);
        event.setLatencyMs(150L + event.getOutputTokens() * 11 + dice.below(300));
        if (dice.chance(habits.answeredFromCache())) {
            event.setResponseCached(true).setLatencyMs(5L + dice.below(20));
        } else if (dice.chance(habits.aborted())) {
            event.setStatus(Status.ABORTED).setOutputTokens(event.getOutputTokens() / 2);
            event.setReasoningTokens(Math.min(event.getReasoningTokens(), event.getOutputTokens()));
        }
        if (event.getStatus() == Status.SUCCESS) {
            event.setWorkUnits(habits.workUnits());
            event.setQualityScore(habits.workUnits() > 0 ? (Double) (0.6 + 0.4 * dice.fraction()) : null);
        }
        return event.build();
    }

    private static void tokens(UsageEvent.Builder event, Feature feature, Model model, Dice dice) {
        Prompt prompt = feature.prompt();
        Habits habits = feature.habits();
        Map<String, Long> parts = new LinkedHashMap<>();
        int system = part(parts, "system", prompt.system());
        int tools = part(parts, "tools", prompt.tools());
        int context = part(parts, "context", context(feature, dice));
        int history = part(parts, "history", dice.around(prompt.history(), prompt.spread()));
        part(parts, "user", Math.max(prompt.user() == 0 ? 0 : 1, dice.around(prompt.user(), prompt.spread())));
        long total = parts.values().stream().mapToLong(Long::longValue).sum();
        // What stays the same from call to call is what a prompt cache can hold.
        long stable = habits.promptCached() == 0 ? 0 : system + tools + history / 2 + context / 2;
        boolean cached = dice.chance(habits.promptCached());
        if (cached) {
            event.setCacheReadTokens(stable);
        } else if (model.provider().equals("anthropic")) {
            boolean long1h = dice.chance(0.1);
            event.setCacheWrite1hTokens(long1h ? stable : 0).setCacheWrite5mTokens(long1h ? 0 : stable);
        } else {
            stable = 0;
        }
        long output = Math.min(OUTPUT_TOKENS_MAX, dice.around(prompt.output(), prompt.spread()));
        boolean reasons = model.name().startsWith("gpt-5") || model.name().equals("gemini-2.5-pro");
        event.setInputTokens(total - stable)
                .setOutputTokens(output)
                .setReasoningTokens(reasons ? output * (20 + dice.below(50)) / 100 : 0)
                .setAudioInputTokens(dice.around(prompt.audio(), prompt.spread()))
                .setPromptTokens(parts);
        if (habits.webSearches() > 0) {
            event.setOtherUnits(Map.of("web_search_requests", (long) dice.below(habits.webSearches() + 1)));
        }
    }

    private static int context(Feature feature, Dice dice) {
        return dice.chance(feature.habits().longContext())
                ? LONG_CONTEXT_TOKENS + dice.below(CONTEXT_TOKENS_MAX - LONG_CONTEXT_TOKENS)
                : Math.min(
                        CONTEXT_TOKENS_USUAL_MAX,
                        dice.around(feature.prompt().context(), feature.prompt().spread()));
    }

    private static int part(Map<String, Long> parts, String name, int tokens) {
        if (tokens > 0) {
            parts.put(name, (long) tokens);
        }
        return tokens;
    }

    /** The provider read the prompt and then gave up: the input is billed, there is no output. */
    private static UsageEvent failed(UsageEvent event) {
        return UsageEvent.newBuilder(event)
                .setTime(event.getTime().minusSeconds(2))
                .setStatus(Status.ERROR)
                .setOutputTokens(0)
                .setReasoningTokens(0)
                .setWorkUnits(0)
                .setQualityScore(null)
                .build();
    }

    private static UsageEvent escalated(UsageEvent tried, Model model, Feature feature) {
        return UsageEvent.newBuilder(tried)
                .setId(tried.getId() + "-e")
                .setTime(tried.getTime())
                .setModel(model.name())
                .setProvider(model.provider())
                .setServiceTier(model.tier())
                .setEscalatedFrom(tried.getModel())
                .setInputTokens(tried.getInputTokens()
                        + tried.getCacheReadTokens()
                        + tried.getCacheWrite5mTokens()
                        + tried.getCacheWrite1hTokens())
                .setCacheReadTokens(0)
                .setCacheWrite5mTokens(0)
                .setCacheWrite1hTokens(0)
                .setQualityScore(0.9)
                .setWorkUnits(feature.habits().workUnits())
                .build();
    }

    /** Now and then something arrives that must not be counted. */
    private void defect(long epochSecond, List<Sample> samples) {
        Dice dice = new Dice(seed, epochSecond, DEFECTS_STREAM);
        if (!dice.chance(DEFECT_PER_SECOND)) {
            return;
        }
        Feature feature = Feature.ALL.get(dice.below(Feature.ALL.size()));
        UsageEvent event = answered(feature, new Call(epochSecond, DEFECTS_STREAM, 0), dice);
        Defect[] defects = {Defect.NEGATIVE_TOKENS, Defect.FAR_FUTURE, Defect.MISSING_KEY, Defect.POISON};
        Defect defect = defects[dice.below(defects.length)];
        if (defect == Defect.NEGATIVE_TOKENS) {
            event.setInputTokens(-1);
        } else if (defect == Defect.FAR_FUTURE) {
            event.setTime(event.getTime().plus(Duration.ofDays(365)));
        }
        samples.add(new Sample(event, defect));
    }

    private static Model weighted(List<Model> models, Dice dice) {
        int total = models.stream().mapToInt(Model::weight).sum();
        int at = dice.below(total);
        for (Model model : models) {
            at -= model.weight();
            if (at < 0) {
                return model;
            }
        }
        throw new IllegalStateException("the weights of " + models + " do not add up to " + total);
    }

    private static String tenant(Dice dice) {
        int percent = dice.below(100);
        return percent < 60 ? "acme" : percent < 90 ? "globex" : "initech";
    }

    private static String environment(Dice dice) {
        int percent = dice.below(100);
        return percent < 92 ? "production" : percent < 98 ? "staging" : "development";
    }
}
