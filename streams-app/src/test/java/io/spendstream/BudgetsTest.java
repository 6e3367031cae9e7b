package io.spendstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.alert.Notes;
import io.spendstream.alert.Telling;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertSeverity;
import io.spendstream.v1.AlertState;
import io.spendstream.v1.Budget;
import io.spendstream.v1.BudgetAction;
import io.spendstream.v1.BudgetPeriod;
import io.spendstream.v1.BudgetStatus;
import io.spendstream.v1.BudgetThreshold;
import io.spendstream.v1.Contributor;
import io.spendstream.v1.WeekDay;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Budgets on their way through the whole topology. */
class BudgetsTest {

    /** What one of {@link Pipeline#event} costs, in nano-USD. */
    private static final long COST = 3_500_000;

    private static final Instant YESTERDAY = Pipeline.NOW.minus(Duration.ofDays(1));

    private final Pipeline pipeline = new Pipeline();

    @BeforeEach
    void price() {
        pipeline.price(Pipeline.gpt4o());
    }

    @AfterEach
    void close() {
        pipeline.close();
    }

    /** Silent about its pace: these tests are about amounts. */
    private static Budget.Builder daily(long limit, long... atPpm) {
        return Budget.newBuilder()
                .setId("daily")
                .setLimit(limit)
                .setPeriod(BudgetPeriod.DAY)
                .setBurnRateMin(1_000_000_000_000L)
                .setThresholds(Arrays.stream(atPpm)
                        .mapToObj(at -> new BudgetThreshold(at, BudgetAction.NOTIFY, null))
                        .toList());
    }

    private void publish(String... ids) {
        for (String id : ids) {
            pipeline.publish(Pipeline.event(id).build());
        }
    }

    private List<Long> spent() {
        pipeline.settle();
        return pipeline.statuses().values().stream().map(BudgetStatus::getSpent).toList();
    }

    @Test
    void aBudgetMadeInTheMiddleOfAPeriodStartsWithExactlyWhatWasSpent() {
        // Given: one call in another period, and one that another budget would count
        pipeline.publish(Pipeline.event("y").setTime(YESTERDAY.minusSeconds(60)).build());
        pipeline.publish(Pipeline.event("other").setFeature("search").build());
        publish("a", "b");

        // When
        pipeline.define(
                daily(10 * COST, 200_000)
                        .setMatch(Map.of("feature", List.of("ch*")))
                        .build(),
                Pipeline.NOW);
        publish("c", "c", "a");

        // Then
        assertThat(spent()).containsExactly(3 * COST);
        assertThat(pipeline.alerts())
                .singleElement()
                .satisfies(alert -> assertThat(alert.getSummary())
                        .startsWith("Budget daily has spent 0.007 USD of 0.035 USD (20 %)"));
    }

    @Test
    void anAlertIsShownWithWhenTheEventWasReceivedThatCausedIt() {
        // Given
        pipeline.define(daily(2 * COST, 1_000_000).build(), YESTERDAY);
        pipeline.publish(Pipeline.event("a").build(), Pipeline.NOW.plusSeconds(1));
        assertThat(pipeline.causes).isEmpty();

        // When
        pipeline.publish(Pipeline.event("b").build(), Pipeline.NOW.plusSeconds(7));

        // Then
        assertThat(pipeline.causes)
                .containsOnly(Map.entry(
                        pipeline.alerts().get(0).getId(),
                        Pipeline.NOW.plusSeconds(7).toEpochMilli()));
    }

    @Test
    void aDayOfAnotherZoneIsSummedFromQuarterHours() {
        // Given: 23:50 and 00:10 in Kathmandu, at 18:15 UTC
        Instant midnight = Instant.parse("2026-11-20T18:15:00Z");
        pipeline.publish(
                Pipeline.event("before").setTime(midnight.minusSeconds(600)).build());
        pipeline.publish(
                Pipeline.event("after").setTime(midnight.plusSeconds(600)).build());

        // When
        pipeline.define(daily(10 * COST).setZone("Asia/Kathmandu").build(), Pipeline.NOW);
        publish("now");

        // Then
        assertThat(spent()).containsExactly(2 * COST);
    }

    @Test
    void ofSeveralThresholdsPassedAtOnceOnlyTheHighestNotifies() {
        // Given
        pipeline.define(daily(COST, 500_000, 800_000, 1_000_000).build(), Pipeline.NOW);

        // When
        publish("a");
        publish("a", "b");
        pipeline.settle();

        // Then
        List<Alert> alerts = pipeline.alerts();
        assertThat(alerts).extracting(Alert::getThreshold).containsExactly(500_000L, 800_000L, 1_000_000L);
        assertThat(alerts).extracting(Alert::getNotify).containsExactly(false, false, true);
        assertThat(alerts).extracting(Alert::getId).doesNotHaveDuplicates();
    }

    @Test
    void anAlertSaysAllThatAPersonNeeds() {
        // Given: half of the limit is spent before the budget is made
        publish("a");
        pipeline.publish(Pipeline.event("s").setFeature("search").build());
        pipeline.define(
                daily(4 * COST, 500_000, 750_000)
                        .setOwner("team-chat")
                        .setTenant("default")
                        .setZone("Europe/Berlin")
                        .build(),
                Pipeline.NOW);

        // When
        publish("b");

        // Then: the first sum passed one, the event the other
        assertThat(pipeline.alerts()).last().satisfies(alert -> {
            assertThat(alert.getKind()).isEqualTo("budget_threshold");
            assertThat(alert.getState()).isEqualTo(AlertState.OPEN);
            assertThat(alert.getTenant()).isEqualTo("default");
            assertThat(alert.getScope()).isEmpty();
            assertThat(alert.getBudget()).isEqualTo("daily");
            assertThat(alert.getThreshold()).isEqualTo(750_000L);
            assertThat(alert.getMeasure()).isEqualTo("cost");
            assertThat(alert.getLimit()).isEqualTo(4 * COST);
            assertThat(alert.getValue()).isEqualTo(3 * COST);
            // 13 of 24 hours
            assertThat(alert.getBaseline()).isEqualTo(4 * COST * 13 / 24);
            assertThat(alert.getPeriodStart()).isEqualTo(Instant.parse("2026-11-20T23:00:00Z"));
            assertThat(alert.getPeriodEnd()).isEqualTo(Instant.parse("2026-11-21T23:00:00Z"));
            assertThat(alert.getZone()).isEqualTo("Europe/Berlin");
            assertThat(alert.getOpenedAt()).isEqualTo(Pipeline.NOW);
            assertThat(alert.getChangedAt()).isEqualTo(Pipeline.NOW);
            assertThat(alert.getContributors())
                    .containsExactly(
                            new Contributor("feature", "chat", 2 * COST, 666_666L),
                            new Contributor("feature", "search", COST, 333_333L));
            assertThat(alert.getLabels()).containsEntry("owner", "team-chat");
            assertThat(alert.getSummary())
                    .isEqualTo(
                            "Budget daily has spent 0.0105 USD of 0.014 USD (75 %), past its threshold of 75 %, in the"
                                    + " day from 21 Nov 2026, 00:00 Europe/Berlin to 22 Nov 2026, 00:00 Europe/Berlin."
                                    + " Most of it by feature chat: 0.007 USD (66.6 %).");
        });
    }

    @Test
    void aLateEventLandsInThePeriodItBelongsToThoughItIsOver() {
        // Given
        pipeline.define(daily(2 * COST, 1_000_000).build(), YESTERDAY);
        publish("today");

        // When
        pipeline.publish(Pipeline.event("late1").setTime(YESTERDAY).build());
        pipeline.publish(Pipeline.event("late2").setTime(YESTERDAY).build());

        // Then
        assertThat(pipeline.alerts()).singleElement().satisfies(alert -> {
            assertThat(alert.getPeriodStart()).isEqualTo(Instant.parse("2026-11-20T00:00:00Z"));
            assertThat(alert.getValue()).isEqualTo(2 * COST);
        });
        assertThat(spent()).containsExactly(COST);
    }

    @Test
    void whatWasSpentInPeriodsThatWereOverWhenTheBudgetWasMadeIsCountedAndToldToNobody() {
        // Given
        pipeline.publish(Pipeline.event("y1").setTime(YESTERDAY).build());

        // When
        pipeline.define(daily(2 * COST, 500_000, 1_000_000).build(), Pipeline.NOW);
        assertThat(pipeline.alerts()).isEmpty();
        pipeline.publish(Pipeline.event("y2").setTime(YESTERDAY).build());

        // Then: what a late call passes later is told
        assertThat(pipeline.alerts()).extracting(Alert::getThreshold).containsExactly(1_000_000L);
    }

    @Test
    void aPriceThatComesLateCorrectsTheCounter() {
        // Given
        pipeline.define(daily(10 * COST, 100_000).build(), Pipeline.NOW);
        pipeline.publish(Pipeline.event("new").setModel("gpt-5").build());
        assertThat(pipeline.alerts()).isEmpty();

        // When
        var prices = Pipeline.gpt4o();
        prices.setModel("gpt-5");
        pipeline.price(prices);

        // Then
        assertThat(spent()).containsExactly(COST);
        assertThat(pipeline.alerts()).hasSize(1);
    }

    @Test
    void raisingTheLimitResolvesAndKeepsWhatWasSpent() {
        // Given
        pipeline.define(daily(COST, 1_000_000).build(), Pipeline.NOW);
        publish("a");
        Alert opened = pipeline.alerts().get(0);

        // When
        pipeline.define(daily(4 * COST, 1_000_000).build(), Pipeline.NOW.plusSeconds(1));
        pipeline.settle();

        // Then
        assertThat(pipeline.alerts()).singleElement().satisfies(alert -> {
            assertThat(alert.getId()).isEqualTo(opened.getId());
            assertThat(alert.getState()).isEqualTo(AlertState.RESOLVED);
            assertThat(alert.getLimit()).isEqualTo(4 * COST);
        });
        assertThat(spent()).containsExactly(COST);
    }

    @Test
    void aBudgetThatIsDeletedTakesBackWhatItSaidAndOneMadeAgainIsSummedAnew() {
        // Given
        pipeline.define(daily(COST, 1_000_000).build(), Pipeline.NOW);
        publish("a");
        pipeline.settle();
        pipeline.statuses();
        pipeline.alerts();

        // When
        pipeline.forget("daily");
        pipeline.settle();

        // Then
        assertThat(pipeline.statuses()).hasSize(1).containsValue(null);
        assertThat(pipeline.alerts()).extracting(Alert::getState).containsExactly(AlertState.RESOLVED);

        // And
        publish("b");
        pipeline.define(daily(COST, 1_000_000).build(), Pipeline.NOW);
        publish("c");
        assertThat(spent()).containsExactly(3 * COST);
        assertThat(pipeline.alerts()).extracting(Alert::getState).containsExactly(AlertState.OPEN);
    }

    @Test
    void aBudgetThatCountsSomethingElseStartsWithWhatWasSpentOfThat() {
        // Given
        pipeline.define(daily(10 * COST).build(), Pipeline.NOW);
        publish("a");
        pipeline.publish(Pipeline.event("s").setFeature("search").build());
        assertThat(spent()).containsExactly(2 * COST);

        // When
        pipeline.define(daily(10 * COST).setGroupBy(List.of("feature")).build(), Pipeline.NOW.plusSeconds(1));
        publish("b");
        pipeline.settle();

        // Then
        Map<String, BudgetStatus> statuses = pipeline.statuses();
        assertThat(statuses.values().stream().filter(status -> status == null)).hasSize(1);
        assertThat(pipeline.statusView.of(
                        "daily",
                        pipeline.budgetBook.contents().budgets().get("daily").scopeId()))
                .extracting(status -> status.getGroup().get("feature"), BudgetStatus::getSpent)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple("chat", 2 * COST),
                        org.assertj.core.groups.Tuple.tuple("search", COST));
    }

    @Test
    void aBudgetPerUserStartsWhenItIsMadeAndSaysSo() {
        // Given
        pipeline.publish(Pipeline.event("before").setUser("u1").build());

        // When
        pipeline.define(daily(10 * COST).setGroupBy(List.of("user")).build(), Pipeline.NOW.minusSeconds(5));
        publish("nobody");
        pipeline.publish(Pipeline.event("a").setUser("u1").build());
        pipeline.publish(Pipeline.event("b").setUser("u2").build());
        pipeline.publish(Pipeline.event("b").setUser("u2").build());
        pipeline.settle();

        // Then
        assertThat(pipeline.statuses().values())
                .filteredOn(status -> status.getGroup().get("user") != null)
                .hasSize(2)
                .allSatisfy(status -> {
                    assertThat(status.getSpent()).isEqualTo(COST);
                    assertThat(status.getMeasuredFrom()).isEqualTo(Pipeline.NOW);
                });
    }

    @Test
    void anInvalidBudgetIsReportedAndThePreviousOneStaysInForce() {
        // Given
        pipeline.define(daily(10 * COST).build(), Pipeline.NOW);

        // When
        pipeline.define(daily(10 * COST).setZone("Mars/Olympus").build(), Pipeline.NOW);
        publish("a");

        // Then
        assertThat(pipeline.refused).singleElement().asString().contains("budgets daily", "Mars/Olympus");
        assertThat(spent()).containsExactly(COST);
    }

    private BudgetStatus weekly(String budget) {
        return pipeline.statuses().values().stream()
                .filter(status -> status.getBudget().equals(budget))
                .findFirst()
                .orElse(null);
    }

    @Test
    void aCounterThatNothingIsAddedToSaysWhatYesterdayWasWhenTheDayChanges() {
        // Given: 3 calls on a Saturday in New York
        pipeline.define(daily(70 * COST).setId("other").build(), YESTERDAY);
        pipeline.define(
                daily(70 * COST)
                        .setId("weekly")
                        .setPeriod(BudgetPeriod.WEEK)
                        .setWeekStart(WeekDay.FRIDAY)
                        .setZone("America/New_York")
                        .setMatch(Map.of("feature", List.of("chat")))
                        .build(),
                YESTERDAY);
        publish("a", "b", "c");
        pipeline.settle();
        assertThat(weekly("weekly").getBurnRateYesterdayPpm()).isZero();

        // When: something else is counted, at 23:59 there, then at midnight
        Instant midnight = Instant.parse("2026-11-22T05:00:00Z");
        elsewhere(midnight.minusSeconds(60));
        assertThat(weekly("weekly")).isNull();
        elsewhere(midnight);

        // Then: 3 of 10 a day
        BudgetStatus status = weekly("weekly");
        assertThat(status.getBurnRateYesterdayPpm()).isEqualTo(300_000);
        assertThat(status.getBurnRateNowPpm()).isZero();
        assertThat(status.getAsOf()).isEqualTo(midnight);
        elsewhere(midnight.plusSeconds(1));
        assertThat(weekly("weekly")).isNull();
    }

    private void elsewhere(Instant at) {
        pipeline.publish(
                Pipeline.event("at-" + at).setFeature("search").setTime(at).build(), at);
        pipeline.settle();
    }

    @Test
    void aBudgetMadeInTheMiddleOfAPeriodKnowsThePaceOfTheTimeBefore() {
        // Given: of 10 a day 2 yesterday, 4 two hours ago, 1 just now; of the hour 10 minutes are over
        Instant noon = Pipeline.NOW.plusSeconds(600);
        spend("y", 2, YESTERDAY);
        spend("e", 4, Pipeline.NOW.minusSeconds(7_200));
        spend("n", 1, Pipeline.NOW);
        Budget budget = daily(10 * COST)
                .setBurnRateMin(COST)
                .setMatch(Map.of("feature", List.of("chat")))
                .build();

        // When
        pipeline.define(budget, noon);
        elsewhere(noon);

        // Then: 1 in the hour; 5 in 3 hours, and so as many for each 3 of the hours that are left
        BudgetStatus status = weekly("daily");
        assertThat(status.getSpent()).isEqualTo(5 * COST);
        assertThat(status.getBurnRateNowPpm()).isEqualTo(2_400_000);
        assertThat(status.getBurnRateYesterdayPpm()).isEqualTo(200_000);
        assertThat(status.getBurnRate7dPpm()).isEqualTo(100_000);
        assertThat(status.getForecast()).isGreaterThan(23 * COST).isLessThan(25 * COST);
        assertThat(pipeline.alerts()).extracting(Alert::getKind).contains("budget_forecast");

        // When it is deleted and made again, under another limit
        pipeline.forget("daily");
        pipeline.settle();
        pipeline.define(Budget.newBuilder(budget).setLimit(20 * COST).build(), noon);
        elsewhere(noon.plusMillis(1));

        // Then: half of it, not twice as much
        BudgetStatus again = weekly("daily");
        assertThat(again.getBurnRateYesterdayPpm()).isEqualTo(100_000);
        assertThat(again.getBurnRateNowPpm()).isEqualTo(1_200_000);
    }

    @Test
    void aForecastSaysWhenTheLimitIsReachedByTheClocksOfTheBudget() {
        // Given: 12 of 20 within the three hours that a day's pace is taken from, so 8 more take two hours
        pipeline.define(
                daily(20 * COST).setZone("Europe/Berlin").setBurnRateMin(0L).build(), Pipeline.NOW);

        // When
        spend("now", 12, Pipeline.NOW);
        pipeline.settle();

        // Then
        assertThat(pipeline.statuses().values()).singleElement().satisfies(status -> {
            assertThat(status.getLimitReachedAt()).isEqualTo(Pipeline.NOW.plus(Duration.ofHours(2)));
            assertThat(status.getAsOf()).isEqualTo(Pipeline.NOW);
            assertThat(status.getDaysUntilLimitPpm()).isEqualTo(83_333);
            assertThat(status.getRemaining()).isEqualTo(8 * COST);
        });
        assertThat(pipeline.alerts())
                .filteredOn(alert -> alert.getKind().equals("budget_forecast"))
                .singleElement()
                .satisfies(alert -> assertThat(alert.getSummary())
                        .isEqualTo("At this pace the limit of 0.07 USD of Budget daily is reached on 21 Nov 2026, 15:00"
                                + " Europe/Berlin; 0.042 USD are spent, in the day from 21 Nov 2026, 00:00 Europe/Berlin"
                                + " to 22 Nov 2026, 00:00 Europe/Berlin."));
    }

    private void spend(String name, int calls, Instant at) {
        for (int i = 0; i < calls; i++) {
            pipeline.publish(Pipeline.event(name + i).setTime(at).build(), at);
        }
    }

    @Test
    void whereNothingComesAtAllTheClockTurnsTheDay() {
        // Given: it is 12:00 by all clocks
        pipeline.define(
                daily(70 * COST)
                        .setId("weekly")
                        .setPeriod(BudgetPeriod.WEEK)
                        .setWeekStart(WeekDay.FRIDAY)
                        .build(),
                YESTERDAY);
        publish("a", "b", "c");
        pipeline.settle();
        pipeline.statuses();

        // When
        pipeline.driver.advanceWallClockTime(Duration.ofHours(13));

        // Then
        assertThat(weekly("weekly").getBurnRateYesterdayPpm()).isEqualTo(300_000);
        assertThat(pipeline.alerts()).isEmpty();
    }

    @Test
    void everyInstanceShowsStatusesAndAlerts() {
        // Given
        pipeline.define(daily(COST, 1_000_000).build(), Pipeline.NOW);

        // When
        publish("a");
        pipeline.settle();

        // Then
        String scope = pipeline.budgetBook.contents().budgets().get("daily").scopeId();
        assertThat(pipeline.statusView.get("daily", scope, List.of()).getFractionPpm())
                .isEqualTo(1_000_000);
        assertThat(pipeline.alertView.all()).hasSize(1);
    }

    @Test
    void whatASilenceCoversIsRecordedAndToldToNobody() {
        // Given
        pipeline.note(
                "silence:s", Notes.silence("s", Pipeline.NOW.minusSeconds(60), Map.of("budget", List.of("dai*"))));
        pipeline.define(daily(COST, 1_000_000).build(), Pipeline.NOW);

        // When
        publish("a");

        // Then
        assertThat(pipeline.alerts()).singleElement().satisfies(alert -> {
            assertThat(alert.getNotify()).isFalse();
            assertThat(alert.getLabels()).containsEntry("silenced", "s");
        });
        assertThat(pipeline.refused).isEmpty();
    }

    @Test
    void anAlertThatSomebodyLooksAfterIsResolvedQuietlyAndOpensAnewAloud() {
        // Given
        pipeline.define(daily(COST, 1_000_000).build(), Pipeline.NOW);
        publish("a");
        Alert opened = pipeline.alerts().get(0);
        assertThat(opened.getNotify()).isTrue();
        pipeline.note("ack:" + opened.getId(), Notes.acknowledgement(opened));

        // When
        pipeline.define(daily(2 * COST, 1_000_000).build(), Pipeline.NOW.plusSeconds(1));
        pipeline.settle();
        pipeline.publish(Pipeline.event("b").build(), Pipeline.NOW.plusSeconds(2));

        // Then
        List<Alert> alerts = pipeline.alerts();
        assertThat(alerts).extracting(Alert::getId).containsExactly(opened.getId(), opened.getId());
        assertThat(alerts).extracting(Alert::getState).containsExactly(AlertState.RESOLVED, AlertState.OPEN);
        assertThat(alerts).extracting(Alert::getNotify).containsExactly(false, true);
    }

    @Test
    void aPaceThatBecomesFasterIsOneAlertThatEscalates() {
        // Given: of 100 a month 10 five hours ago, the share of 3 days
        Instant noon = Pipeline.NOW.plusSeconds(600);
        spend("e", 10, Pipeline.NOW.minusSeconds(5 * 3_600));
        pipeline.define(
                daily(100 * COST)
                        .setBurnRateMin(COST)
                        .setPeriod(BudgetPeriod.MONTH)
                        .setMatch(Map.of("feature", List.of("chat")))
                        .build(),
                noon);
        elsewhere(noon);
        List<Alert> burns = burns();
        assertThat(burns).extracting(Alert::getState).containsExactly(AlertState.OPEN);
        assertThat(burns.get(0).getSeverity()).isEqualTo(AlertSeverity.WARNING);
        assertThat(burns.get(0).getLabels()).containsEntry("rule", "ticket-3d");

        // When: 2 at once, 14.4 times an even pace over the hour
        spend("n", 2, noon.plusSeconds(60));
        elsewhere(noon.plusSeconds(61));

        // Then
        assertThat(burns()).singleElement().satisfies(alert -> {
            assertThat(alert.getId()).isEqualTo(burns.get(0).getId());
            assertThat(alert.getState()).isEqualTo(AlertState.ESCALATED);
            assertThat(alert.getSeverity()).isEqualTo(AlertSeverity.CRITICAL);
            assertThat(alert.getOpenedAt()).isEqualTo(burns.get(0).getOpenedAt());
            assertThat(alert.getLabels()).containsEntry("rule", "page-1h");
        });
    }

    @Test
    void aPaceIsNotSpokenOfBelowTheLeastSpendOfTheBudget() {
        // Given: nearly 2 of 3 a day within a minute, 15 times an even pace over the hour
        Instant noon = Pipeline.NOW.plusSeconds(60);
        Budget budget = daily(3 * COST)
                .setMatch(Map.of("feature", List.of("chat")))
                .setBurnRateMin(2 * COST)
                .build();
        pipeline.define(budget, Pipeline.NOW);
        spend("a", 1, Pipeline.NOW);
        pipeline.publish(Pipeline.event("b").setInputTokens(999).build());
        elsewhere(noon);

        // When: the last token that is missing
        assertThat(pipeline.alerts()).isEmpty();
        pipeline.publish(
                Pipeline.event("c")
                        .setInputTokens(1)
                        .setOutputTokens(0)
                        .setTime(noon)
                        .build(),
                noon);
        elsewhere(noon.plusSeconds(1));

        // Then
        assertThat(pipeline.alerts())
                .extracting(Alert::getKind)
                .containsExactlyInAnyOrder("budget_burn_rate", "budget_forecast");
    }

    private Budget hourly() {
        return daily(10 * COST)
                .setId("hourly")
                .setPeriod(BudgetPeriod.HOUR)
                .setMatch(Map.of("feature", List.of("chat")))
                .setBurnRateMin(COST)
                .build();
    }

    @Test
    void whatWasSaidOfAPaceIsOverWithThePeriodAndALateCallSaysNothingOfIt() {
        // Given: 6 of 10 in the first ten minutes
        pipeline.define(hourly(), Pipeline.NOW);
        spend("e", 6, Pipeline.NOW.plusSeconds(600));
        elsewhere(Pipeline.NOW.plusSeconds(601));
        List<Alert> opened = pipeline.alerts();
        assertThat(opened).extracting(Alert::getKind).containsExactly("budget_forecast");

        // When
        Instant end = Pipeline.NOW.plusSeconds(3_600);
        elsewhere(end.plusSeconds(7));
        pipeline.publish(Pipeline.event("late").setTime(end.minusSeconds(1)).build(), end.plusSeconds(8));
        elsewhere(end.plusSeconds(20));

        // Then: as of the end, whenever that was noticed
        assertThat(pipeline.alerts()).singleElement().satisfies(alert -> {
            assertThat(alert.getId()).isEqualTo(opened.get(0).getId());
            assertThat(alert.getState()).isEqualTo(AlertState.RESOLVED);
            assertThat(alert.getChangedAt()).isEqualTo(end);
            assertThat(alert.getSummary()).startsWith("Resolved, its period is over.");
        });
    }

    @Test
    void whereNothingComesAtAllTheClockEndsWhatWasSaidOfAPace() {
        // Given
        pipeline.define(hourly(), Pipeline.NOW);
        spend("e", 6, Pipeline.NOW);
        elsewhere(Pipeline.NOW.plusSeconds(1));
        assertThat(pipeline.alerts()).extracting(Alert::getState).containsOnly(AlertState.OPEN);

        // When
        pipeline.driver.advanceWallClockTime(Duration.ofHours(2));

        // Then
        assertThat(pipeline.alerts()).isNotEmpty().allSatisfy(alert -> {
            assertThat(alert.getState()).isEqualTo(AlertState.RESOLVED);
            assertThat(alert.getChangedAt()).isEqualTo(Pipeline.NOW.plusSeconds(3_600));
        });
    }

    @Test
    void aCallOfThePeriodToComeIsShownWhenThatBegins() {
        // Given: a call whose time is three minutes ahead; others by which time goes on
        pipeline.define(daily(COST).setId("other").build(), Pipeline.NOW);
        Instant end = Pipeline.NOW.plusSeconds(3_600);
        pipeline.define(hourly(), Pipeline.NOW);
        pipeline.publish(Pipeline.event("ahead").setTime(end.plusSeconds(60)).build(), end.minusSeconds(120));
        elsewhere(end.minusSeconds(119));
        assertThat(weekly("hourly")).isNull();

        // When
        elsewhere(end);

        // Then
        BudgetStatus status = weekly("hourly");
        assertThat(status.getSpent()).isEqualTo(COST);
        assertThat(status.getPeriodStart()).isEqualTo(end);
        elsewhere(end.plusSeconds(1));
        assertThat(weekly("hourly")).isNull();
    }

    @Test
    void whereNothingComesAtAllTheClockShowsTheCallOfThePeriodToCome() {
        // Given
        Instant end = Pipeline.NOW.plusSeconds(3_600);
        pipeline.define(hourly(), Pipeline.NOW);
        pipeline.publish(Pipeline.event("ahead").setTime(end.plusSeconds(60)).build(), end.minusSeconds(120));
        pipeline.settle();
        assertThat(weekly("hourly")).isNull();

        // When
        pipeline.driver.advanceWallClockTime(Duration.ofHours(1));

        // Then
        assertThat(weekly("hourly").getSpent()).isEqualTo(COST);
    }

    private List<Alert> burns() {
        return pipeline.alerts().stream()
                .filter(alert -> alert.getKind().equals("budget_burn_rate"))
                .toList();
    }

    @Test
    void whatIsOpenForLongIsSaidAgainSoThatItsTopicDoesNotForgetIt() {
        // Given
        pipeline.define(daily(COST, 1_000_000).setPeriod(BudgetPeriod.LIFETIME).build(), Pipeline.NOW);
        publish("a");
        pipeline.settle();
        Alert opened = pipeline.alerts().get(0);

        // When
        elsewhere(Pipeline.NOW.plus(Duration.ofDays(29)));
        assertThat(pipeline.alerts()).isEmpty();
        elsewhere(Pipeline.NOW.plus(Duration.ofDays(31)));
        elsewhere(Pipeline.NOW.plus(Duration.ofDays(32)));

        // Then
        assertThat(pipeline.alerts()).containsExactly(Telling.again(opened));
    }

    @Test
    void whatAPeriodLeftOpenIsResolvedWhenItIsForgotten() {
        // Given
        pipeline.define(
                daily(COST, 1_000_000)
                        .setMatch(Map.of("feature", List.of("chat")))
                        .build(),
                Pipeline.NOW);
        publish("a");
        pipeline.settle();
        Alert opened = pipeline.alerts().get(0);

        // When
        pipeline.define(
                daily(COST).setId("all").setPeriod(BudgetPeriod.LIFETIME).build(), Pipeline.NOW);
        elsewhere(Pipeline.NOW.plus(Duration.ofDays(42)));

        // Then
        assertThat(pipeline.alerts()).singleElement().satisfies(alert -> {
            assertThat(alert.getId()).isEqualTo(opened.getId());
            assertThat(alert.getState()).isEqualTo(AlertState.RESOLVED);
            assertThat(alert.getNotify()).isFalse();
        });
    }
}
