package io.spendstream.sandbox.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spendstream.sandbox.PortInUse;
import io.spendstream.schema.ConfluentSchemaRegistry;
import io.spendstream.schema.SchemaRegistry;
import io.spendstream.schema.SchemaRejectedException;
import io.spendstream.schema.UnknownSchemaException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The Confluent API as its clients use it: by the genuine Java client, and byte for byte over HTTP. */
@Timeout(120)
class DevelopmentRegistryTest {

    private static final String V1 = record("{'name':'id','type':'string'}");
    private static final String V2_OPTIONAL =
            record("{'name':'id','type':'string'},{'name':'n','type':'long','default':0}");
    private static final String V2_REQUIRED = record("{'name':'id','type':'string'},{'name':'n','type':'long'}");
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path directory;

    private DevelopmentRegistry registry;
    private final HttpClient http = HttpClient.newHttpClient();

    @BeforeEach
    void start() throws IOException {
        registry = new DevelopmentRegistry(stateFile(), 0);
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    @Nested
    class TheGenuineClient {

        @Test
        void registers_and_fetches_schemas() throws Exception {
            try (SchemaRegistry client = client()) {
                // When
                int first = client.register("a-value", V1);
                int again = client.register("a-value", V1);
                int elsewhere = client.register("b-value", V1);
                int second = client.register("a-value", V2_OPTIONAL);

                // Then
                assertThat(again).isEqualTo(first);
                assertThat(elsewhere).isEqualTo(first);
                assertThat(second).isNotEqualTo(first);
                try (SchemaRegistry fresh = client()) {
                    assertThat(JSON.readTree(fresh.schemaById(second))).isEqualTo(JSON.readTree(V2_OPTIONAL));
                    assertThat(fresh.versions("a-value").keySet()).containsExactly(first, second);
                    assertThat(fresh.versions("nowhere")).isEmpty();
                }
            }
        }

        @Test
        void sees_what_was_registered_before_the_restart() throws Exception {
            // Given
            int id;
            try (SchemaRegistry client = client()) {
                client.setCompatibility("a-value", "FULL_TRANSITIVE");
                id = client.register("a-value", V1);
            }

            // When
            int port = registry.url().getPort();
            registry.close();
            registry = new DevelopmentRegistry(stateFile(), port);

            // Then
            try (SchemaRegistry client = client()) {
                assertThat(JSON.readTree(client.schemaById(id))).isEqualTo(JSON.readTree(V1));
                assertThat(client.register("a-value", V1)).isEqualTo(id);
                assertThat(client.register("a-value", V2_OPTIONAL)).isGreaterThan(id);
            }
            assertThat(get("/config/a-value").body().path("compatibilityLevel").asText())
                    .isEqualTo("FULL_TRANSITIVE");
        }

        @Test
        void is_refused_an_incompatible_schema() {
            try (SchemaRegistry client = client()) {
                // Given
                client.register("a-value", V1);

                // When, Then
                assertThatThrownBy(() -> client.register("a-value", V2_REQUIRED))
                        .isInstanceOf(SchemaRejectedException.class)
                        .hasMessageContaining("READER_FIELD_MISSING_DEFAULT_VALUE")
                        .hasMessageContaining("/fields/1");
            }
        }

        @Test
        void learns_that_an_id_is_unknown() {
            try (SchemaRegistry client = client()) {
                assertThatThrownBy(() -> client.schemaById(77)).isInstanceOf(UnknownSchemaException.class);
            }
        }

        @Test
        void is_refused_an_unknown_level() {
            try (SchemaRegistry client = client()) {
                assertThatThrownBy(() -> client.setCompatibility("a-value", "SIDEWAYS"))
                        .isInstanceOf(SchemaRejectedException.class);
            }
        }

        @Test
        void finds_a_registered_schema_without_registering() {
            // Given
            try (SchemaRegistry client = client();
                    SchemaRegistry reader = new ConfluentSchemaRegistry(
                            registry.url().toString(), Map.of("auto.register.schemas", "false"))) {
                int id = client.register("a-value", V1);

                // When, Then
                assertThat(reader.register("a-value", V1)).isEqualTo(id);
                assertThatThrownBy(() -> reader.register("a-value", V2_OPTIONAL))
                        .isInstanceOf(SchemaRejectedException.class);
            }
        }

        private SchemaRegistry client() {
            return new ConfluentSchemaRegistry(registry.url().toString());
        }
    }

    @ParameterizedTest(name = "{0}: adding a field with a default {1}, without {2}, removing one without default {3}")
    @CsvSource({
        "NONE, 200, 200, 200",
        "BACKWARD, 200, 409, 200",
        "BACKWARD_TRANSITIVE, 200, 409, 200",
        "FORWARD, 200, 200, 409",
        "FORWARD_TRANSITIVE, 200, 200, 409",
        "FULL, 200, 409, 409",
        "FULL_TRANSITIVE, 200, 409, 409",
    })
    void a_level_lets_in_what_it_says(String level, int withDefault, int withoutDefault, int removed) throws Exception {
        assertThat(successor(level, "add-default", V1, V2_OPTIONAL)).isEqualTo(withDefault);
        assertThat(successor(level, "add-required", V1, V2_REQUIRED)).isEqualTo(withoutDefault);
        assertThat(successor(level, "remove-required", V2_REQUIRED, V1)).isEqualTo(removed);
    }

    @ParameterizedTest
    @CsvSource({"BACKWARD, 200", "BACKWARD_TRANSITIVE, 409"})
    void a_transitive_level_looks_at_every_version(String level, int expected) throws Exception {
        // Given: the latest version has the field, the first has not
        register("s", V1);
        put("/config/s", Map.of("compatibility", "NONE"));
        register("s", V2_REQUIRED);
        put("/config/s", Map.of("compatibility", level));

        // When: as double the field is readable from the latest, but not from the first
        Answer answer = register("s", record("{'name':'id','type':'string'},{'name':'n','type':'double'}"));

        // Then
        assertThat(answer.status()).isEqualTo(expected);
    }

    @Test
    void the_same_schema_in_another_layout_is_the_same_version() throws Exception {
        // When
        int id = register("s", V1).body().path("id").asInt();
        Answer again = post(
                "/subjects/s/versions?normalize=true",
                Map.of("schema", JSON.readTree(V1).toPrettyString(), "schemaType", "AVRO"));

        // Then
        assertThat(again.body().path("id").asInt()).isEqualTo(id);
        assertThat(get("/subjects/s/versions").body().toString()).isEqualTo("[1]");
    }

    @Test
    void lookups_answer_in_the_shapes_clients_read() throws Exception {
        // Given
        register("s-value", V1);
        register("s-value", V2_OPTIONAL);
        register("other", V1);
        String v1 = JSON.readTree(V1).toString();

        // Then
        assertJson(get("/"), 200, "{}");
        assertJson(get("/subjects"), 200, "['other','s-value']");
        assertJson(get("/subjects?subjectPrefix=s-"), 200, "['s-value']");
        assertJson(get("/subjects/s-value/versions"), 200, "[1,2]");
        assertThat(get("/subjects/s-value/versions/1").body().path("schema").asText())
                .isEqualTo(v1);
        assertThat(get("/subjects/s-value/versions/latest")
                        .body()
                        .path("version")
                        .asInt())
                .isEqualTo(2);
        assertThat(get("/subjects/s-value/versions/1/schema").body()).isEqualTo(JSON.readTree(V1));
        assertJson(get("/subjects/s-value/versions/1/referencedby"), 200, "[]");
        Answer byId = get("/schemas/ids/1?fetchMaxId=true&subject=s-value");
        assertThat(byId.body().path("schema").asText()).isEqualTo(v1);
        assertThat(byId.body().path("maxId").asInt()).isEqualTo(2);
        assertThat(get("/schemas/ids/1/schema").body()).isEqualTo(JSON.readTree(V1));
        assertJson(get("/schemas/ids/1/subjects"), 200, "['other','s-value']");
        assertJson(
                get("/schemas/ids/1/versions"),
                200,
                "[{'subject':'other','version':1},{'subject':'s-value','version':1}]");
        assertJson(get("/schemas/types"), 200, "['AVRO']");
        assertJson(get("/mode"), 200, "{'mode':'READWRITE'}");
        Answer found = post("/subjects/s-value?normalize=false&deleted=true", Map.of("schema", V2_OPTIONAL));
        assertThat(found.body().path("subject").asText()).isEqualTo("s-value");
        assertThat(found.body().path("version").asInt()).isEqualTo(2);
        assertThat(found.body().path("id").asInt()).isEqualTo(2);
        assertThat(found.contentType()).isEqualTo("application/vnd.schemaregistry.v1+json");
    }

    @Test
    void subjects_may_hold_any_character() throws Exception {
        // When
        post("/subjects/a%2Fb%20c+d%3F/versions", Map.of("schema", V1));

        // Then
        assertJson(get("/subjects"), 200, "['a/b c+d?']");
        assertJson(get("/subjects/a%2Fb%20c+d%3F/versions"), 200, "[1]");
    }

    @Test
    void levels_are_set_read_and_removed() throws Exception {
        assertJson(get("/config"), 200, "{'compatibilityLevel':'BACKWARD'}");
        assertError(get("/config/s"), 404, 40408);
        assertJson(get("/config/s?defaultToGlobal=true"), 200, "{'compatibilityLevel':'BACKWARD'}");
        assertJson(put("/config", Map.of("compatibility", "full")), 200, "{'compatibility':'FULL'}");
        assertJson(put("/config/s", Map.of("compatibility", "NONE")), 200, "{'compatibility':'NONE'}");
        assertJson(get("/config/s"), 200, "{'compatibilityLevel':'NONE'}");
        assertJson(delete("/config/s"), 200, "{'compatibilityLevel':'NONE'}");
        assertError(get("/config/s"), 404, 40408);
        assertJson(delete("/config"), 200, "{'compatibilityLevel':'FULL'}");
        assertJson(get("/config"), 200, "{'compatibilityLevel':'BACKWARD'}");
        assertError(put("/config", Map.of("compatibility", "SIDEWAYS")), 422, 42203);
    }

    @Test
    void compatibility_can_be_asked_before_registering() throws Exception {
        // Given
        register("s", V1);

        // Then
        assertJson(
                post("/compatibility/subjects/s/versions/latest", Map.of("schema", V2_OPTIONAL)),
                200,
                "{'is_compatible':true}");
        Answer no = post("/compatibility/subjects/s/versions/latest?verbose=true", Map.of("schema", V2_REQUIRED));
        assertThat(no.body().path("is_compatible").asBoolean(true)).isFalse();
        assertThat(no.body().path("messages").toString()).contains("READER_FIELD_MISSING_DEFAULT_VALUE");
        assertJson(post("/compatibility/subjects/new/versions", Map.of("schema", V1)), 200, "{'is_compatible':true}");
        assertError(post("/compatibility/subjects/new/versions/latest", Map.of("schema", V1)), 404, 40401);
        assertError(post("/compatibility/subjects/s/versions/9", Map.of("schema", V1)), 404, 40402);
        assertJson(get("/subjects/s/versions"), 200, "[1]");
    }

    @Test
    void deleting_hides_first_and_removes_on_demand() throws Exception {
        // Given
        register("s", V1);
        register("s", V2_OPTIONAL);

        // Then
        assertError(delete("/subjects/s/versions/1?permanent=true"), 404, 40407);
        assertJson(delete("/subjects/s/versions/1"), 200, "1");
        assertError(delete("/subjects/s/versions/1"), 404, 40406);
        assertJson(get("/subjects/s/versions"), 200, "[2]");
        assertJson(get("/subjects/s/versions?deleted=true"), 200, "[1,2]");
        assertError(get("/subjects/s/versions/1"), 404, 40402);
        assertError(delete("/subjects/s?permanent=true"), 404, 40405);
        assertJson(delete("/subjects/s"), 200, "[2]");
        assertError(delete("/subjects/s"), 404, 40404);
        assertError(get("/subjects/s/versions"), 404, 40401);
        assertJson(get("/subjects"), 200, "[]");
        assertJson(get("/subjects?deleted=true"), 200, "['s']");
        // Records in topics still carry the id.
        assertThat(get("/schemas/ids/1").status()).isEqualTo(200);
        assertJson(register("s", V1), 200, "{'id':1}");
        assertJson(get("/subjects/s/versions"), 200, "[3]");
        assertJson(delete("/subjects/s/versions/latest"), 200, "3");
        assertJson(delete("/subjects/s?permanent=true"), 200, "[1,2,3]");
        assertError(get("/subjects/s/versions?deleted=true"), 404, 40401);
        assertJson(register("s", V1), 200, "{'id':1}");
        assertJson(get("/subjects/s/versions"), 200, "[1]");
    }

    @Test
    void a_request_that_cannot_be_served_gets_confluents_code_and_a_reason() throws Exception {
        // Given
        register("s", V1);

        // Then
        assertError(get("/subjects/none/versions"), 404, 40401);
        assertError(get("/subjects/s/versions/7"), 404, 40402);
        assertError(get("/subjects/s/versions/0"), 422, 42202);
        assertError(get("/subjects/s/versions/x"), 422, 42202);
        assertError(get("/schemas/ids/9"), 404, 40403);
        assertError(get("/schemas/ids/x"), 404, 40403);
        assertError(post("/subjects/none", Map.of("schema", V1)), 404, 40401);
        assertError(post("/subjects/s", Map.of("schema", V2_OPTIONAL)), 404, 40403);
        assertError(post("/subjects/s/versions", Map.of("schema", "{\"type\":\"recor\"}")), 422, 42201);
        assertError(register("s", "{\"type\":\"array\",\"items\":\"Undefined\"}"), 422, 42201);
        assertError(register("s", "not JSON"), 422, 42201);
        assertError(post("/subjects/s/versions", Map.of()), 422, 42201);
        assertError(post("/subjects/s/versions", Map.of("schema", V1, "schemaType", "PROTOBUF")), 422, 42201);
        Answer references = post(
                "/subjects/s/versions",
                Map.of("schema", V1, "references", List.of(Map.of("name", "a", "subject", "b", "version", 1))));
        assertError(references, 422, 42201);
        assertThat(references.body().path("message").asText()).contains("references");
        assertError(post("/subjects/s/versions", Map.of("schema", V1, "id", 12)), 422, 42205);
        assertError(post("/subjects//versions", Map.of("schema", V1)), 422, 42208);
        assertError(register("s", V2_REQUIRED), 409, 409);
        assertError(send("POST", "/subjects/s/versions", "no json"), 400, 400);
        assertError(send("POST", "/subjects/s/versions", "[]"), 400, 400);
        assertError(send("PATCH", "/subjects", ""), 405, 405);
        assertError(get("/nowhere"), 404, 404);
        assertError(get("/subjects/s/versions/1/2"), 404, 404);
        assertError(put("/mode", Map.of("mode", "IMPORT")), 422, 42204);
        assertError(get("/mode/s"), 404, 40409);
    }

    @Test
    void what_is_too_large_or_too_deep_is_refused() throws Exception {
        String tooLarge = "{\"schema\":\"" + " ".repeat(DevelopmentRegistry.BODY_BYTES_MAX) + "\"}";
        String deep = "{\"type\":\"array\",\"items\":".repeat(20_000) + "\"int\"" + "}".repeat(20_000);

        assertError(send("POST", "/subjects/s/versions", tooLarge), 413, 413);
        assertError(register("s", deep), 422, 42201);
        assertThat(get("/subjects").status()).isEqualTo(200);
    }

    @Test
    void a_port_in_use_is_named() {
        int taken = registry.url().getPort();

        assertThatThrownBy(() -> new DevelopmentRegistry(directory.resolve("other.json"), taken))
                .isInstanceOf(PortInUse.class)
                .hasMessageContaining("port " + taken + " for the schema registry is in use");
    }

    @Test
    void a_state_that_cannot_be_read_is_not_overwritten() throws Exception {
        // Given
        Path broken = directory.resolve("broken.json");
        Files.writeString(broken, "{\"schemas\":");

        // When, Then
        assertThatThrownBy(() -> new DevelopmentRegistry(broken, 0))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("broken.json");
        assertThat(broken).hasContent("{\"schemas\":");
    }

    private int successor(String level, String subject, String first, String next) throws Exception {
        put("/config/" + subject, Map.of("compatibility", level));
        register(subject, first);
        return register(subject, next).status();
    }

    private Path stateFile() {
        return directory.resolve("registry").resolve("state.json");
    }

    private static String record(String fields) {
        return ("{'type':'record','name':'R','namespace':'t','fields':[" + fields + "]}").replace('\'', '"');
    }

    private Answer register(String subject, String schema) throws Exception {
        return post("/subjects/" + subject + "/versions", Map.of("schema", schema));
    }

    private Answer get(String path) throws Exception {
        return send("GET", path, "");
    }

    private Answer delete(String path) throws Exception {
        return send("DELETE", path, "");
    }

    private Answer post(String path, Map<String, ?> body) throws Exception {
        return send("POST", path, JSON.writeValueAsString(body));
    }

    private Answer put(String path, Map<String, ?> body) throws Exception {
        return send("PUT", path, JSON.writeValueAsString(body));
    }

    private Answer send(String method, String path, String body) throws Exception {
        HttpResponse<String> response = http.send(
                HttpRequest.newBuilder(URI.create(registry.url() + path))
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .header("Content-Type", "application/json")
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        return new Answer(
                response.statusCode(),
                response.headers().firstValue("Content-Type").orElse(""),
                JSON.readTree(response.body()));
    }

    private static void assertJson(Answer answer, int status, String json) throws Exception {
        assertThat(answer.body()).isEqualTo(JSON.readTree(json.replace('\'', '"')));
        assertThat(answer.status()).isEqualTo(status);
    }

    private static void assertError(Answer answer, int status, int code) {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
        assertThat(answer.body().path("error_code").asInt()).isEqualTo(code);
        assertThat(answer.body().path("message").asText()).isNotBlank();
    }

    private record Answer(int status, String contentType, JsonNode body) {}
}
