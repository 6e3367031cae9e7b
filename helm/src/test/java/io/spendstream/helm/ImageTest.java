package io.spendstream.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.spendstream.image.ImageConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The chart's pods and the image that the build makes agree on users, paths, arguments and options. */
class ImageTest {

    private static final String OPTIONS = "JDK_JAVA_OPTIONS";

    static List<Path> scenarios() throws IOException {
        return Chart.scenarios();
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void aPodRunsTheImageAsItIsMade(Path scenario) {
        Chart chart = Chart.render(scenario);
        JsonNode container = chart.container();

        assertThat(texts(container.path("args"))).isEqualTo(ImageConfig.arguments());
        assertThat(container.has("command"))
                .as("its entry point is the image's")
                .isFalse();
        assertThat(container.has("workingDir")).as("so is its directory").isFalse();
        assertThat(chart.pod().at("/securityContext/runAsUser").asInt()).isEqualTo(ImageConfig.USER);
        assertThat(chart.pod().at("/securityContext/runAsGroup").asInt()).isEqualTo(ImageConfig.USER);
        assertThat(variables(container))
                .as("all but the JVM's options is the image's")
                .containsKey(OPTIONS)
                .doesNotContainKeys(ImageConfig.environment().keySet().stream()
                        .filter(name -> !name.equals(OPTIONS))
                        .toArray(String[]::new));
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void aPodMountsWhereTheImageReadsAndWrites(Path scenario) {
        Chart chart = Chart.render(scenario);
        Map<String, JsonNode> mounts = new HashMap<>();
        chart.container()
                .path("volumeMounts")
                .forEach(mount -> mounts.put(mount.path("mountPath").asText(), mount));

        assertThat(mounts).containsKeys(ImageConfig.CONFIG, ImageConfig.STATE, ImageConfig.TEMPORARY);
        assertThat(mounts.get(ImageConfig.CONFIG).path("readOnly").asBoolean()).isTrue();
        assertThat(chart.properties().getProperty("state.dir")).startsWith(ImageConfig.STATE + "/");
        assertThat(mounts.keySet())
                .as("nothing of the image is hidden")
                .noneMatch(path -> path.startsWith("/opt") || path.startsWith("/lib") || path.equals("/etc"));
        assertThat(chart.container()
                        .at("/securityContext/readOnlyRootFilesystem")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void withoutAWordTheChartTakesTheImageThatTheBuildTags() {
        Chart chart = Chart.render(Chart.MINIMAL, Map.of("image.repository", ImageConfig.NAME));

        assertThat(chart.container().path("image").asText()).isEqualTo(ImageConfig.NAME + ":0.1.0");
        assertThat(chart.properties().getProperty("http.port")).isEqualTo("" + ImageConfig.HTTP_PORT);
    }

    /** Two collectors at once, for example, would not be. */
    @ParameterizedTest
    @MethodSource("scenarios")
    void aJvmTakesTheOptionsTogether(Path scenario) throws Exception {
        List<String> command = new ArrayList<>(ImageConfig.entrypoint());
        command.set(0, Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.subList(command.indexOf("-cp"), command.size()).clear();
        command.add("-XX:+PrintFlagsFinal");
        command.add("-version");
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment()
                .put(OPTIONS, variables(Chart.render(scenario).container()).get(OPTIONS));

        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said.lines()
                        .filter(line -> line.matches("\\s+bool Use(Serial|Parallel|G1|Z|Shenandoah)GC\\s+= true.*")))
                .hasSize(1);
    }

    private static Map<String, String> variables(JsonNode container) {
        Map<String, String> variables = new HashMap<>();
        container
                .path("env")
                .forEach(variable -> variables.put(
                        variable.path("name").asText(), variable.path("value").asText()));
        return variables;
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }
}
