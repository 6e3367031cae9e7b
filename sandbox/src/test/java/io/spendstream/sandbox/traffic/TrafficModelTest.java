package io.spendstream.sandbox.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.pricing.CompiledCard;
import io.spendstream.pricing.PriceBook;
import io.spendstream.pricing.Pricer;
import io.spendstream.pricing.ShippedPrices;
import io.spendstream.sandbox.traffic.Sample.Defect;
import io.spendstream.v1.ServiceTier;
import io.spendstream.v1.Status;
import io.spendstream.v1.UsageEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrafficModelTest {

    /** A Wednesday. */
    private static final long MIDNIGHT = Instant.parse("2026-11-18T00:00:00Z").getEpochSecond();

    private static final long HOUR = 3_600;
    private static final long DAY = 24 * HOUR;

    private static final TrafficModel MODEL = new TrafficModel(42);
    private static List<Sample> day;

    @BeforeAll
    static void generateOneDay() {
        day = samples(MIDNIGHT, DAY, true);
    }

    @Test
    void a_second_is_the_same_whenever_it_is_asked_for() {
        // Given
        List<Sample> first = MODEL.second(MIDNIGHT + 40_000);

        // When
        MODEL.second(MIDNIGHT);
        new TrafficModel(7).second(MIDNIGHT + 40_000);

        // Then
        assertThat(new TrafficModel(42).second(MIDNIGHT + 40_000))
                .isEqualTo(first)
                .isNotEmpty();
    }

    @Test
    void another_seed_is_another_company() {
        assertThat(ids(new TrafficModel(43), 100)).isNotEmpty().doesNotContainAnyElementsOf(ids(MODEL, 100));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 11, 20})
    void live_traffic_is_about_20_to_50_events_a_second(int hour) {
        // When
        List<Sample> samples = samples(MIDNIGHT + hour * HOUR, 600, false);

        // Then
        assertThat(samples.size() / 600.0).isBetween(20.0, 50.0);
    }

    @Test
    void people_sleep_at_night_and_rest_at_the_weekend() {
        // Given
        long saturday = MIDNIGHT + 3 * DAY;
        assertThat(Instant.ofEpochSecond(saturday)).isEqualTo("2026-11-21T00:00:00Z");

        // When
        long noon = requests("support-chat", MIDNIGHT + 10 * HOUR);
        long night = requests("support-chat", MIDNIGHT + 3 * HOUR);
        long weekend = requests("support-chat", saturday + 10 * HOUR);
        long jobsByNight = requests("nightly-enrichment", MIDNIGHT + 2 * HOUR);
        long jobsByDay = requests("nightly-enrichment", MIDNIGHT + 12 * HOUR);

        // Then
        assertThat(night).isLessThan(noon / 4);
        assertThat(weekend).isLessThan(noon * 6 / 10).isGreaterThan(noon / 10);
        assertThat(jobsByDay).isLessThan(jobsByNight / 4);
    }

    @Test
    void a_thinned_day_is_small_and_holds_the_costly_calls_unchanged() {
        // Given
        List<Sample> full = samples(MIDNIGHT + 9 * HOUR, 1_200, false);
        List<Sample> thinned = samples(MIDNIGHT + 9 * HOUR, 1_200, true);

        // Then
        assertThat(full).containsAll(thinned);
        assertThat(costly(thinned)).isEqualTo(costly(full)).isNotEmpty();
        assertThat(thinned.size()).isLessThan(full.size() / 8);
        assertThat(day.size()).isBetween(8_000, 25_000);
    }

    @Test
    void ids_are_unique_but_for_repeats_and_every_call_ends_in_its_second() {
        // When
        Set<String> ids = new HashSet<>();
        for (long second = MIDNIGHT + 10 * HOUR; second < MIDNIGHT + 11 * HOUR; second++) {
            for (Sample sample : MODEL.second(second)) {
                // Then
                assertThat(ids.add(sample.event().getId())).isEqualTo(sample.defect() != Defect.REPEATED);
                if (sample.event().getStatus() != Status.ERROR && sample.defect() != Defect.FAR_FUTURE) {
                    assertThat(sample.event().getTime().getEpochSecond()).isEqualTo(second);
                }
            }
        }
    }

    @Test
    void good_events_keep_the_rules_of_usage_events() {
        for (UsageEvent event : good(day)) {
            long context = event.getInputTokens()
                    + event.getCacheReadTokens()
                    + event.getCacheWrite5mTokens()
                    + event.getCacheWrite1hTokens();
            assertThat(Stream.of(
                                    event.getInputTokens(),
                                    event.getOutputTokens(),
                                    event.getCacheReadTokens(),
                                    event.getCacheWrite5mTokens(),
                                    event.getCacheWrite1hTokens(),
                                    event.getAudioInputTokens())
                            .allMatch(tokens -> tokens >= 0))
                    .as(event::toString)
                    .isTrue();
            assertThat(event.getReasoningTokens()).isBetween(0L, event.getOutputTokens());
            assertThat(event.getPromptTokens().values().stream()
                            .mapToLong(Long::longValue)
                            .sum())
                    .as(event::toString)
                    .isEqualTo(context);
        }
    }

    @Test
    void a_day_shows_everything_the_pipeline_can_do() {
        // When
        List<UsageEvent> events = good(day);

        // Then
        assertThat(distinct(events, UsageEvent::getTenant)).containsExactlyInAnyOrder("acme", "globex", "initech");
        assertThat(distinct(events, UsageEvent::getFeature)).hasSize(Feature.ALL.size());
        assertThat(distinct(events, UsageEvent::getTeam)).hasSizeGreaterThan(5);
        assertThat(distinct(events, UsageEvent::getProject)).hasSizeGreaterThan(5);
        assertThat(distinct(events, UsageEvent::getEnvironment)).hasSize(3);
        assertThat(distinct(events, UsageEvent::getUserTier)).containsExactlyInAnyOrder("free", "pro", "enterprise");
        assertThat(distinct(events, UsageEvent::getProvider))
                .containsExactlyInAnyOrder("openai", "anthropic", "google", "orion-labs");
        assertThat(distinct(events, UsageEvent::getModel))
                .contains(
                        "gpt-4o",
                        "gpt-4o-mini",
                        "claude-sonnet-4-5",
                        "claude-haiku-4-5",
                        "gemini-2.5-pro",
                        "gemini-2.5-flash",
                        "text-embedding-3-small",
                        Feature.UNPRICED_MODEL);
        assertThat(distinct(events, UsageEvent::getServiceTier)).containsExactlyInAnyOrder(ServiceTier.values());
        assertThat(distinct(events, UsageEvent::getStatus)).containsExactlyInAnyOrder(Status.values());
        assertThat(distinct(events, UsageEvent::getOperation)).containsExactlyInAnyOrder("chat", "embeddings");
        assertSome(events, "prompt cache reads", e -> e.getCacheReadTokens() > 0);
        assertSome(events, "prompt cache writes, 5 minutes", e -> e.getCacheWrite5mTokens() > 0);
        assertSome(events, "prompt cache writes, 1 hour", e -> e.getCacheWrite1hTokens() > 0);
        assertSome(events, "reasoning", e -> e.getReasoningTokens() > 0);
        assertSome(events, "audio", e -> e.getAudioInputTokens() > 0);
        assertSome(events, "web searches", e -> e.getOtherUnits().getOrDefault("web_search_requests", 0L) > 0);
        assertSome(events, "answers from the application cache", UsageEvent::getResponseCached);
        assertSome(events, "retries", e -> e.getAttempt() == 2);
        assertSome(events, "escalations", e -> e.getEscalatedFrom() != null);
        assertSome(events, "work units", e -> e.getWorkUnits() > 0);
        assertSome(
                events, "contexts beyond 200,000 tokens", e -> e.getInputTokens() + e.getCacheReadTokens() > 200_000);
        assertThat(day.stream().map(Sample::defect).distinct()).containsExactlyInAnyOrder(Defect.values());
    }

    @Test
    void the_shipped_prices_price_everything_but_the_one_unknown_model() {
        // Given
        PriceBook book = new PriceBook();
        ShippedPrices.load().forEach(book::put);

        // When
        Set<String> unpriced = good(day).stream()
                .filter(event -> !isPriced(book, event))
                .map(UsageEvent::getModel)
                .collect(Collectors.toSet());

        // Then
        assertThat(unpriced).containsExactly(Feature.UNPRICED_MODEL);
    }

    private static boolean isPriced(PriceBook book, UsageEvent event) {
        CompiledCard card = book.cardFor(
                event.getModel(), event.getProvider(), event.getTime().toEpochMilli());
        long[] meters = {
            event.getInputTokens(),
            event.getOutputTokens(),
            event.getCacheReadTokens(),
            event.getCacheWrite5mTokens(),
            event.getCacheWrite1hTokens(),
            event.getAudioInputTokens(),
            event.getAudioOutputTokens(),
            event.getReasoningTokens()
        };
        return card != null
                && Pricer.price(card, event.getServiceTier(), meters, event.getOtherUnits())
                        .isPriced();
    }

    @Test
    void a_retry_repeats_its_failed_request() {
        // Given
        Map<String, UsageEvent> byId =
                good(day).stream().collect(Collectors.toMap(UsageEvent::getId, e -> e, (first, repeat) -> first));

        // When
        List<UsageEvent> retries =
                byId.values().stream().filter(e -> e.getAttempt() == 2).toList();

        // Then
        assertThat(retries).isNotEmpty().allSatisfy(retry -> {
            UsageEvent first = byId.get(retry.getRequestId());
            assertThat(first.getStatus()).isEqualTo(Status.ERROR);
            assertThat(first.getAttempt()).isEqualTo(1);
            assertThat(first.getTime()).isBefore(retry.getTime());
        });
    }

    @Test
    void a_few_users_make_most_of_the_requests() {
        // When
        Map<String, Long> byUser =
                good(day).stream().collect(Collectors.groupingBy(UsageEvent::getUser, Collectors.counting()));
        long all = byUser.values().stream().mapToLong(Long::longValue).sum();
        long busiest = byUser.values().stream()
                .sorted(Comparator.reverseOrder())
                .limit(100)
                .mapToLong(Long::longValue)
                .sum();

        // Then
        assertThat(byUser).hasSizeGreaterThan(1_000);
        assertThat(busiest).isGreaterThan(all / 2);
    }

    @Test
    void an_agent_that_runs_in_circles_is_one_user_of_one_feature_and_far_above_what_is_usual() {
        // When
        List<UsageEvent> runaway = LongStream.range(MIDNIGHT, MIDNIGHT + HOUR)
                .boxed()
                .flatMap(second -> MODEL.runawaySecond(second).stream())
                .map(Sample::event)
                .toList();

        // Then
        assertThat(distinct(runaway, UsageEvent::getFeature)).containsExactly("research-agent");
        assertThat(distinct(runaway, UsageEvent::getUser)).hasSize(1);
        assertThat(distinct(runaway, UsageEvent::getModel)).containsExactly("claude-opus-4-5");
        assertThat(runaway.size())
                .isGreaterThan((int) requests("research-agent", MIDNIGHT + 11 * HOUR) * 2)
                .isEqualTo(distinct(runaway, UsageEvent::getId).size());
        assertThat(distinct(runaway, UsageEvent::getId))
                .doesNotContainAnyElementsOf(ids(MODEL, HOUR))
                .containsAll(LongStream.range(MIDNIGHT, MIDNIGHT + HOUR)
                        .boxed()
                        .flatMap(second -> new TrafficModel(42).runawaySecond(second).stream())
                        .map(sample -> sample.event().getId())
                        .toList());
    }

    @Test
    void bad_deliveries_are_few_and_bad() {
        // When
        List<Sample> hour = samples(MIDNIGHT + 9 * HOUR, HOUR, false);
        List<Sample> bad = hour.stream().filter(s -> s.defect().isRejected()).toList();

        // Then
        assertThat(bad.size()).isBetween(30, 200);
        assertThat(bad)
                .filteredOn(s -> s.defect() == Defect.NEGATIVE_TOKENS)
                .isNotEmpty()
                .allMatch(s -> s.event().getInputTokens() < 0);
        assertThat(bad)
                .filteredOn(s -> s.defect() == Defect.FAR_FUTURE)
                .isNotEmpty()
                .allMatch(s -> s.event().getTime().getEpochSecond() > MIDNIGHT + 300 * DAY);
    }

    private static List<Sample> samples(long from, long seconds, boolean thinned) {
        List<Sample> samples = new ArrayList<>();
        for (long second = from; second < from + seconds; second++) {
            samples.addAll(thinned ? MODEL.thinnedSecond(second) : MODEL.second(second));
        }
        return samples;
    }

    private long requests(String feature, long from) {
        return good(samples(from, HOUR, true)).stream()
                .filter(e -> e.getFeature().equals(feature))
                .count();
    }

    private static List<UsageEvent> costly(List<Sample> samples) {
        Set<String> bulk =
                Feature.ALL.stream().filter(Feature::bulk).map(Feature::name).collect(Collectors.toSet());
        return good(samples).stream()
                .filter(e -> !bulk.contains(e.getFeature()))
                .toList();
    }

    private static List<UsageEvent> good(List<Sample> samples) {
        return samples.stream()
                .filter(s -> !s.defect().isRejected())
                .map(Sample::event)
                .toList();
    }

    private static Set<String> ids(TrafficModel model, long seconds) {
        return LongStream.range(MIDNIGHT, MIDNIGHT + seconds)
                .boxed()
                .flatMap(second -> model.second(second).stream())
                .map(s -> s.event().getId())
                .collect(Collectors.toSet());
    }

    private static <T> Set<T> distinct(List<UsageEvent> events, Function<UsageEvent, T> field) {
        return events.stream().map(field).collect(Collectors.toSet());
    }

    private static void assertSome(List<UsageEvent> events, String what, Predicate<UsageEvent> is) {
        assertThat(events.stream().filter(is).count())
                .as(what)
                .isGreaterThan(10)
                .isLessThan(events.size() * 9L / 10);
    }
}
