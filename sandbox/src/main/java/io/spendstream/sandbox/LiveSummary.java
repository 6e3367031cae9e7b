package io.spendstream.sandbox;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spendstream.runtime.Totals;
import io.spendstream.sandbox.traffic.Traffic;
import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** One line that says how the demo goes: written over on a terminal, a new line now and then elsewhere. */
final class LiveSummary implements AutoCloseable {

    private static final Duration EVERY_ON_TERMINAL = Duration.ofSeconds(1);
    private static final Duration EVERY_ELSEWHERE = Duration.ofSeconds(5);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(3);
    private static final String OVERWRITE = "\r\033[K";
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    private final URI http;
    private final Totals totals;
    private final Traffic traffic;
    private final PrintWriter out;
    private final boolean terminal;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(ANSWER_LIMIT).build();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "live-summary");
        thread.setDaemon(true);
        return thread;
    });

    /** @param traffic null where there is none */
    LiveSummary(URI http, Totals totals, Traffic traffic, PrintWriter out, boolean terminal) {
        this.http = http;
        this.totals = totals;
        this.traffic = traffic;
        this.out = out;
        this.terminal = terminal;
    }

    void start() {
        Duration every = terminal ? EVERY_ON_TERMINAL : EVERY_ELSEWHERE;
        timer.scheduleWithFixedDelay(this::print, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        timer.shutdownNow();
        if (terminal) {
            out.println();
            out.flush();
        }
    }

    private void print() {
        String line = line(totals.now(), spendToday(), trafficPhase());
        out.print(terminal ? OVERWRITE + line : line + System.lineSeparator());
        out.flush();
    }

    /** @param spend the answer to a spend query, or null where there was none */
    static String line(Totals.Snapshot counts, JsonNode spend, String phase) {
        long rejected =
                counts.rejected().values().stream().mapToLong(Long::longValue).sum();
        String today = spend == null
                ? "spend today not known"
                : "spend today $"
                        + dollars(spend.path("totals").path("cost_usd").decimalValue());
        String lag = spend == null
                ? "?"
                : number(spend.path("freshness").path("lag_records").asLong());
        return "counted " + number(counts.counted()) + " | " + today + " | duplicates " + number(counts.duplicates())
                + " | rejected " + number(rejected) + " | lag " + lag + phase;
    }

    private String trafficPhase() {
        if (traffic == null) {
            return "";
        }
        String failed = traffic.failed() == 0 ? "" : " | not published " + number(traffic.failed());
        return (traffic.isLive() ? "" : " | publishing the last " + DemoCommand.PAST.toDays() + " days") + failed;
    }

    /** Null where the application has no answer now, as while it starts or stops. */
    private JsonNode spendToday() {
        Instant start = Instant.now().truncatedTo(ChronoUnit.DAYS);
        URI query = http.resolve("/v1/spend?from=" + start + "&to=" + start.plus(1, ChronoUnit.DAYS));
        try {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(query).timeout(ANSWER_LIMIT).build(), HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() == 200 ? JSON.readTree(answer.body()) : null;
        } catch (IOException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private static String dollars(BigDecimal usd) {
        return String.format(Locale.ROOT, "%,.2f", usd.setScale(2, RoundingMode.HALF_EVEN));
    }

    private static String number(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }
}
