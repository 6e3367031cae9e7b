package io.spendstream.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** What the launcher says before it starts anything, called through a symbolic link from elsewhere. */
@Timeout(60)
class LauncherTest {

    @TempDir
    Path elsewhere;

    private Path link;

    private record Outcome(int exitCode, String output, String errors) {}

    @BeforeEach
    void linkToIt() throws IOException {
        Path launcher = Path.of("..", "spendstream").toRealPath();
        Path first = Files.createSymbolicLink(elsewhere.resolve("first"), launcher);
        link = Files.createSymbolicLink(elsewhere.resolve("second"), first.getFileName());
    }

    @AfterEach
    void removeTheLinks() throws IOException {
        Files.delete(elsewhere.resolve("second"));
        Files.delete(elsewhere.resolve("first"));
    }

    @Test
    void says_its_version() throws Exception {
        Outcome outcome = call(Map.of(), "version");

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.output()).matches("spendstream \\d+\\.\\d+\\.\\d+\\R");
    }

    @Test
    void help_lists_the_commands() throws Exception {
        Outcome outcome = call(Map.of(), "help");

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.output())
                .contains("demo", "sandbox", "run", "replay", "prices", "connect", "bench", "guarantees");
    }

    @Test
    void no_command_is_a_mistake() throws Exception {
        Outcome outcome = call(Map.of());

        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.errors()).contains("usage: spendstream COMMAND");
    }

    @Test
    void an_unknown_command_is_named() throws Exception {
        Outcome outcome = call(Map.of(), "dance");

        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.errors()).contains("there is no command 'dance'").contains("usage:");
    }

    @Test
    void a_missing_java_is_named() throws Exception {
        Outcome outcome = call(Map.of("JAVA_HOME", elsewhere.toString()), "demo");

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.errors()).contains("JAVA_HOME is " + elsewhere).contains("17 or later");
    }

    @Test
    void a_reconciliation_that_cannot_start_is_told_from_one_beyond_its_tolerance() throws Exception {
        Outcome outcome = call(Map.of("JAVA_HOME", elsewhere.toString()), "reconcile");

        assertThat(outcome.exitCode()).isEqualTo(2);
    }

    @Test
    void an_old_java_is_refused_with_its_version() throws Exception {
        // Given
        Path java = Files.createDirectories(elsewhere.resolve("bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();

        // When
        Outcome outcome = call(Map.of("JAVA_HOME", elsewhere.toString()), "demo");

        // Then
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.errors()).contains("17 or later is needed").contains("11.0.2");
    }

    /** Maven would build whatever a pom asks for, also what the launcher does not watch. */
    @ParameterizedTest
    @ValueSource(strings = {"streams-app", "sandbox", "acceptance", "connectors"})
    void a_module_is_built_from_what_its_pom_asks_for_and_no_more(String module) throws Exception {
        // Given
        Matcher listed = Pattern.compile("(?m)^ *" + module + "\\) echo (.+) ;;$")
                .matcher(Files.readString(Path.of("..", "spendstream")));
        assertThat(listed.find()).isTrue();

        // When
        Set<String> needed = new LinkedHashSet<>();
        addNeeded(module, needed);

        // Then
        assertThat(listed.group(1).split(" ")).containsExactlyInAnyOrderElementsOf(needed);
    }

    /** Outside of profiles, as tests are skipped. */
    private static void addNeeded(String module, Set<String> needed) throws Exception {
        if (!needed.add(module)) {
            return;
        }
        Document pom = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(Path.of("..", module, "pom.xml").toFile());
        NodeList dependencies = (NodeList) XPathFactory.newInstance()
                .newXPath()
                .evaluate(
                        "/project/dependencies/dependency[groupId='io.spendstream']/artifactId",
                        pom,
                        XPathConstants.NODESET);
        for (int i = 0; i < dependencies.getLength(); i++) {
            addNeeded(dependencies.item(i).getTextContent(), needed);
        }
    }

    private Outcome call(Map<String, String> environment, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(link.toString()));
        command.addAll(List.of(arguments));
        Path errors = elsewhere.resolve("errors");
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(elsewhere.toFile()).redirectError(errors.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Outcome(process.exitValue(), output, Files.readString(errors));
    }
}
