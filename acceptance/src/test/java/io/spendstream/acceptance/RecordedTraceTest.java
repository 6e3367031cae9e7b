package io.spendstream.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.cli.ReplayCommand;
import io.spendstream.runtime.AppConfig;
import io.spendstream.v1.ModelPrices;
import io.spendstream.v1.Rate;
import io.spendstream.v1.RateCard;
import io.spendstream.v1.ServiceTier;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A recorded hour of a real service, replayed twice to an application that is killed, costs what a calculator says. */
@ExtendWith(OneCluster.class)
class RecordedTraceTest {

    private static final Path TRACE = Path.of("..", "testdata", "azure_llm_2023_code.csv.gz");
    private static final long REQUESTS = 8_819;
    /** 18,059,974 tokens at 2.50 USD and 245,896 at 10.00 USD per million. */
    private static final Map<String, BigDecimal> EXPECTED = Map.of(
            "requests", BigDecimal.valueOf(REQUESTS),
            "input_tokens", new BigDecimal("18059974"),
            "output_tokens", new BigDecimal("245896"),
            "cost_usd", new BigDecimal("47.608895"));
    /** The recorded hour in about twenty seconds. */
    private static final String PACE = "180";

    @TempDir
    Path directory;

    @Test
    void theWholeTraceIsCountedOnceToTheNanoDollar(Cluster cluster) throws Exception {
        Path trace = directory.resolve("azure_llm_2023_code.csv");
        try (InputStream data = new GZIPInputStream(Files.newInputStream(TRACE))) {
            Files.copy(data, trace);
        }
        try (Scene scene = new Scene(cluster, "trace");
                AppProcess app = scene.process("app", Map.of(AppConfig.INSTANCE_ID, "app"))) {
            // Given
            app.start().client().awaitReady();
            scene.deployment.publish(List.of(gpt4o()));
            app.client().awaitPrices(List.of("gpt-4o"));

            // When
            CompletableFuture<String> first = CompletableFuture.supplyAsync(() -> replay(cluster, scene, trace, PACE));
            SpendQuestion everything = around(scene.now);
            long atTheKill = Await.until(
                    "a good part of the trace",
                    Scene.PATIENCE,
                    () -> app.client().spend(everything).requests(),
                    requests -> requests > 2_000);
            app.kill();
            app.start();
            assertThat(first.get()).contains("published " + REQUESTS + " events");
            String second = replay(cluster, scene, trace, "max");

            // Then
            assertThat(atTheKill).isLessThan(REQUESTS);
            assertThat(second).contains("published " + REQUESTS + " events");
            SpendClient client = app.client().awaitReady();
            Await.until(
                    "all of both replays decided",
                    Scene.PATIENCE,
                    () -> client.spend(everything),
                    answer -> answer.requests() >= REQUESTS && answer.lag() == 0);
            for (SpendQuestion question : questions(everything)) {
                SpendTable table = client.spend(question).table();
                EXPECTED.forEach((measure, amount) -> assertThat(table.total(measure))
                        .as("%s of %s", measure, question)
                        .isEqualByComparingTo(amount));
                assertThat(table.sumOfRows()).as("rows of %s", question).isEqualTo(table.totals());
            }
            assertThat(client.spend(everything.every("15m", "UTC")).table().rows())
                    .hasSize(4);
        }
    }

    private static List<SpendQuestion> questions(SpendQuestion everything) {
        List<SpendQuestion> questions = new ArrayList<>();
        for (String zone : List.of("UTC", "Asia/Kathmandu")) {
            for (String granularity : List.of("total", "15m", "hour", "day", "month")) {
                SpendQuestion question = everything.every(granularity, zone);
                questions.add(question);
                questions.add(question.by("feature"));
                questions.add(question.by("model", "tenant"));
                questions.add(question.where("feature", "code-completion"));
            }
        }
        return questions;
    }

    /** The trace ends at most a day before now. */
    private static SpendQuestion around(Instant now) {
        Instant day = now.truncatedTo(ChronoUnit.DAYS);
        return SpendQuestion.between(day.minus(Duration.ofDays(3)), day.plus(Duration.ofDays(2)));
    }

    private static ModelPrices gpt4o() {
        return ModelPrices.newBuilder()
                .setModel("gpt-4o")
                .setCards(List.of(RateCard.newBuilder()
                        .setEffectiveFrom(Instant.EPOCH)
                        .setRates(List.of(
                                new Rate("input_tokens", 2_500_000L, ServiceTier.STANDARD, 0L),
                                new Rate("output_tokens", 10_000_000L, ServiceTier.STANDARD, 0L)))
                        .build()))
                .build();
    }

    private static String replay(Cluster cluster, Scene scene, Path trace, String speed) {
        StringWriter out = new StringWriter();
        int exit = new CommandLine(new ReplayCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(out, true))
                .execute(
                        "--format",
                        "azure",
                        trace.toString(),
                        "--speed",
                        speed,
                        "--bootstrap-servers",
                        cluster.bootstrapServers(),
                        "--registry-url",
                        cluster.registryUrl(),
                        "--topic-prefix",
                        prefix(scene));
        assertThat(exit).as(out.toString()).isZero();
        return out.toString();
    }

    private static String prefix(Scene scene) {
        return scene.deployment.topics().usageEvents().name().replace("usage-events", "");
    }
}
