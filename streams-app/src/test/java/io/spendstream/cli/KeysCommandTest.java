package io.spendstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.access.ApiKeys;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeysCommandTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... more) {
        String[] words = new String[more.length + 2];
        words[0] = "keys";
        words[1] = "create";
        System.arraycopy(more, 0, words, 2, more.length);
        return SpendstreamCli.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(words);
    }

    @Test
    void theKeyIsOnTheFirstLineAndWhatTheFileTakesOnTheSecond() {
        // When
        int exit = run("--name", "gateway", "--scopes", "admit,publish", "--tenants", "acme,globex");

        // Then
        String[] lines = out.toString().split("\\R");
        assertThat(exit).as(err.toString()).isZero();
        assertThat(lines).hasSize(2);
        assertThat(ApiKeys.parse(lines[1], 1).find(lines[0], Instant.EPOCH))
                .hasValueSatisfying(caller -> assertThat(caller.tenants()).containsExactlyInAnyOrder("acme", "globex"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--name n --scopes write --tenants acme | no scope 'write'; scopes are publish, read, admit, administer",
                "--name n --scopes read --tenants acme,* | names tenants beside *",
                "--name n --scopes read --tenants acme --expires soon | 2027-01-01",
                "--name n --scopes read --tenants acme --expires 2020-01-01T00:00:00Z | expired already",
                "--name n --scopes read | --tenants",
            })
    void aWrongOptionIsNamed(String options, String says) {
        assertThat(run(options.split(" "))).isEqualTo(2);
        assertThat(err.toString()).contains(says);
        assertThat(out.toString()).isEmpty();
    }
}
