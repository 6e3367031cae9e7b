package io.spendstream.helm;

import com.fasterxml.jackson.databind.AnnotationIntrospector;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import io.kubernetes.client.openapi.JSON;
import io.strimzi.api.kafka.model.topic.KafkaTopic;
import io.strimzi.api.kafka.model.user.KafkaUser;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Checks manifests as strictly as an API server with strict field validation: unknown fields, missing ones and values of
 * wrong types. Kinds of Kubernetes itself are looked at by two libraries, as the one knows the fields and the other the
 * types.
 */
final class Strictly {

    private static final Map<String, String> KUBERNETES = Map.of(
            "v1/ConfigMap", "V1ConfigMap",
            "v1/Pod", "V1Pod",
            "v1/Service", "V1Service",
            "v1/ServiceAccount", "V1ServiceAccount",
            "apps/v1/StatefulSet", "V1StatefulSet",
            "autoscaling/v2/HorizontalPodAutoscaler", "V2HorizontalPodAutoscaler",
            "networking.k8s.io/v1/Ingress", "V1Ingress",
            "networking.k8s.io/v1/NetworkPolicy", "V1NetworkPolicy",
            "policy/v1/PodDisruptionBudget", "V1PodDisruptionBudget");

    private static final Map<String, Class<?>> TYPES = Map.ofEntries(
            Map.entry("v1/ConfigMap", io.fabric8.kubernetes.api.model.ConfigMap.class),
            Map.entry("v1/Pod", io.fabric8.kubernetes.api.model.Pod.class),
            Map.entry("v1/Service", io.fabric8.kubernetes.api.model.Service.class),
            Map.entry("v1/ServiceAccount", io.fabric8.kubernetes.api.model.ServiceAccount.class),
            Map.entry("apps/v1/StatefulSet", io.fabric8.kubernetes.api.model.apps.StatefulSet.class),
            Map.entry(
                    "autoscaling/v2/HorizontalPodAutoscaler",
                    io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler.class),
            Map.entry("networking.k8s.io/v1/Ingress", io.fabric8.kubernetes.api.model.networking.v1.Ingress.class),
            Map.entry(
                    "networking.k8s.io/v1/NetworkPolicy",
                    io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy.class),
            Map.entry(
                    "policy/v1/PodDisruptionBudget",
                    io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget.class),
            Map.entry("gateway.networking.k8s.io/v1/HTTPRoute", HTTPRoute.class),
            Map.entry("monitoring.coreos.com/v1/ServiceMonitor", ServiceMonitor.class),
            Map.entry("monitoring.coreos.com/v1/PrometheusRule", PrometheusRule.class),
            Map.entry("kafka.strimzi.io/v1/KafkaTopic", KafkaTopic.class),
            Map.entry("kafka.strimzi.io/v1/KafkaUser", KafkaUser.class));

    /** There is no library of KEDA's types: the fields of its reference that the chart uses. */
    private static final Set<String> KEDA = Set.of(
            "apiVersion",
            "kind",
            "metadata",
            "spec/scaleTargetRef/apiVersion",
            "spec/scaleTargetRef/kind",
            "spec/scaleTargetRef/name",
            "spec/minReplicaCount",
            "spec/maxReplicaCount",
            "spec/pollingInterval",
            "spec/advanced/horizontalPodAutoscalerConfig/behavior",
            "spec/triggers/type",
            "spec/triggers/metadata/bootstrapServers",
            "spec/triggers/metadata/consumerGroup",
            "spec/triggers/metadata/topic",
            "spec/triggers/metadata/lagThreshold",
            "spec/triggers/authenticationRef/name");

    private static final ObjectMapper MAPPER = mapper();

    private Strictly() {}

    /**
     * @throws Exception which says what is wrong with the manifest
     */
    static void check(JsonNode manifest) throws Exception {
        String kind = manifest.path("apiVersion").asText() + "/"
                + manifest.path("kind").asText();
        if (kind.equals("keda.sh/v1alpha1/ScaledObject")) {
            checkKeda(manifest);
            return;
        }
        if (!TYPES.containsKey(kind)) {
            throw new IllegalArgumentException("nothing is known of " + kind);
        }
        if (KUBERNETES.containsKey(kind)) {
            new JSON(); // the models use what it sets up
            Class.forName("io.kubernetes.client.openapi.models." + KUBERNETES.get(kind))
                    .getMethod("validateJsonElement", JsonElement.class)
                    .invoke(null, JsonParser.parseString(manifest.toString()));
        }
        MAPPER.treeToValue(manifest, TYPES.get(kind));
    }

    private static void checkKeda(JsonNode manifest) {
        Set<String> unknown = new TreeSet<>();
        collect("", manifest, unknown);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("unknown fields of a ScaledObject: " + unknown);
        }
        manifest.at("/spec/triggers/0/metadata").forEach(value -> {
            if (!value.isTextual()) {
                throw new IllegalArgumentException("the metadata of a trigger are texts, not " + value);
            }
        });
    }

    private static void collect(String path, JsonNode node, Set<String> unknown) {
        if (KEDA.contains(path)) {
            return;
        }
        if (node.isObject()) {
            node.properties()
                    .forEach(field -> collect(
                            path.isEmpty() ? field.getKey() : path + "/" + field.getKey(), field.getValue(), unknown));
        } else if (node.isArray()) {
            node.forEach(element -> collect(path, element, unknown));
        } else {
            unknown.add(path);
        }
    }

    private static ObjectMapper mapper() {
        JsonMapper.Builder builder = JsonMapper.builder()
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .annotationIntrospector(
                        AnnotationIntrospector.pair(new NothingElse(), new JacksonAnnotationIntrospector()));
        // Jackson would write numbers and truth values as texts; an API server refuses them.
        for (CoercionInputShape shape :
                Set.of(CoercionInputShape.Integer, CoercionInputShape.Float, CoercionInputShape.Boolean)) {
            builder.withCoercionConfig(LogicalType.Textual, config -> config.setCoercion(shape, CoercionAction.Fail));
        }
        return builder.build();
    }

    /** The types would take unknown fields into a map. */
    private static final class NothingElse extends JacksonAnnotationIntrospector {

        private static final long serialVersionUID = 1;

        @Override
        public Boolean hasAnySetter(Annotated annotated) {
            return false;
        }
    }
}
