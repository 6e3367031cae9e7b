package io.spendstream.acceptance.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spendstream.topic.Topics;
import io.spendstream.v1.UsageEvent;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The benchmark measures, and tells right answers from wrong ones; how fast it all is does not matter here. */
class BenchTest {

    private final StringWriter said = new StringWriter();
    private final StringWriter complained = new StringWriter();

    @Test
    @Timeout(480)
    void saysTheRatioAndWritesIt(@TempDir Path directory) throws Exception {
        // Given
        Path mine = Files.writeString(
                Files.createDirectory(directory.resolve("work")).resolve("mine"), "kept");

        // When
        int exit = run(
                "throughput",
                "--events",
                "20000",
                "--rounds",
                "1",
                "--warm-ups",
                "0",
                "--workdir",
                directory + "/work",
                "--json",
                directory + "/result.json");

        // Then
        assertThat(exit).as(complained.toString()).isZero();
        assertThat(said.toString()).containsPattern("ratio to floor \\d\\.\\d\\d\n$");
        JsonNode result =
                new ObjectMapper().readTree(directory.resolve("result.json").toFile());
        assertThat(result.at("/throughput/ratio_to_floor/median").asDouble()).isPositive();
        assertThat(result.at("/throughput/variants/plain_DSL/events").asLong()).isPositive();
        assertThat(result.at("/peak_resident_mb/application").asLong()).isPositive();
        assertThat(directory.resolve("work")).isDirectoryContaining(mine::equals);
        assertThat(directory.resolve("work")).isDirectoryNotContaining(file -> !file.equals(mine));
    }

    @Test
    @Timeout(240)
    void aThousandBudgetsCountRightWhateverTheyCost(@TempDir Path directory) throws Exception {
        // When
        int exit = run(
                "budgets", "--events", "20000", "--rounds", "1", "--warm-ups", "0", "--workdir", directory + "/work");

        // Then
        assertThat(exit).as(complained.toString()).isZero();
        assertThat(said.toString()).containsPattern("throughput with 1,000 budgets to without: \\d\\.\\d\\d");
    }

    @Test
    @Timeout(120)
    void aFastWrongAnswerIsNoAnswer(@TempDir Path directory) throws Exception {
        try (Site site = new Site(directory.resolve("work"), 2)) {
            // Given a ledger that knows of one event less than there are
            var topics = Topics.withPrefix("");
            site.createTopics(topics);
            Backlog backlog = new Backlog(1, 1_000, 50, Instant.now());
            Filling filling = Filling.fill(site, topics.usageEvents().name(), backlog);
            Ledger wrong = new Ledger();
            for (int i = 0; i < 1_000; i++) {
                UsageEvent event = Blank.event();
                backlog.draw(i, event);
                wrong.add(event, i == 0 || backlog.isRepeat(i));
            }
            Filling doctored = new Filling(filling.topic(), wrong, filling.bytes(), filling.seconds());

            // Then
            assertThatThrownBy(() -> new PipelineRun(site, doctored).measure(Map.of()))
                    .isInstanceOf(WrongAnswer.class);
        }
    }

    @Test
    void anOptionOutOfRangeIsRefused() {
        assertThat(run("--rounds", "0")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(complained.toString()).contains("--rounds takes 1 to 100, not 0");
    }

    private int run(String... arguments) {
        return Bench.command()
                .setOut(new PrintWriter(said, true))
                .setErr(new PrintWriter(complained, true))
                .execute(arguments);
    }
}
