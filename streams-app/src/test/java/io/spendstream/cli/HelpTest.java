package io.spendstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Every command says what it takes. */
class HelpTest {

    /** The words that name each command, such as {@code prices import}; also that of all. */
    static List<String> commands() {
        List<String> commands = new ArrayList<>();
        collect("", SpendstreamCli.commandLine(), commands);
        return commands;
    }

    private static void collect(String words, CommandLine command, List<String> commands) {
        commands.add(words);
        command.getSubcommands().forEach((name, sub) -> collect(words + " " + name, sub, commands));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void helpIsAnswered(String words) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();

        int exit = SpendstreamCli.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute((words + " --help").strip().split(" "));

        assertThat(exit).as(err.toString()).isZero();
        assertThat(out.toString()).startsWith("Usage: spendstream" + words);
        assertThat(err.toString()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"replay", "prices import"})
    void whatTalksToARunningSystemTakesAllItsAddresses(String words) {
        StringWriter out = new StringWriter();
        SpendstreamCli.commandLine().setOut(new PrintWriter(out)).execute((words + " --help").split(" "));
        assertThat(out.toString())
                .contains("--bootstrap-servers", "localhost:9092")
                .contains("--registry-url", "http://localhost:8081")
                .contains("--url", "http://localhost:8080");
    }
}
