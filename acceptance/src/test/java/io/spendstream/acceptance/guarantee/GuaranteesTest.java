package io.spendstream.acceptance.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.acceptance.Cluster;
import io.spendstream.acceptance.OneCluster;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import picocli.CommandLine;

/** The short form of {@code ./spendstream guarantees}, and what the command says. */
class GuaranteesTest {

    /** Several faults strike one deployment, and what is promised is asserted once, when all is over. */
    private record InTurn(List<Fault> faults) implements Fault {

        @Override
        public String name() {
            return faults.stream().map(Fault::name).collect(Collectors.joining("-and-"));
        }

        @Override
        public String description() {
            return faults.stream().map(Fault::description).collect(Collectors.joining("; "));
        }

        @Override
        public void strike(Trial trial) throws IOException, InterruptedException, ExecutionException {
            for (Fault fault : faults) {
                fault.strike(trial);
            }
        }
    }

    private final StringWriter said = new StringWriter();
    private final StringWriter complained = new StringWriter();

    @Test
    @ExtendWith(OneCluster.class)
    void nothingIsLostDoubledOrWrongWhereInstancesAreKilledAndLoseTheirState(Cluster cluster) throws Exception {
        // Given
        Fault faults = new InTurn(List.of(Faults.named("kill-before-commit"), Faults.named("state-deleted")));

        // When
        Findings found = new Suite(cluster, List.of(faults), Map.of(), new PrintWriter(said)).run(1, 5);

        // Then
        assertThat(found.isClean()).as(said.toString()).isTrue();
        assertThat(said.toString().lines().reduce((before, line) -> line))
                .hasValueSatisfying(last -> assertThat(last)
                        .matches("lost 0, doubled 0, wrong 0 \\(\\d+ events, 1 faults, 1 rounds, seed 5\\)"));
    }

    @Test
    void aFaultThatThereIsNotIsRefusedWithThoseThatThereAre() {
        assertThat(run("--faults", "kill,flood")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(complained.toString()).contains("there is no fault 'flood'; there are none, kill, zombie");
    }

    @Test
    void anOptionOutOfRangeIsRefused() {
        assertThat(run("--rounds", "0")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(complained.toString()).contains("--rounds takes 1 to 10000, not 0");
        assertThat(run("--weaken", "everything")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(complained.toString()).contains("it takes at-least-once or sums-by-timer, not 'everything'");
    }

    @Test
    void theFaultsAreListed() {
        assertThat(run("--faults", "list")).isZero();
        assertThat(said.toString().lines()).hasSameSizeAs(Faults.ALL);
    }

    @Test
    void everyFaultIsInTheDocument() throws Exception {
        List<String> documented = Files.readAllLines(Path.of("..", "docs", "guarantees.md")).stream()
                .dropWhile(line -> !line.equals("## Faults"))
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.substring(3, line.indexOf('`', 3)))
                .toList();
        assertThat(documented).isEqualTo(Faults.ALL.stream().map(Fault::name).toList());
    }

    private int run(String... arguments) {
        return Guarantees.command()
                .setOut(new PrintWriter(said, true))
                .setErr(new PrintWriter(complained, true))
                .execute(arguments);
    }
}
