package io.spendstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class DetectCommandTest {

    private static final Instant START = Instant.parse("2026-11-02T00:00:00Z");
    private static final Instant SPIKE = START.plus(Duration.ofDays(9)).plus(Duration.ofHours(14));

    @TempDir
    private Path dir;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void files() throws IOException {
        StringBuilder plain = new StringBuilder("timestamp,value\n");
        StringBuilder spend = new StringBuilder("feature,start,requests,cost_usd,cache_savings_usd\r\n");
        for (Instant at = START; at.isBefore(START.plus(Duration.ofDays(10))); at = at.plus(Duration.ofMinutes(15))) {
            boolean spikes = !at.isBefore(SPIKE) && at.isBefore(SPIKE.plus(Duration.ofHours(1)));
            int cents = (spikes ? 500 : 100) + (int) (at.getEpochSecond() / 900 * 7 % 13);
            plain.append(at.toString().replace('T', ' ').replace("Z", ""))
                    .append(',')
                    .append(cents)
                    .append('\n');
            spend.append("chat,")
                    .append(at)
                    .append(",")
                    .append(cents / 5)
                    .append(",")
                    .append(cents / 100.0)
                    .append(",-0.1\r\n");
        }
        Files.writeString(dir.resolve("plain.csv"), plain);
        Files.writeString(dir.resolve("spend.csv"), spend);
        Files.writeString(dir.resolve("labels.csv"), "from,to\n2026-11-11T13:00:00Z,2026-11-11T18:00:00Z\n");
        Files.writeString(
                dir.resolve("labels.json"),
                "{\"series/plain.csv\": [], \"plain.csv\": [[\"2026-11-05 13:00:00\", \"2026-11-05 18:00:00\"]]}");
        Files.writeString(dir.resolve("none.csv"), "time,value\n");
        Files.writeString(dir.resolve("wrong.csv"), "time,value\n2026-11-02T00:00:00Z,1\n2026-11-02T00:15:00Z,-1\n");
        Files.writeString(dir.resolve("when.csv"), "time,value\nsoon,1\n");
        Files.writeString(dir.resolve("short.csv"), "time,value\n2026-11-02T00:00:00Z\n");
        Files.writeString(dir.resolve("columns.csv"), "day,value\n1,1\n");
        Files.writeString(dir.resolve("both.csv"), "time,value,cost_usd\n2026-11-02T00:00:00Z,1,1\n");
        Files.writeString(dir.resolve("half.csv"), "time,cost_usd,requests\n2026-11-02T00:00:00Z,1,0.5\n");
        Files.writeString(dir.resolve("backwards.csv"), "from,to\n2026-11-11T13:00:00Z,2026-11-10T13:00:00Z\n");
    }

    @Test
    void aSpikeIsToldOnceAsThePipelineWould() {
        assertThat(run("spend.csv")).as(err.toString()).isZero();

        assertThat(lines())
                .hasSize(2)
                .first()
                .asString()
                .startsWith("2026-11-11T14:")
                .contains("seasonal: Tenant default has spent ");
        assertThat(lines().get(1)).endsWith("spend.csv: 1 notifications");
    }

    @Test
    void labelsSayHowRightItIs() {
        assertThat(run("plain.csv", "--usd-per-unit", "0.01", "--labels", "labels.csv"))
                .as(err.toString())
                .isZero();
        assertThat(lines().get(0)).startsWith("inside  2026-11-11T14:");
        assertThat(lines().get(1))
                .endsWith("plain.csv: 1 of 1 windows found, 0 of 1 notifications outside of windows:"
                        + " precision 1.00, recall 1.00");
    }

    @Test
    void severalSeriesAreCountedTogetherAndFoundByNameInJson() {
        assertThat(run("plain.csv", "plain.csv", "--usd-per-unit", "0.01", "--labels", "labels.json"))
                .as(err.toString())
                .isZero();
        assertThat(lines().get(0)).startsWith("outside 2026-11-11T14:");
        assertThat(lines())
                .last()
                .asString()
                .isEqualTo("all: 0 of 2 windows found, 2 of 2 notifications outside of windows:"
                        + " precision 0.00, recall 0.00");
    }

    @Test
    void whatIsSetHoldsAndWhatIsLearntFromIsNotTold() {
        run("spend.csv", "--set", "detector.seasonal.enabled=false", "--set", "detector.daily_ratio.enabled=false");
        assertThat(out.toString()).doesNotContain("seasonal:");
        run("spend.csv", "--learn-days", "10");
        assertThat(lines()).last().asString().endsWith("spend.csv: 0 notifications");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "missing.csv|missing.csv is not there",
                "none.csv|has no rows after its header",
                "wrong.csv|line 3: value takes a number of at least 0",
                "when.csv|line 2: time takes a time such as 2026-11-21T14:30:00Z, found 'soon'",
                "short.csv|line 2: the column value is missing",
                "columns.csv|needs a column start, time or timestamp; it has day, value",
                "both.csv|needs either a column value or a column cost_usd",
                "half.csv|line 2: requests takes a whole number, found '0.5'",
                "plain.csv --labels missing.csv|missing.csv is not there",
                "plain.csv --labels plain.csv|needs the columns from and to",
                "plain.csv --labels backwards.csv|the earlier first",
                "spend.csv --labels labels.json|has no windows, not even none, for",
                "plain.csv --set detector.seasonal.colour=red|colour",
                "--learn-days 1|Missing required parameter",
            })
    void whatIsWrongIsNamed(String arguments, String why) {
        assertThat(run(arguments.split(" "))).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains(why);
    }

    private int run(String... arguments) {
        List<String> line = new ArrayList<>();
        for (String argument : arguments) {
            boolean file = argument.endsWith(".csv") || argument.endsWith(".json");
            line.add(file ? dir.resolve(argument).toString() : argument);
        }
        return new CommandLine(new DetectCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(line.toArray(String[]::new));
    }

    private List<String> lines() {
        return out.toString().lines().toList();
    }
}
