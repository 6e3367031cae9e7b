package io.spendstream.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AzureTraceTest {

    private static final String HEADER = AzureTrace.HEADER + "\n";

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                HEADER + "2023-11-16 18:17:03.9799600,4808,10\n2023-11-16 18:17:04.0000000,0,27",
                HEADER + "2023-11-16 18:17:03.9799600,4808,10\n2023-11-16 18:17:04,0,27\n",
                "\ufeff" + AzureTrace.HEADER
                        + "\r\n2023-11-16 18:17:03.979999999,4808,10\r\n2023-11-16 18:17:04.0,0,27\r\n"
            })
    void rowsAreReadWhateverTheLineEnds(String text) throws Exception {
        // Given
        AzureTrace trace = trace(text);
        List<AzureTrace.Row> rows = new ArrayList<>();

        // When
        trace.forEach(rows::add);

        // Then
        Instant first = Instant.parse("2023-11-16T18:17:03.979Z");
        Instant last = Instant.parse("2023-11-16T18:17:04Z");
        assertThat(rows).containsExactly(new AzureTrace.Row(2, first, 4_808, 10), new AzureTrace.Row(3, last, 0, 27));
        assertThat(trace.check()).isEqualTo(new AzureTrace.Summary(2, first, last, 4_808, 37));
    }

    @Test
    void theLastEventIsTheLatestWhereverItStands() throws Exception {
        // Given
        AzureTrace trace =
                trace(HEADER + "2023-11-16 18:00:00,1,1\n2023-11-16 20:00:00,1,1\n2023-11-16 17:00:00,1,1\n");

        // When
        AzureTrace.Summary summary = trace.check();

        // Then
        assertThat(summary.first()).isEqualTo("2023-11-16T17:00:00Z");
        assertThat(summary.last()).isEqualTo("2023-11-16T20:00:00Z");
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void aMistakeIsNamedWithItsLineAndWhatWasExpected(String text, String message) throws IOException {
        // Given
        AzureTrace trace = trace(text);

        // When / Then
        assertThatThrownBy(trace::check)
                .isInstanceOf(TraceException.class)
                .hasMessageStartingWith(directory.resolve("trace.csv").toString())
                .hasMessageContaining(message);
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                Arguments.of("", "line 1: expected the header TIMESTAMP,ContextTokens,GeneratedTokens, found ''"),
                Arguments.of("TIMESTAMP,ContextTokens\n", "line 1: expected the header"),
                Arguments.of("2023-11-16 18:17:03,1,1\n", "line 1: expected the header"),
                Arguments.of(AzureTrace.HEADER, "no rows after the header"),
                Arguments.of(HEADER, "no rows after the header"),
                row("2023-11-16 18:17:03,1", "expected 3 fields"),
                row("2023-11-16 18:17:03,1,1,1", "expected 3 fields"),
                row("", "expected 3 fields"),
                row("2023-11-16T18:17:03,1,1", "expected a TIMESTAMP in UTC such as"),
                row("2023-02-29 18:17:03,1,1", "expected a TIMESTAMP"),
                row("2023-11-16 24:00:00,1,1", "expected a TIMESTAMP"),
                row("16.11.2023 18:17:03,1,1", "found '16.11.2023 18:17:03'"),
                row("2023-11-16 18:17:03,-1,1", "expected ContextTokens as a whole number from 0 to 1000000000"),
                row("2023-11-16 18:17:03,1.0,1", "found '1.0'"),
                row("2023-11-16 18:17:03,1000000001,1", "expected ContextTokens"),
                row("2023-11-16 18:17:03,99999999999999999999,1", "expected ContextTokens"),
                row("2023-11-16 18:17:03,1,", "expected GeneratedTokens"),
                row("2023-11-16 18:17:03,1, 1", "found ' 1'"),
                row("2023-11-16 18:17:03,1,\u0661", "expected GeneratedTokens"),
                row("x".repeat(201), "expected a line of at most 200 characters, found 'xxx"));
    }

    /** A good line, then the bad one. */
    private static Arguments row(String line, String message) {
        return Arguments.of(HEADER + "2023-11-16 18:17:03,1,1\n" + line + "\n", message);
    }

    @Test
    void theLineOfAMistakeCountsTheHeader() throws IOException {
        AzureTrace trace = trace(HEADER + "2023-11-16 18:17:03,1,1\nnonsense\n");
        assertThatThrownBy(trace::check).hasMessageContaining("trace.csv, line 3: ");
    }

    @Test
    void whatIsNotTextIsRefused() throws IOException {
        // Given
        Path file = directory.resolve("trace.csv");
        Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});

        // When / Then
        assertThatThrownBy(new AzureTrace(file)::check)
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("not a text file in UTF-8");
    }

    private AzureTrace trace(String text) throws IOException {
        return new AzureTrace(Files.write(directory.resolve("trace.csv"), text.getBytes(StandardCharsets.UTF_8)));
    }
}
