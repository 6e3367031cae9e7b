package io.spendstream.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Values that are wrong are refused with a message that names them. */
class ValuesTest {

    private static final Set<String> SET_BY_THE_CHART = Set.of(
            "instance.id",
            "bootstrap.servers",
            "schema.registry.url",
            "http.host",
            "http.port",
            "http.advertised",
            "state.dir",
            "security.mode",
            "security.keys.file",
            "security.peer.secret",
            "security.metrics.open");

    /** Probes, tests and the service of the chart speak HTTP. */
    private static final Set<String> NOT_IN_THE_CHART =
            Set.of("http.tls.certificate", "http.tls.key", "http.tls.client.ca", "http.tls.peer.ca");

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "replica                    | 3         | replica",
                "replicas                   | 0         | replicas",
                "replicas                   | two       | replicas",
                "replicas                   | 5         | replicas is 5, but usage-events has 4 partitions",
                "kafka.bootstrapServers     | kafka     | bootstrapServers",
                "kafka.bootstrapServers     | null      | kafka.bootstrapServers is required",
                "registry.url               | null      | registry.url is required",
                "registry.url               | kafka:80  | url",
                "config.treads              | 3         | treads",
                "config.http\\.port         | 80        | http.port",
                "security.secret            | null      | security.secret is required",
                "security.secret            | Not_Mine  | secret",
                "security.mode              | maybe     | mode",
                "security.metricsOpen       | maybe     | metricsOpen",
                "config.security\\.mode     | off       | security.mode",
                "config.security\\.peer\\.secret   | abc | security.peer.secret",
                "config.security\\.keys\\.file     | /k  | security.keys.file",
                "config.security\\.metrics\\.open  | true | security.metrics.open",
                "config.http\\.tls\\.certificate   | /c  | http.tls.certificate",
                "config.security\\.oidc\\.jwks\\.url | sso:8443 | security.oidc.jwks.url",
                "config.topic\\.partitions  | 0         | topic.partitions",
                "config.log\\.format        | xml       | log.format",
                "config.metrics\\.spend     | some      | metrics.spend",
                "config.otel\\.traces\\.endpoint | collector:4318 | otel.traces.endpoint",
                "config.otel\\.traces\\.authorization | Bearer abc | config.otel.traces.authorization holds a secret",
                "config.threads[0]          | 1         | threads",
                "image.digest               | sha256:1  | digest",
                "image.pullPolicy           | Sometimes | pullPolicy",
                "resources.memory           | 1Gi       | resources.memory is 1Gi; jvm.heapMb (1024)",
                "resources.memory           | 2000      | memory",
                "jvm.heapMb                 | 500       | jvm.heapMb is 500; with one instance away another has 4 partitions",
                "terminationGracePeriodSeconds | 50     | terminationGracePeriodSeconds is 50",
                "terminationGracePeriodSeconds | 30     | terminationGracePeriodSeconds",
                "persistence.size           | 10        | size",
                "podAntiAffinity            | firm      | podAntiAffinity",
                "autoscaling.kind           | vpa       | kind",
                "ingress.enabled            | true      | ingress.host is required",
                "gatewayRoute.enabled       | true      | gatewayRoute.parentRefs is required",
                "strimzi.topics.enabled     | true      | strimzi.cluster is required",
                "kafka.properties.ssl\\.key\\.password            | abc | kafka.properties.ssl.key.password holds a secret",
                "kafka.properties.ssl\\.keystore\\.key            | abc | kafka.properties.ssl.keystore.key holds a secret",
                "kafka.properties.sasl\\.jaas\\.config            | L required username=\"u\" password=\"p\"; | kafka.properties.sasl.jaas.config holds a secret",
                "registry.properties.basic\\.auth\\.user\\.info   | u:p | registry.properties.basic.auth.user.info holds a secret",
                "registry.properties.bearer\\.auth\\.token        | abc | registry.properties.bearer.auth.token holds a secret",
                "extraEnv[0].name           | POD_NAME  | extraEnv",
                "metrics.serviceMonitor.interval | 5    | interval",
            })
    void aWrongValueIsNamed(String key, String value, String message) {
        assertThatThrownBy(() -> Chart.render(Chart.MINIMAL, Map.of(key, value)))
                .hasMessageContaining(message);
    }

    @Test
    void prometheusNeedsAKeyWhereMetricsAreNotOpen() {
        Map<String, String> set = Map.of("metrics.serviceMonitor.enabled", "true", "security.metricsOpen", "false");

        assertThatThrownBy(() -> Chart.render(Chart.MINIMAL, set))
                .hasMessageContaining("metrics.serviceMonitor.keySecret is required");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "kafka.properties.ssl\\.key\\.password           | ${file:/etc/spendstream/secrets/a/b}",
                "kafka.properties.ssl\\.keystore\\.type          | PEM",
                "kafka.properties.sasl\\.jaas\\.config           | L required password=\"${env:P}\";",
                "kafka.properties.sasl\\.oauthbearer\\.token\\.endpoint\\.url | https://sso/token",
                "registry.properties.basic\\.auth\\.credentials\\.source | USER_INFO",
                "registry.properties.bearer\\.auth\\.credentials\\.source | OAUTHBEARER",
                "config.otel\\.traces\\.authorization | ${file:/etc/spendstream/secrets/a/b}",
            })
    void whatIsNoSecretOrRefersToOneIsTaken(String key, String value) {
        String name = key.replace("\\.", ".").replace(".properties", "").replaceFirst("^config\\.", "");

        assertThat(Chart.render(Chart.MINIMAL, Map.of(key, value)).properties()).containsEntry(name, value);
    }

    @Test
    void nothingIsChangedOnTheWayIntoTheConfiguration() throws IOException {
        // Given values that are special in properties or large
        Path values = directory.resolve("values.yaml");
        Files.writeString(values, """
                config:
                  "detector.seasonal[acme/batch-*].enabled": false
                  tag.dimensions: [region, "cost centre"]
                  event.ahead.max.ms: 86400000
                kafka:
                  bootstrapServers: a:1,b:2
                  properties:
                    ssl.truststore.location: C:\\certs\\ca
                registry: {url: "http://r"}
                security: {mode: off}
                """);

        // When
        Map<Object, Object> properties = Chart.render(values).properties();

        // Then
        assertThat(properties)
                .containsEntry("security.mode", "off")
                .containsEntry("detector.seasonal[acme/batch-*].enabled", "false")
                .containsEntry("tag.dimensions", "region,cost centre")
                .containsEntry("event.ahead.max.ms", "86400000")
                .containsEntry("kafka.ssl.truststore.location", "C:\\certs\\ca");
    }

    @Test
    void theSchemaKnowsEveryKeyOfTheConfiguration() throws IOException {
        JsonNode keys = schema().at("/properties/config/properties");
        Set<String> documented = new TreeSet<>();
        Pattern.compile("^\\| `([a-z.]+)` \\|", Pattern.MULTILINE)
                .matcher(Files.readString(Path.of("../docs/configuration.md")))
                .results()
                .forEach(key -> documented.add(key.group(1)));
        documented.removeAll(SET_BY_THE_CHART);
        documented.removeAll(NOT_IN_THE_CHART);

        assertThat(documented).hasSizeGreaterThan(25);
        assertThat(keys.properties()).extracting(Map.Entry::getKey).containsExactlyInAnyOrderElementsOf(documented);
    }

    @Test
    void theSchemaKnowsEveryValueAndTakesNoOther() throws IOException {
        JsonNode values = Chart.read(Files.readString(Chart.DIRECTORY.resolve("values.yaml")))
                .get(0);

        assertThat(unknown("", values, schema())).isEmpty();
    }

    /** Values that have no place in the schema, and objects of it that would take anything. */
    private static List<String> unknown(String path, JsonNode values, JsonNode schema) {
        if (!values.isObject() || !schema.has("properties")) {
            return List.of();
        }
        List<String> found = new ArrayList<>();
        if (schema.path("additionalProperties").asBoolean(true)) {
            found.add(path + " takes anything");
        }
        values.properties().forEach(value -> {
            JsonNode of = schema.at("/properties").path(value.getKey());
            if (of.isMissingNode()) {
                found.add(path + "." + value.getKey());
            } else {
                found.addAll(unknown(path + "." + value.getKey(), value.getValue(), of));
            }
        });
        return found;
    }

    private static JsonNode schema() throws IOException {
        return new ObjectMapper()
                .readTree(Chart.DIRECTORY.resolve("values.schema.json").toFile());
    }
}
