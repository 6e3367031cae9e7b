package io.spendstream.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** Every command says what it takes. */
class HelpTest {

    /** The words that name each command, such as {@code prices import}; also that of all. */
    static List<String> commands() {
        List<String> commands = new ArrayList<>();
        collect("", SandboxCli.commandLine(), commands);
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

        int exit = SandboxCli.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute((words + " --help").strip().split(" "));

        assertThat(exit).as(err.toString()).isZero();
        assertThat(out.toString()).startsWith("Usage: spendstream" + words);
        assertThat(err.toString()).isEmpty();
    }
}
