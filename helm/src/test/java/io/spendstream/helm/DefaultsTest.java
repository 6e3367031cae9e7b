package io.spendstream.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.spendstream.cli.SizeCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What the chart asks for where nobody says is what the load takes that it is documented for. */
class DefaultsTest {

    private static final Pattern COMMAND = Pattern.compile("`\\./spendstream size ([^`]+)`");

    @Test
    void the_defaults_are_enough_for_the_load_that_the_guide_names() throws IOException {
        // Given
        Matcher command = COMMAND.matcher(Files.readString(Path.of("..", "docs", "deployment.md")));
        assertThat(command.find()).isTrue();
        JsonNode values = new YAMLMapper().readTree(Files.readString(Chart.DIRECTORY.resolve("values.yaml")));

        // When
        String needed = size(command.group(1).split(" "));

        // Then
        assertThat(number(needed, "topic.partitions, cube.partitions"))
                .isEqualByComparingTo(values.at("/config/topic.partitions").decimalValue())
                .isEqualByComparingTo(values.at("/config/cube.partitions").decimalValue());
        assertThat(number(needed, "instances"))
                .isEqualByComparingTo(values.at("/replicas").decimalValue());
        assertThat(number(needed, "cores an instance takes at the peak"))
                .isLessThanOrEqualTo(
                        new BigDecimal(values.at("/resources/cpuRequest").asText()));
        assertThat(number(needed, "heap of an instance"))
                .isLessThanOrEqualTo(values.at("/jvm/heapMb").decimalValue());
        assertThat(number(needed, "memory of an instance"))
                .isLessThanOrEqualTo(gib(values, "/resources/memory").multiply(BigDecimal.valueOf(1_024)));
        assertThat(number(needed, "disk of an instance")).isLessThanOrEqualTo(gib(values, "/persistence/size"));
    }

    private static BigDecimal gib(JsonNode values, String at) {
        String text = values.at(at).asText();
        assertThat(text).endsWith("Gi");
        return new BigDecimal(text.replace("Gi", ""));
    }

    /** The first one of a line. */
    private static BigDecimal number(String printed, String what) {
        Matcher line =
                Pattern.compile("(?m)^" + Pattern.quote(what) + " +([0-9.]+)").matcher(printed);
        assertThat(line.find()).as("%s in %s", what, printed).isTrue();
        return new BigDecimal(line.group(1));
    }

    private static String size(String... options) {
        StringWriter out = new StringWriter();
        int code = new CommandLine(new SizeCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(out))
                .execute(options);
        assertThat(code).as(out.toString()).isZero();
        return out.toString();
    }
}
