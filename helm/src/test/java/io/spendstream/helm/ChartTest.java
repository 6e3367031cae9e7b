package io.spendstream.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import io.spendstream.rest.RestServer;
import io.spendstream.runtime.Access;
import io.spendstream.runtime.AppConfig;
import io.spendstream.runtime.Engine;
import io.spendstream.topic.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The chart in every scenario of {@code ci/}: valid, safe, and in agreement with the application. */
class ChartTest {

    private static final Pattern SECRET_FILE = Pattern.compile("/etc/spendstream/secrets/([^/\\s\"]+)/");
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{env:([^}]*)}");

    static List<Path> scenarios() throws IOException {
        return Chart.scenarios();
    }

    @Test
    void helmFindsNothingToComplainOf() {
        LintResult result = new Helm(Chart.DIRECTORY).lint().strict().call();

        assertThat(result.isFailed())
                .as(String.join("\n", result.getMessages()))
                .isFalse();
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void everyManifestIsWhatKubernetesTakes(Path scenario) {
        Chart chart = Chart.render(scenario);

        assertThat(chart.manifests()).hasSizeGreaterThanOrEqualTo(6).allSatisfy(Strictly::check);
        assertThat(chart.manifests())
                .extracting(manifest -> manifest.path("apiVersion").asText() + "/"
                        + manifest.path("kind").asText() + "/"
                        + manifest.at("/metadata/namespace").asText() + "/"
                        + manifest.at("/metadata/name").asText())
                .doesNotHaveDuplicates();
    }

    @Test
    void theCheckItselfSeesWhatIsWrong() {
        // Given
        Chart chart = Chart.render(Chart.scenario("monitored"));

        // When a field is unknown, missing or of another type, then the check says so
        assertRefused(
                chart.statefulSet(),
                set -> ((ObjectNode) set.at("/spec/template/spec/containers/0")).put("imagePullPolice", "Always"));
        assertRefused(chart.statefulSet(), set -> ((ObjectNode) set.at("/spec")).remove("selector"));
        assertRefused(chart.statefulSet(), set -> ((ObjectNode) set.at("/spec")).put("replicas", "two"));
        assertRefused(
                chart.one("ServiceMonitor"),
                monitor -> ((ObjectNode) monitor.at("/spec/endpoints/0")).put("intervall", "5s"));
        assertRefused(
                chart.one("PrometheusRule"),
                rule -> ((ObjectNode) rule.at("/spec/groups/0/rules/0")).put("for_", "5s"));
        assertRefused(
                chart.one("HTTPRoute"),
                route -> ((ObjectNode) route.at("/spec/rules/0/backendRefs/0")).put("port", "eighty"));
    }

    private static void assertRefused(JsonNode manifest, Consumer<JsonNode> fault) {
        JsonNode broken = manifest.deepCopy();
        fault.accept(broken);
        assertThatThrownBy(() -> Strictly.check(broken)).isNotNull();
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void theApplicationTakesTheConfiguration(Path scenario, @TempDir Path directory) throws IOException {
        // Given the mounted files and the environment of a pod
        Chart chart = Chart.render(scenario);
        String configuration = chart.configuration();
        for (MatchResult secret : SECRET_FILE.matcher(configuration).results().toList()) {
            Files.writeString(
                    Files.createDirectories(directory.resolve(secret.group(1))).resolve("api-keys"), "");
        }
        for (MatchResult file : Pattern.compile("\\$\\{file:/etc/spendstream/secrets/([^}]*)}")
                .matcher(configuration)
                .results()
                .toList()) {
            Files.writeString(directory.resolve(file.group(1)), "random text of a secret\n");
        }
        Map<String, String> environment = new HashMap<>();
        chart.container()
                .at("/env")
                .forEach(variable -> environment.put(variable.path("name").asText(), "pod-1"));
        Path file = directory.resolve("spendstream.properties");
        Files.writeString(file, configuration.replace("/etc/spendstream/secrets", directory.toString()));

        // When
        AppConfig config = AppConfig.read(file, environment);

        // Then
        String port = chart.container().at("/ports/0/containerPort").asText();
        JsonNode headless = headless(chart);
        assertThat(config.instanceId()).isEqualTo("pod-1");
        assertThat(config.httpPort()).hasToString(port);
        assertThat(config.httpAdvertised())
                .isEqualTo("pod-1." + headless.at("/metadata/name").asText() + "." + Chart.NAMESPACE + ".svc:" + port);
        assertThat(config.stateDir().getParent()).hasToString(mount(chart, "state"));
        assertThat(config.topicPartitions())
                .isGreaterThanOrEqualTo(chart.statefulSet().at("/spec/replicas").asInt(1));
        try (Access access = new Access(config.security(), InstantSource.system())) {
            String name = scenario.getFileName().toString();
            assertThat(access.authenticator() == null).isEqualTo(name.startsWith("single"));
            assertThat(access.isMetricsOpen()).isEqualTo(!name.startsWith("single") && !name.startsWith("monitored"));
        }
    }

    @ParameterizedTest
    @CsvSource({"on, true", "off, false", "true, true", "false, false"})
    void securityIsOffOnlyWhereThatIsSaid(String mode, boolean on) {
        // YAML takes a bare on or off for a boolean
        Chart chart = Chart.render(Chart.MINIMAL, Map.of("security.mode", mode));
        String mounted = "/etc/spendstream/secrets/spendstream-access";

        assertThat(chart.properties())
                .containsEntry("security.mode", on ? "on" : "off")
                .satisfies(properties ->
                        assertThat(properties.get("security.keys.file")).isEqualTo(on ? mounted + "/api-keys" : null))
                .satisfies(properties -> assertThat(properties.get("security.peer.secret"))
                        .isEqualTo(on ? "${file:" + mounted + "/peer-secret}" : null));
        assertThat(texts(chart.container().at("/volumeMounts"), "mountPath").contains(mounted))
                .isEqualTo(on);
    }

    @Test
    void aSecretThatIsNamedTwiceIsMountedOnce() {
        Chart chart = Chart.render(Chart.MINIMAL, Map.of("secretMounts[0]", "spendstream-access"));

        assertThat(chart.pod().findValuesAsText("secretName")).containsExactly("spendstream-access");
    }

    @Test
    void prometheusShowsAKeyWhereMetricsAreNotOpen() {
        JsonNode endpoint =
                Chart.render(Chart.scenario("monitored")).one("ServiceMonitor").at("/spec/endpoints/0");

        assertThat(endpoint.at("/authorization/credentials/name").asText()).isEqualTo("prometheus-key");
        assertThat(endpoint.at("/authorization/credentials/key").asText()).isEqualTo("api-key");
        assertThat(Chart.render(Chart.scenario("monitored"), Map.of("security.metricsOpen", "true"))
                        .one("ServiceMonitor")
                        .at("/spec/endpoints/0")
                        .has("authorization"))
                .isFalse();
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void theTestAsksOnlyWhatIsOpenToAnyone(Path scenario) {
        JsonNode arguments = Chart.render(scenario).one("Pod").at("/spec/containers/0/args");

        assertThat(StreamSupport.stream(arguments.spliterator(), false).map(JsonNode::asText))
                .filteredOn(argument -> argument.startsWith("http"))
                .hasSize(1)
                .allSatisfy(url -> assertThat(url).endsWith("/health/ready"));
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void whatTheConfigurationRefersToIsInThePod(Path scenario) {
        Chart chart = Chart.render(scenario);
        Set<String> mounts = texts(chart.container().at("/volumeMounts"), "mountPath");
        Set<String> variables = texts(chart.container().at("/env"), "name");

        assertThat(SECRET_FILE.matcher(chart.configuration()).results().map(MatchResult::group))
                .allSatisfy(file -> assertThat(mounts).contains(file.substring(0, file.length() - 1)));
        assertThat(VARIABLE.matcher(chart.configuration()).results().map(found -> found.group(1)))
                .contains("POD_NAME")
                .isSubsetOf(variables);
        assertThat(texts(chart.pod().at("/volumes"), "name"))
                .containsAll(texts(chart.container().at("/volumeMounts"), "name").stream()
                        .filter(name -> !name.equals("state"))
                        .toList());
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void aPodMayDoNothingThatItNeedNot(Path scenario) {
        Chart chart = Chart.render(scenario);
        JsonNode pod = chart.pod();
        JsonNode container = chart.container();

        assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
        assertThat(pod.at("/securityContext/runAsUser").asInt()).isEqualTo(65532);
        assertThat(pod.at("/securityContext/fsGroup").asInt()).isEqualTo(65532);
        assertThat(pod.at("/securityContext/seccompProfile/type").asText()).isEqualTo("RuntimeDefault");
        assertThat(pod.at("/automountServiceAccountToken").asBoolean(true)).isFalse();
        assertThat(container.at("/securityContext/readOnlyRootFilesystem").asBoolean())
                .isTrue();
        assertThat(container.at("/securityContext/allowPrivilegeEscalation").asBoolean(true))
                .isFalse();
        assertThat(container.at("/securityContext/capabilities/drop/0").asText())
                .isEqualTo("ALL");
        assertThat(texts(container.at("/volumeMounts"), "mountPath")).contains("/tmp");
        assertThat(container.at("/resources/limits/memory")).isEqualTo(container.at("/resources/requests/memory"));
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void everySelectorFindsThePods(Path scenario) {
        Chart chart = Chart.render(scenario);
        JsonNode labels = chart.statefulSet().at("/spec/template/metadata/labels");

        List<JsonNode> selectors = new ArrayList<>();
        selectors.add(chart.statefulSet().at("/spec/selector/matchLabels"));
        chart.all("Service").forEach(service -> selectors.add(service.at("/spec/selector")));
        selectors.add(chart.one("PodDisruptionBudget").at("/spec/selector/matchLabels"));
        chart.all("NetworkPolicy").forEach(policy -> {
            selectors.add(policy.at("/spec/podSelector/matchLabels"));
            selectors.add(policy.at("/spec/ingress/0/from/0/podSelector/matchLabels"));
            selectors.add(policy.at("/spec/egress/0/to/0/podSelector/matchLabels"));
        });
        chart.pod().findValues("matchLabels").forEach(selectors::add);

        assertThat(selectors)
                .hasSizeGreaterThanOrEqualTo(4)
                .allSatisfy(selector -> assertThat(selector.properties())
                        .isNotEmpty()
                        .allSatisfy(
                                label -> assertThat(labels.get(label.getKey())).isEqualTo(label.getValue())));
        assertThat(chart.one("Pod").at("/metadata/labels/app.kubernetes.io~1name"))
                .as("the test's pod is no instance")
                .isNotEqualTo(labels.get("app.kubernetes.io/name"));
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void portsAgree(Path scenario) {
        Chart chart = Chart.render(scenario);
        int port = chart.container().at("/ports/0/containerPort").asInt();

        assertThat(headless(chart).at("/spec/ports/0/port").asInt()).isEqualTo(port);
        assertThat(headless(chart).at("/spec/publishNotReadyAddresses").asBoolean())
                .isTrue();
        assertThat(chart.statefulSet().at("/spec/serviceName"))
                .isEqualTo(headless(chart).at("/metadata/name"));
        chart.all("Service")
                .forEach(service -> assertThat(
                                service.at("/spec/ports/0/targetPort").asText())
                        .isEqualTo(chart.container().at("/ports/0/name").asText()));
        for (JsonNode policy : chart.all("NetworkPolicy")) {
            assertThat(policy.at("/spec/ingress/0/ports/0/port").asInt()).isEqualTo(port);
            assertThat(policy.at("/spec/egress/0/ports/0/port").asInt()).isEqualTo(port);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "minimal, 9092 8081",
        "scram, 9093 9094 443",
        "mtls, 9093 8443",
        "strimzi, 9093 8080",
        "large, 9092 8081 8443",
        "monitored, 9092 8081 4318",
    })
    void instancesMayCallKafkaAndTheRegistryWhereTheyAre(String scenario, String ports) {
        JsonNode egress =
                Chart.render(Chart.scenario(scenario)).one("NetworkPolicy").at("/spec/egress/2");

        assertThat(egress.at("/ports").findValuesAsText("port")).containsExactly(ports.split(" "));
        assertThat(egress.has("to")).isEqualTo(scenario.equals("scram"));
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void probesAskRoutesThatThereAre(Path scenario) throws IOException {
        String openApi = Files.readString(Path.of("../streams-app/src/main/resources/openapi.json"));
        Chart chart = Chart.render(scenario);
        JsonNode container = chart.container();

        assertThat(container.at("/startupProbe/httpGet/path").asText()).isEqualTo("/health/startup");
        assertThat(container.at("/livenessProbe/httpGet/path").asText()).isEqualTo("/health/live");
        assertThat(container.at("/readinessProbe/httpGet/path").asText()).isEqualTo("/health/ready");
        List<String> paths = new ArrayList<>(container.findValuesAsText("path"));
        chart.all("ServiceMonitor").forEach(monitor -> paths.addAll(monitor.findValuesAsText("path")));
        assertThat(paths)
                .hasSizeGreaterThanOrEqualTo(3)
                .allSatisfy(path -> assertThat(openApi).contains("\"" + path + "\""));
    }

    @ParameterizedTest
    @CsvSource({"large, Ingress", "monitored, HTTPRoute"})
    void routesLeadToWhatIsForCallersAndNoFurther(String scenario, String kind) {
        JsonNode route = Chart.render(Chart.scenario(scenario)).one(kind);
        List<String> paths = new ArrayList<>(route.findValuesAsText("path"));
        route.findValues("path").forEach(path -> paths.add(path.path("value").asText()));

        assertThat(paths)
                .filteredOn(path -> !path.isEmpty())
                .containsExactlyInAnyOrder("/", "/page", "/v1", "/openapi.json", "/health");
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void aStopHasMoreTimeThanItTakes(Path scenario) {
        Chart chart = Chart.render(scenario);

        assertThat(chart.pod().at("/terminationGracePeriodSeconds").asLong())
                .isGreaterThan(Engine.CLOSE_WITHIN.toSeconds()
                        + RestServer.DRAIN_SECONDS
                        + chart.container()
                                .at("/lifecycle/preStop/sleep/seconds")
                                .asLong());
    }

    @ParameterizedTest
    @CsvSource({"minimal, 2, true", "single, 1, false", "strimzi, none, true", "large, none, true"})
    void stateStaysAndWorkIsSpread(String scenario, String replicas, boolean apart) {
        Chart chart = Chart.render(Chart.scenario(scenario));
        JsonNode set = chart.statefulSet();

        assertThat(set.at("/spec/replicas").asText("none")).isEqualTo(replicas);
        assertThat(set.at("/spec/volumeClaimTemplates/0/spec/accessModes/0").asText())
                .isEqualTo("ReadWriteOnce");
        assertThat(mount(chart, "state")).isEqualTo("/var/lib/spendstream");
        assertThat(set.at("/spec/podManagementPolicy").asText()).isEqualTo("Parallel");
        assertThat(chart.one("PodDisruptionBudget").at("/spec/maxUnavailable").asInt())
                .isEqualTo(1);
        assertThat(chart.pod().at("/affinity/podAntiAffinity").isObject()).isEqualTo(apart);
        assertThat(chart.pod().at("/topologySpreadConstraints").isArray()).isEqualTo(apart);
    }

    @ParameterizedTest
    @CsvSource({
        "minimal, , , , ",
        "large, HorizontalPodAutoscaler, Ingress, , ",
        "strimzi, ScaledObject, KafkaTopic, KafkaUser, ",
        "monitored, ServiceMonitor, PrometheusRule, HTTPRoute, ",
    })
    void whatIsNotAskedForIsNotThere(String scenario, String first, String second, String third, String none) {
        Set<String> optional = Set.of(
                "HorizontalPodAutoscaler",
                "ScaledObject",
                "Ingress",
                "HTTPRoute",
                "KafkaTopic",
                "KafkaUser",
                "ServiceMonitor",
                "PrometheusRule");
        Set<String> kinds = Chart.render(Chart.scenario(scenario)).manifests().stream()
                .map(manifest -> manifest.path("kind").asText())
                .filter(optional::contains)
                .collect(Collectors.toSet());

        assertThat(kinds)
                .containsExactlyInAnyOrderElementsOf(Stream.of(first, second, third)
                        .filter(kind -> kind != null)
                        .toList());
    }

    @Test
    void strimzisTopicsAreThoseThatTheApplicationWouldMake() {
        Chart chart = Chart.render(Chart.scenario("strimzi"), Map.of("config.topic\\.prefix", "x."));

        Map<String, String> rendered = chart.all("KafkaTopic").stream()
                .collect(Collectors.toMap(
                        topic -> topic.at("/spec/topicName").asText(),
                        topic -> topic.at("/spec/partitions").asInt() + " "
                                + topic.at("/spec/config").properties().stream()
                                        .collect(Collectors.toMap(
                                                Map.Entry::getKey,
                                                e -> e.getValue().asText(),
                                                (a, b) -> a,
                                                TreeMap::new))));

        assertThat(rendered)
                .isEqualTo(Topics.withPrefix("x.").all().stream()
                        .collect(Collectors.toMap(
                                topic -> topic.name(),
                                topic -> (topic.partitions() == 0 ? 8 : topic.partitions()) + " "
                                        + new TreeMap<>(topic.config()))));
    }

    @Test
    void strimzisUserMayUseEveryTopicAndNoOthers() {
        Chart chart = Chart.render(
                Chart.scenario("strimzi"), Map.of("config.topic\\.prefix", "x.", "config.application\\.id", "meter"));
        JsonNode acls = chart.one("KafkaUser").at("/spec/authorization/acls");

        Map<String, List<String>> names = new HashMap<>();
        acls.forEach(acl -> names.computeIfAbsent(
                        acl.at("/resource/type").asText() + " "
                                + acl.at("/resource/patternType").asText(),
                        type -> new ArrayList<>())
                .add(acl.at("/resource/name").asText()));
        assertThat(names.get("topic literal"))
                .containsExactlyElementsOf(Topics.withPrefix("x.").all().stream()
                        .map(topic -> topic.name())
                        .toList());
        assertThat(names.get("topic prefix")).containsExactly("meter-");
        assertThat(names.get("group literal")).containsExactly("meter");
        assertThat(names.get("transactionalId prefix")).containsExactly("meter-");
        assertThat(names).hasSize(4);
    }

    @Test
    void kedaLooksAtTheGroupAndTopicOfTheApplication() {
        JsonNode trigger = Chart.render(
                        Chart.scenario("strimzi"),
                        Map.of("config.topic\\.prefix", "x.", "config.application\\.id", "meter"))
                .one("ScaledObject")
                .at("/spec/triggers/0/metadata");

        assertThat(trigger.path("consumerGroup").asText()).isEqualTo("meter");
        assertThat(trigger.path("topic").asText()).isEqualTo("x.usage-events");
    }

    @Test
    void aChangedConfigurationStartsInstancesAnew() {
        String checksum = "/spec/template/metadata/annotations/checksum~1config";

        assertThat(Chart.render(Chart.MINIMAL, Map.of("config.threads", "3"))
                        .statefulSet()
                        .at(checksum))
                .isNotEqualTo(Chart.render(Chart.MINIMAL).statefulSet().at(checksum));
    }

    private static JsonNode headless(Chart chart) {
        return chart.all("Service").stream()
                .filter(service -> service.at("/spec/clusterIP").asText().equals("None"))
                .findFirst()
                .orElseThrow();
    }

    private static String mount(Chart chart, String volume) {
        return StreamSupport.stream(chart.container().at("/volumeMounts").spliterator(), false)
                .filter(mount -> mount.path("name").asText().equals(volume))
                .findFirst()
                .orElseThrow()
                .path("mountPath")
                .asText();
    }

    private static Set<String> texts(JsonNode list, String field) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(element -> element.path(field).asText())
                .collect(Collectors.toSet());
    }
}
