package io.spendstream.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.OutputStreamAppender;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonLinesTest {

    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final String[] ALWAYS = {"time", "level", "logger", "thread", "message", "instance"};

    private final LoggerContext context = new LoggerContext();
    private final LogbackMDCAdapter mdc = new LogbackMDCAdapter();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Logger log = context.getLogger("io.spendstream.Test");

    @BeforeEach
    void logInText() {
        context.setMDCAdapter(mdc);
        PatternLayoutEncoder text = new PatternLayoutEncoder();
        text.setContext(context);
        text.setPattern("%msg%n");
        text.start();
        OutputStreamAppender<ILoggingEvent> appender = new OutputStreamAppender<>();
        appender.setContext(context);
        appender.setEncoder(text);
        appender.setOutputStream(out);
        appender.start();
        context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
        Logs.toJson(context, "spendstream-0");
    }

    /** Every line must be an object of its own. */
    private List<JsonNode> lines() throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        String all = out.toString(StandardCharsets.UTF_8);
        assertThat(all).endsWith("\n");
        for (String line : all.split("\n")) {
            lines.add(JSON.readTree(line));
        }
        return lines;
    }

    private JsonNode line() throws IOException {
        assertThat(lines()).hasSize(1);
        return lines().get(0);
    }

    private static List<String> keys(JsonNode object) {
        List<String> keys = new ArrayList<>();
        object.fieldNames().forEachRemaining(keys::add);
        return keys;
    }

    @Test
    void aLineSaysWhenHowGraveWhoAndWhat() throws IOException {
        log.warn("waiting for {}", "Kafka");

        JsonNode line = line();
        assertThat(keys(line)).containsExactly(ALWAYS);
        assertThat(Instant.parse(line.path("time").asText()))
                .isBetween(Instant.now().minusSeconds(60), Instant.now());
        assertThat(line.path("level").asText()).isEqualTo("WARN");
        assertThat(line.path("logger").asText()).isEqualTo("io.spendstream.Test");
        assertThat(line.path("thread").asText())
                .isEqualTo(Thread.currentThread().getName());
        assertThat(line.path("message").asText()).isEqualTo("waiting for Kafka");
        assertThat(line.path("instance").asText()).isEqualTo("spendstream-0");
    }

    @Test
    void theKeysAreThoseThatAreDocumented() throws IOException {
        List<String> keys = new ArrayList<>(List.of(ALWAYS));
        keys.addAll(JsonLines.CONTEXT);
        keys.add("error");
        assertThat(Pattern.compile("(?m)^\\| `([a-z]+)` \\|")
                        .matcher(DocTable.listed("observing.md", "log keys"))
                        .results()
                        .map(row -> row.group(1)))
                .containsExactlyElementsOf(keys);
    }

    @Test
    void whatIsKnownOfARecordIsInKeysOfItsOwnAndNothingElseIs() throws IOException {
        mdc.put("token", "marker");
        log.atWarn()
                .addKeyValue("offset", 12L)
                .addKeyValue("topic", "prices")
                .addKeyValue("partition", 3)
                .addKeyValue("task", "0_3")
                .addKeyValue("password", "marker")
                .log("refused");

        JsonNode line = line();
        assertThat(keys(line))
                .containsExactly(
                        "time",
                        "level",
                        "logger",
                        "thread",
                        "message",
                        "instance",
                        "task",
                        "topic",
                        "partition",
                        "offset");
        assertThat(line.path("offset").isIntegralNumber()).isTrue();
        assertThat(line.path("partition").asInt()).isEqualTo(3);
        assertThat(line.path("topic").asText()).isEqualTo("prices");
        assertThat(out.toString(StandardCharsets.UTF_8)).doesNotContain("marker");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "two\nlines\r\nand more",
                "\u0000 \u0007 \u001b[31m \u007f",
                "\"quoted\" \\ back",
                "日本 😀",
                "\u2028\u2029",
                ""
            })
    void anyTextIsOneLine(String text) throws IOException {
        log.info("{}", text);
        assertThat(line().path("message").asText()).isEqualTo(text);
    }

    @Test
    void halfACharacterIsNoReasonToLoseALine() throws IOException {
        log.info("a \ud83d b");
        assertThat(keys(line())).containsExactly(ALWAYS);
    }

    @Test
    void whatWasThrownIsThereWithItsCauses() throws IOException {
        Exception cause = new IllegalArgumentException("inner\nline");
        cause.addSuppressed(new IOException("besides"));
        log.error("it failed", new IllegalStateException("outer", cause));
        log.error("again", new RuntimeException());

        JsonNode line = lines().get(0);
        assertThat(keys(line)).containsExactly("time", "level", "logger", "thread", "message", "instance", "error");
        assertThat(keys(line.path("error"))).containsExactly("type", "message", "stack");
        assertThat(line.at("/error/type").asText()).isEqualTo("java.lang.IllegalStateException");
        assertThat(line.at("/error/message").asText()).isEqualTo("outer");
        assertThat(line.at("/error/stack").asText())
                .startsWith("java.lang.IllegalArgumentException: inner\nline")
                .contains("JsonLinesTest.whatWasThrown")
                .contains("Wrapped by: java.lang.IllegalStateException: outer")
                .contains("besides");
        assertThat(lines().get(1).at("/error/message").isNull()).isTrue();
    }

    @Test
    void aLongTextIsCut() throws IOException {
        log.info("x".repeat(JsonLines.TEXT_LENGTH_MAX + 1), new IllegalStateException("y".repeat(100_000)));
        assertThat(line().path("message").asText())
                .hasSize(JsonLines.TEXT_LENGTH_MAX + 3)
                .endsWith("x...");
        assertThat(out.size()).isLessThan(2 * JsonLines.TEXT_LENGTH_MAX + JsonLines.STACK_LENGTH_MAX + 1_000);
    }
}
