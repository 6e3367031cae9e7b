package io.spendstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.spendstream.pricing.PricesJson;
import io.spendstream.pricing.ShippedPrices;
import io.spendstream.v1.ModelPrices;
import io.spendstream.v1.RateCard;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class PricesCommandTest {

    private static final Instant NOW = Instant.parse("2026-08-15T10:00:00Z");
    private static final String CATALOGUE = """
            {"sample_spec": {},
             "gpt-4o": {"input_cost_per_token": 2.5e-06, "output_cost_per_token": 1e-05, "litellm_provider": "openai"},
             "gemini/gemini 2+%s": {"input_cost_per_token": 1e-06, "litellm_provider": "gemini"},
             "odd": {"input_cost_per_token": 1e-06, "cost_per_zebra": 1, "litellm_provider": "x"},
             "none": {"litellm_provider": "x"}}
            """.formatted("ü");

    @TempDir
    private Path dir;

    private final Map<String, ModelPrices> book = new ConcurrentSkipListMap<>();
    /** Answers to puts, each used once, before puts are taken: status and Retry-After. */
    private final Queue<String[]> trouble = new ConcurrentLinkedQueue<>();

    private final Queue<Duration> waits = new ConcurrentLinkedQueue<>();
    private final Queue<String> paths = new ConcurrentLinkedQueue<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private HttpServer server;
    private ExecutorService threads;
    private Path file;

    @BeforeEach
    void start() throws IOException {
        file = Files.writeString(dir.resolve("catalogue.json"), CATALOGUE);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        threads = Executors.newCachedThreadPool();
        server.setExecutor(threads);
        server.createContext("/v1/prices", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    void newModelsArePricedFromTheStartOf1970() {
        int code = run();

        assertThat(code).as(err.toString()).isZero();
        assertThat(book).containsOnlyKeys("gpt-4o", "gemini/gemini 2+ü", "odd");
        assertThat(book.get("gpt-4o").getCards())
                .extracting(RateCard::getEffectiveFrom)
                .containsExactly(Instant.EPOCH);
        assertThat(out.toString())
                .contains("4 entries: 3 priced")
                .contains("not represented: 1")
                .contains("3 new, 0 changed, 0 as they were, 0 failed");
    }

    @Test
    void aModelsNameIsOneSegmentOfThePath() {
        run("--only", "gemini*");

        assertThat(paths).containsExactly("/v1/prices", "/v1/prices/gemini%2Fgemini%202%2B%C3%BC");
    }

    @Test
    void importingAgainChangesNothing() {
        run();
        paths.clear();

        int code = run();

        assertThat(code).isZero();
        assertThat(paths).containsExactly("/v1/prices");
        assertThat(out.toString()).contains("0 new, 0 changed, 3 as they were, 0 failed");
    }

    @ParameterizedTest
    @CsvSource({
        ",2026-08-15T10:00:00Z",
        "2026-09-01,2026-09-01T00:00:00Z",
        "2026-09-01T02:00:00+02:00,2026-09-01T00:00:00Z"
    })
    void otherPricesOfAKnownModelStartNowOrWhenAsked(String effectiveFrom, Instant start) {
        // Given
        put("gpt-4o", "1970-01-01T00:00:00Z", 1);

        // When
        int code = effectiveFrom == null ? run() : run("--effective-from", effectiveFrom);

        // Then
        assertThat(code).isZero();
        assertThat(book.get("gpt-4o").getCards())
                .extracting(RateCard::getEffectiveFrom)
                .containsExactly(Instant.EPOCH, start);
        assertThat(book.get("gpt-4o").getCards().get(0).getRates().get(0).getPicoUsdPerUnit())
                .isEqualTo(1);
    }

    @Test
    void aCardThatWouldBeReplacedFailsAndTheRestGoesOn() {
        put("gpt-4o", "2026-08-01T00:00:00Z", 1);

        int code = run("--effective-from", "2026-08-01");

        assertThat(code).isEqualTo(1);
        assertThat(err.toString()).contains("failed: gpt-4o: a card from 2026-08-01T00:00:00Z with other rates");
        assertThat(book).hasSize(3);
        assertThat(book.get("gpt-4o").getCards()).hasSize(1);
    }

    @Test
    void aDryRunSaysWhatWouldChangeAndChangesNothing() {
        put("gpt-4o", "1970-01-01T00:00:00Z", 1);

        int code = run("--dry-run");

        assertThat(code).isZero();
        assertThat(paths).containsExactly("/v1/prices");
        assertThat(out.toString()).contains("dry run").contains("2 new, 1 changed, 0 as they were, 0 failed");
    }

    @Test
    void aDryRunNeedsNoApplication() {
        server.stop(0);

        int code = run("--dry-run");

        assertThat(code).isZero();
        assertThat(out.toString()).contains("compared with an empty one").contains("3 new");
    }

    @ParameterizedTest
    @CsvSource({"429, 7, PT7S", "503, 7, PT7S", "503, , PT0.5S", "503, 999999, PT30S", "503, soon, PT0.5S"})
    void aBusyApplicationIsAskedAgainWhenItSaid(String status, String retryAfter, Duration wait) {
        trouble.add(new String[] {status, retryAfter});

        int code = run("--only", "gpt-4o");

        assertThat(code).isZero();
        assertThat(waits).containsExactly(wait);
        assertThat(book).containsOnlyKeys("gpt-4o");
    }

    @Test
    void thereIsAnEndToAskingAgain() {
        for (int i = 0; i < RestClient.ATTEMPTS_MAX; i++) {
            trouble.add(new String[] {"503", null});
        }

        int code = run("--only", "gpt-4o");

        assertThat(code).isEqualTo(1);
        assertThat(waits).hasSize(RestClient.ATTEMPTS_MAX - 1);
        assertThat(err.toString()).contains("failed: gpt-4o: answered 503: trouble");
    }

    @Test
    void aRefusalIsNamedAndNotRepeated() {
        trouble.add(new String[] {"400", null});

        int code = run("--only", "gpt-4o");

        assertThat(code).isEqualTo(1);
        assertThat(waits).isEmpty();
        assertThat(err.toString()).contains("failed: gpt-4o: answered 400: trouble");
        assertThat(out.toString()).contains("0 new, 0 changed, 0 as they were, 1 failed");
    }

    @Test
    void withoutAnApplicationItSaysWhatIsMissing() {
        server.stop(0);

        assertThat(run()).isEqualTo(1);

        assertThat(err.toString())
                .contains("could not be read: cannot connect to")
                .contains("is the application running?");
    }

    @Test
    void theReportIsWritten() throws IOException {
        Path report = dir.resolve("report.json");
        put("gpt-4o", "2026-08-01T00:00:00Z", 1);

        run("--report", report.toString(), "--effective-from", "2026-08-01");

        JsonNode node = new ObjectMapper().readTree(Files.readString(report));
        assertThat(node.path("unrepresented").path(0).path("field").asText()).isEqualTo("cost_per_zebra");
        assertThat(node.path("without_price").path(0).asText()).isEqualTo("none");
        assertThat(node.path("new")).hasSize(2);
        assertThat(node.path("failed").has("gpt-4o")).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"gpt-4o,1", "gpt*,1", "*,3", "*d,1", "g*o,1", "g*,2", "gpt,0", "g.t-4o,0"})
    void onlyTakesModelsByName(String pattern, int count) {
        assertThat(run("--only", pattern)).isZero();

        assertThat(book).hasSize(count);
    }

    @Test
    void aWrongCommandLineIsExplained() throws IOException {
        assertThat(execute("prices", "import", "--format", "litellm", "absent.json"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("absent.json is not there");
        assertThat(execute("prices", "import", "--format", "other", file.toString()))
                .isEqualTo(2);
        assertThat(run("--effective-from", "soon")).isEqualTo(2);
        assertThat(err.toString()).contains("neither a day such as 2026-08-01");
        Files.writeString(file, "[]");
        assertThat(run()).isEqualTo(2);
        assertThat(err.toString()).contains("is no LiteLLM price map");
    }

    @Test
    void theShippedPricesGoInWhereTheBookKnowsNone() {
        // Given
        put("gpt-4o", "1970-01-01T00:00:00Z", 1);
        ModelPrices mine = book.get("gpt-4o");
        int shipped = ShippedPrices.load().size();

        // When
        int code = execute("prices", "import", "--format", "shipped", "--url", url());

        // Then
        assertThat(code).as(err.toString()).isZero();
        assertThat(book).hasSize(shipped).containsEntry("gpt-4o", mine);
        assertThat(out.toString()).contains((shipped - 1) + " new, 0 changed, 1 as they were, 0 failed");
    }

    @Test
    void theShippedPricesTakeNoFileAndACatalogueTakesOne() {
        assertThat(execute("prices", "import", "--format", "shipped", file.toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--format shipped takes no FILE");
        assertThat(execute("prices", "import", "--format", "shipped", "--effective-from", "2026-08-01"))
                .isEqualTo(2);
        assertThat(execute("prices", "import", "--format", "litellm")).isEqualTo(2);
        assertThat(err.toString()).contains("--format litellm takes a FILE");
    }

    @Test
    void theLauncherCanMakeTheCommandByItself() {
        int code = new CommandLine(new Launcher())
                .setOut(new PrintWriter(out, true))
                .execute("prices", "import", "--help");

        assertThat(code).isZero();
        assertThat(out.toString()).contains("--effective-from=TIME").contains("Loads a price catalogue");
    }

    private int run(String... options) {
        List<String> args =
                new ArrayList<>(List.of("prices", "import", "--format", "litellm", file.toString(), "--url", url()));
        args.addAll(List.of(options));
        return execute(args.toArray(String[]::new));
    }

    private String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    }

    @CommandLine.Command(name = "spendstream", subcommands = PricesCommand.class)
    static class Launcher {}

    private int execute(String... args) {
        return new CommandLine(new Launcher(), new CommandLine.IFactory() {
                    @Override
                    public <K> K create(Class<K> type) throws Exception {
                        return type == PricesCommand.Import.class
                                ? type.cast(new PricesCommand.Import(Clock.fixed(NOW, ZoneOffset.UTC), waits::add))
                                : CommandLine.defaultFactory().create(type);
                    }
                })
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }

    private void put(String model, String from, long pico) {
        book.put(model, PricesJson.read("""
                                {"cards": [{"effective_from": "%s", "rates": [
                                  {"meter": "input_tokens", "pico_usd_per_unit": %d}]}]}
                                """.formatted(from, pico), model).prices());
    }

    private void answer(HttpExchange exchange) throws IOException {
        paths.add(exchange.getRequestURI().getRawPath());
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        if (exchange.getRequestMethod().equals("GET")) {
            respond(exchange, 200, PricesJson.writeBook(book.values()));
            return;
        }
        String[] instead = trouble.poll();
        if (instead != null) {
            if (instead[1] != null) {
                exchange.getResponseHeaders().add("Retry-After", instead[1]);
            }
            respond(exchange, Integer.parseInt(instead[0]), "trouble");
            return;
        }
        String model = URLDecoder.decode(
                exchange.getRequestURI().getRawPath().substring("/v1/prices/".length()), StandardCharsets.UTF_8);
        PricesJson.Reading reading = PricesJson.read(body, model);
        if (reading.prices() == null) {
            respond(exchange, 400, reading.faults().toString());
        } else {
            book.put(model, reading.prices());
            respond(exchange, 200, body);
        }
    }

    private static void respond(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
