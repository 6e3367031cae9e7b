package io.spendstream.sandbox.traffic;

import io.spendstream.v1.ServiceTier;
import java.util.List;

/**
 * An AI feature of the sample company.
 *
 * @param peakPerSecond requests per second at its busiest
 * @param bulk very many calls that cost next to nothing: a backfill leaves most of them out, which hardly changes what
 *     is spent
 */
record Feature(
        String name,
        String team,
        String project,
        String operation,
        Rhythm rhythm,
        double peakPerSecond,
        boolean bulk,
        List<Model> models,
        Prompt prompt,
        Habits habits) {

    /** @param weight against the feature's other models */
    record Model(String name, String provider, ServiceTier tier, int weight) {}

    /**
     * Typical (median) tokens of a prompt's parts and of the answer.
     *
     * @param spread how much they vary: the standard deviation of their logarithm
     * @param audio audio tokens heard
     */
    record Prompt(int system, int context, int history, int user, int tools, int output, double spread, int audio) {}

    /**
     * Shares of the requests, 0 to 1, and counts.
     *
     * @param promptCached whose stable part the provider's prompt cache knows already
     * @param answeredFromCache that an application cache answers without a call
     * @param escalated that a larger model, the last in the list, answers after the first tried
     * @param aborted that the user did not wait for
     * @param longContext with more than 200,000 tokens of context
     * @param webSearches paid searches per request, at most
     * @param workUnits business units done by a success
     */
    record Habits(
            double promptCached,
            double answeredFromCache,
            double escalated,
            double aborted,
            double longContext,
            int webSearches,
            int workUnits) {

        static final Habits PLAIN = new Habits(0, 0, 0, 0.004, 0, 0, 0);
    }

    /** A model that no price book knows: its usage is counted and shown as unpriced. */
    static final String UNPRICED_MODEL = "orion-2-preview";

    static final List<Feature> ALL = List.of(
            new Feature(
                    "support-chat",
                    "support",
                    "helpdesk",
                    "chat",
                    Rhythm.OFFICE,
                    0.09,
                    false,
                    List.of(openai("gpt-4o-mini", 70), anthropic("claude-haiku-4-5", 12), openai("gpt-4o", 18)),
                    new Prompt(650, 900, 1_100, 60, 0, 260, 0.6, 0),
                    new Habits(0.55, 0.08, 0.06, 0.01, 0, 0, 1)),
            new Feature(
                    "code-assistant",
                    "developer-experience",
                    "ide-plugin",
                    "chat",
                    Rhythm.OFFICE,
                    0.05,
                    false,
                    List.of(anthropic("claude-haiku-4-5", 25), anthropic("claude-sonnet-4-5", 75)),
                    new Prompt(2_400, 9_000, 4_000, 180, 3_200, 900, 0.7, 0),
                    new Habits(0.8, 0, 0.03, 0.03, 0.002, 0, 0)),
            new Feature(
                    "contract-review",
                    "legal",
                    "contracts",
                    "chat",
                    Rhythm.OFFICE,
                    0.004,
                    false,
                    List.of(google("gemini-2.5-pro", 60), anthropic("claude-sonnet-4-5", 40)),
                    new Prompt(1_200, 42_000, 0, 300, 0, 2_200, 0.6, 0),
                    new Habits(0.2, 0, 0, 0.01, 0.1, 0, 1)),
            new Feature(
                    "research-agent",
                    "insights",
                    "market-research",
                    "chat",
                    Rhythm.OFFICE,
                    0.008,
                    false,
                    List.of(
                            google("gemini-2.5-pro", 45),
                            anthropic("claude-sonnet-4-5", 35),
                            anthropic("claude-opus-4-5", 20)),
                    new Prompt(1_800, 14_000, 6_000, 120, 2_600, 1_900, 0.8, 0),
                    new Habits(0.6, 0, 0, 0.01, 0.01, 4, 0)),
            new Feature(
                    "nightly-enrichment",
                    "data-platform",
                    "catalogue",
                    "chat",
                    Rhythm.NIGHT,
                    0.07,
                    false,
                    List.of(
                            new Model("gpt-4o-mini", "openai", ServiceTier.BATCH, 70),
                            new Model("gpt-5-mini", "openai", ServiceTier.FLEX, 30)),
                    new Prompt(400, 1_800, 0, 0, 0, 320, 0.5, 0),
                    new Habits(0.3, 0, 0, 0, 0, 0, 1)),
            new Feature(
                    "marketing-copy",
                    "marketing",
                    "campaigns",
                    "chat",
                    Rhythm.OFFICE,
                    0.012,
                    false,
                    List.of(
                            openai("gpt-4o", 50),
                            google("gemini-2.5-flash", 30),
                            new Model("gpt-4o", "openai", ServiceTier.PRIORITY, 20)),
                    new Prompt(500, 700, 0, 150, 0, 800, 0.5, 0),
                    new Habits(0.3, 0.02, 0, 0.01, 0, 0, 1)),
            new Feature(
                    "voice-notes",
                    "mobile",
                    "field-app",
                    "chat",
                    Rhythm.OFFICE,
                    0.005,
                    false,
                    List.of(openai("gpt-4o-audio-preview", 100)),
                    new Prompt(200, 0, 0, 30, 0, 180, 0.5, 600),
                    new Habits(0, 0, 0, 0.01, 0, 0, 1)),
            new Feature(
                    "summaries-beta",
                    "labs",
                    "experiments",
                    "chat",
                    Rhythm.OFFICE,
                    0.005,
                    false,
                    List.of(new Model(UNPRICED_MODEL, "orion-labs", ServiceTier.STANDARD, 100)),
                    new Prompt(300, 2_500, 0, 80, 0, 350, 0.5, 0),
                    Habits.PLAIN),
            new Feature(
                    "ticket-triage",
                    "support",
                    "helpdesk",
                    "chat",
                    Rhythm.STEADY,
                    0.01,
                    false,
                    List.of(google("gemini-2.5-flash", 60), openai("gpt-4o-mini", 40)),
                    new Prompt(220, 160, 0, 0, 0, 8, 0.4, 0),
                    new Habits(0, 0.05, 0, 0, 0, 0, 1)),
            new Feature(
                    "autocomplete",
                    "developer-experience",
                    "ide-plugin",
                    "chat",
                    Rhythm.STEADY,
                    0.02,
                    false,
                    List.of(google("gemini-2.5-flash", 70), openai("gpt-4o-mini", 30)),
                    new Prompt(60, 240, 0, 40, 0, 14, 0.5, 0),
                    new Habits(0, 0.12, 0, 0.12, 0, 0, 0)),
            new Feature(
                    "semantic-search",
                    "search",
                    "knowledge-base",
                    "embeddings",
                    Rhythm.STEADY,
                    34,
                    true,
                    List.of(openai("text-embedding-3-small", 100)),
                    new Prompt(0, 0, 0, 8, 0, 0, 0.5, 0),
                    new Habits(0, 0.1, 0, 0, 0, 0, 0)));

    static Feature named(String name) {
        return ALL.stream()
                .filter(feature -> feature.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Model openai(String name, int weight) {
        return new Model(name, "openai", ServiceTier.STANDARD, weight);
    }

    private static Model anthropic(String name, int weight) {
        return new Model(name, "anthropic", ServiceTier.STANDARD, weight);
    }

    private static Model google(String name, int weight) {
        return new Model(name, "google", ServiceTier.STANDARD, weight);
    }
}
