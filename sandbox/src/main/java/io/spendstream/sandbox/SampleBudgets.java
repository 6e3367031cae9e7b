package io.spendstream.sandbox;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.TemporalAdjusters;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The demo's budgets, set once its past is counted. Their limits are a multiple of what was spent by then, so that on any
 * day of the month one is passed and one nearly. A budget that is there already stays as it is.
 */
final class SampleBudgets implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SampleBudgets.class);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);
    private static final long EVERY_MS = 500;
    private static final BigDecimal LIMIT_MIN = new BigDecimal("0.01");
    private static final MathContext TWO_DIGITS = new MathContext(2, RoundingMode.HALF_EVEN);
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    /**
     * A budget without its limit.
     *
     * @param spent how much of the limit is to be spent, 1 is all of it
     * @param query what it counts, as a filter of a spend query; of several rows the largest counts
     * @param body its JSON up to the limit
     */
    private record Template(String id, BigDecimal spent, boolean weekly, String query, String body) {}

    private static final List<Template> TEMPLATES = List.of(
            new Template("company-month", new BigDecimal("0.58"), false, "", """
                    "description": "All AI spend of the month", "owner": "finance", "period": "month",
                    "thresholds": [{"at": 0.5, "action": "notify"}, {"at": 0.8, "action": "notify"},
                      {"at": 1, "action": "throttle"}]"""),
            new Template("research-week", new BigDecimal("1.15"), true, "&feature=research-agent", """
                    "description": "Research agents, per week", "owner": "insights", "period": "week",
                    "match": {"feature": ["research-agent"]},
                    "thresholds": [{"at": 0.8, "action": "notify"}, {"at": 1, "action": "deny"}]"""),
            new Template("support-month", new BigDecimal("0.92"), false, "&team=support", """
                    "description": "Support, per month", "owner": "support", "period": "month",
                    "match": {"team": ["support"]},
                    "thresholds": [{"at": 0.8, "action": "notify"}, {"at": 0.9, "action": "use_model",
                      "model": "gpt-4o-mini"}, {"at": 1, "action": "throttle"}]"""),
            new Template(
                    "features-week", new BigDecimal("0.7"), true, "&group_by=feature&order=-cost_usd&limit=1", """
                    "description": "The same for every feature, per week", "owner": "finance", "period": "week",
                    "group_by": ["feature"], "thresholds": [{"at": 0.8, "action": "notify"},
                      {"at": 1, "action": "notify"}]"""));

    private final URI http;
    private final Clock clock;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(ANSWER_LIMIT).build();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "sample-budgets");
        thread.setDaemon(true);
        return thread;
    });

    SampleBudgets(URI http, Clock clock) {
        this.http = http;
        this.clock = clock;
    }

    /** Sets them when the past is published and counted; tries again where the application has no answer yet. */
    void putWhen(BooleanSupplier published) {
        timer.scheduleWithFixedDelay(
                () -> {
                    try {
                        if (published.getAsBoolean() && putAll()) {
                            timer.shutdown();
                        }
                    } catch (IOException e) {
                        LOG.debug("The sample budgets have to wait", e);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                EVERY_MS,
                EVERY_MS,
                TimeUnit.MILLISECONDS);
    }

    /** False where not all that was published is counted. */
    boolean putAll() throws IOException, InterruptedException {
        for (Template template : TEMPLATES) {
            if (get("/v1/budgets/" + template.id()).statusCode() == 404) {
                JsonNode spend = JSON.readTree(whole(get("/v1/spend?from=" + start(template) + template.query())));
                if (!isUpToDate(spend)) {
                    return false;
                }
                put(template, limit(template.spent(), spent(spend)));
            }
        }
        return true;
    }

    private static boolean isUpToDate(JsonNode spend) {
        JsonNode lag = spend.path("freshness").path("lag_ms");
        return lag.isNumber() && lag.asLong() < ANSWER_LIMIT.toMillis();
    }

    /** Of the largest group where there are groups. */
    private static BigDecimal spent(JsonNode spend) {
        return spend.path("rows").path(0).path("cost_usd").decimalValue();
    }

    /** Two digits are exact enough, and read better. */
    static BigDecimal limit(BigDecimal fraction, BigDecimal spent) {
        return spent.divide(fraction, TWO_DIGITS)
                .max(LIMIT_MIN)
                .setScale(2, RoundingMode.UP)
                .stripTrailingZeros();
    }

    private LocalDate start(Template template) {
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        return template.weekly()
                ? today.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY))
                : today.withDayOfMonth(1);
    }

    private void put(Template template, BigDecimal limit) throws IOException, InterruptedException {
        String body = "{" + template.body() + ", \"limit\": " + limit.toPlainString() + "}";
        whole(client.send(
                HttpRequest.newBuilder(http.resolve("/v1/budgets/" + template.id()))
                        .header("Content-Type", "application/json")
                        .timeout(ANSWER_LIMIT)
                        .PUT(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString()));
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(http.resolve(path)).timeout(ANSWER_LIMIT).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static String whole(HttpResponse<String> answer) throws IOException {
        if (answer.statusCode() / 100 != 2) {
            throw new IOException(answer.uri() + " answered " + answer.statusCode() + ": " + answer.body());
        }
        return answer.body();
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
