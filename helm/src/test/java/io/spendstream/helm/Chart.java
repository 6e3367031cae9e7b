package io.spendstream.helm;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;

/** The chart as Helm renders it: manifests of one release. */
record Chart(List<JsonNode> manifests) {

    static final Path DIRECTORY = Path.of("spendstream").toAbsolutePath();
    static final Path MINIMAL = scenario("minimal");
    static final String NAMESPACE = "finops";

    private static final ObjectMapper YAML = new YAMLMapper(YAMLFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build());

    /** Every file of values under {@code ci/}. */
    static List<Path> scenarios() throws IOException {
        try (Stream<Path> files = Files.list(DIRECTORY.resolve("ci"))) {
            return files.sorted().toList();
        }
    }

    static Path scenario(String name) {
        return DIRECTORY.resolve("ci").resolve(name + "-values.yaml");
    }

    static Chart render(Path values) {
        return render(values, Map.of());
    }

    /**
     * Renders the chart.
     *
     * @param set more values, as for {@code --set}
     * @throws RuntimeException with what Helm says where it refuses
     */
    static Chart render(Path values, Map<String, String> set) {
        TemplateCommand template = new Helm(WithTests.DIRECTORY)
                .template()
                .withName("spendstream")
                .withNamespace(NAMESPACE)
                .withKubeVersion("1.34.0")
                .withValuesFile(values);
        set.forEach(template::set);
        return new Chart(read(template.call()));
    }

    /** A copy of the chart whose tests are rendered like everything else: the library leaves hooks out. */
    private static final class WithTests {

        private static final Path DIRECTORY = copy();

        private static Path copy() {
            Path copy = Path.of("target", "chart", "spendstream").toAbsolutePath();
            try (Stream<Path> files = Files.walk(Chart.DIRECTORY)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    Path to = copy.resolve(Chart.DIRECTORY.relativize(file).toString());
                    Files.createDirectories(to.getParent());
                    Files.writeString(to, Files.readString(file).replace("helm.sh/hook", "helm.sh/no-hook"));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return copy;
        }
    }

    /** Documents of YAML, none of which may say a key twice. */
    static List<JsonNode> read(String yaml) {
        try (JsonParser parser = YAML.createParser(yaml)) {
            return YAML.readValues(parser, JsonNode.class).readAll().stream()
                    .filter(JsonNode::isObject)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<JsonNode> all(String kind) {
        return manifests.stream()
                .filter(manifest -> manifest.path("kind").textValue().equals(kind))
                .toList();
    }

    /** The only one of its kind. */
    JsonNode one(String kind) {
        List<JsonNode> found = all(kind);
        if (found.size() != 1) {
            throw new IllegalStateException(found.size() + " of " + kind);
        }
        return found.get(0);
    }

    JsonNode statefulSet() {
        return one("StatefulSet");
    }

    JsonNode pod() {
        return statefulSet().at("/spec/template/spec");
    }

    JsonNode container() {
        return pod().at("/containers/0");
    }

    /** The application's configuration as a file. */
    String configuration() {
        return all("ConfigMap").stream()
                .map(map -> map.at("/data/spendstream.properties"))
                .filter(JsonNode::isTextual)
                .findFirst()
                .orElseThrow()
                .textValue();
    }

    Properties properties() {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(configuration()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties;
    }
}
