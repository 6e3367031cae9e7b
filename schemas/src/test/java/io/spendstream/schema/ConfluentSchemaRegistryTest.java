package io.spendstream.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spendstream.schema.StubRegistry.Answer;
import io.spendstream.v1.UsageEvent;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfluentSchemaRegistryTest {

    private static final String SUBJECT = "usage-events-value";
    private static final String LONG = "\"long\"";
    private static final String SCHEMA_7 = "{\"schema\":\"\\\"long\\\"\"}";
    private static final String GET_7 = "GET /schemas/ids/7?fetchMaxId=false&subject=";
    private static final String REGISTER = "POST /subjects/" + SUBJECT + "/versions?normalize=false";

    @Test
    void aMockScopeIsSharedByAllWhoNameIt() throws UnknownSchemaException {
        // Given
        String url = "mock://" + UUID.randomUUID();
        SchemaRegistry one = new ConfluentSchemaRegistry(url);
        SchemaRegistry other = new ConfluentSchemaRegistry(url);

        // When
        int id = one.register(SUBJECT, LONG);

        // Then
        assertThat(one.register(SUBJECT, LONG)).isEqualTo(id);
        assertThat(other.schemaById(id)).isEqualTo(LONG);
        assertThat(other.versions(SUBJECT)).containsExactly(Map.entry(id, LONG));
        assertThat(other.versions("unknown-value")).isEmpty();
    }

    @Test
    void aLevelThatTheRegistryDoesNotKnowIsRejected() {
        try (StubRegistry stub =
                        new StubRegistry().answeringAll(Answer.error(422, 42203, "Invalid compatibility level"));
                SchemaRegistry registry = new ConfluentSchemaRegistry(stub.url())) {
            assertThatThrownBy(() -> registry.setCompatibility(SUBJECT, "SIDEWAYS"))
                    .isInstanceOf(SchemaRejectedException.class)
                    .hasMessageContaining("SIDEWAYS")
                    .hasMessageContaining(SUBJECT);
        }
    }

    @Test
    void aNumberThatIsNoneIsNamed() {
        assertThatThrownBy(() -> new ConfluentSchemaRegistry("mock://s", Map.of("http.read.timeout.ms", "soon")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Schema registry property http.read.timeout.ms: 'soon' is not a whole number");
    }

    @Test
    void theWireIsThatOfTheGenuineClient() throws UnknownSchemaException {
        // Given
        try (StubRegistry stub = new StubRegistry()
                        .answering(REGISTER, 200, "{\"id\":7}")
                        .answering("GET /schemas/ids/8?fetchMaxId=false&subject=", 200, SCHEMA_7)
                        .answering("GET /subjects/s/versions?deleted=false&deletedOnly=false", 200, "[1]")
                        .answering(
                                "GET /subjects/s/versions/1?deleted=false",
                                200,
                                "{\"subject\":\"s\",\"version\":1,\"id\":7,\"schema\":\"\\\"long\\\"\"}")
                        .answering("PUT /config/s", 200, "{\"compatibility\":\"BACKWARD_TRANSITIVE\"}");
                SchemaRegistry writer = new ConfluentSchemaRegistry(stub.url());
                SchemaRegistry reader = new ConfluentSchemaRegistry(stub.url())) {

            // When
            assertThat(writer.register(SUBJECT, LONG)).isEqualTo(7);
            assertThat(writer.register(SUBJECT, LONG)).isEqualTo(7);
            assertThat(writer.schemaById(7)).isEqualTo(LONG);
            assertThat(reader.versions("s")).containsExactly(Map.entry(7, LONG));
            assertThat(reader.schemaById(7)).isEqualTo(LONG);
            assertThat(reader.schemaById(8)).isEqualTo(LONG);
            assertThat(reader.schemaById(8)).isEqualTo(LONG);
            reader.setCompatibility("s", "BACKWARD_TRANSITIVE");

            // Then each thing was asked for once
            assertThat(stub.requests())
                    .containsExactly(
                            REGISTER,
                            "GET /subjects/s/versions?deleted=false&deletedOnly=false",
                            "GET /subjects/s/versions/1?deleted=false",
                            "GET /schemas/ids/8?fetchMaxId=false&subject=",
                            "PUT /config/s");
        }
    }

    @Test
    void withoutAutoRegisterItOnlyLooksUp() {
        // Given
        String lookUp = "POST /subjects/" + SUBJECT + "?normalize=false&deleted=false";
        try (StubRegistry stub = new StubRegistry()
                        .answering(
                                lookUp, 200, "{\"subject\":\"s\",\"version\":1,\"id\":7,\"schema\":\"\\\"long\\\"\"}");
                SchemaRegistry registry =
                        new ConfluentSchemaRegistry(stub.url(), Map.of("auto.register.schemas", "false"))) {

            // When / Then
            assertThat(registry.register(SUBJECT, LONG)).isEqualTo(7);
            assertThat(stub.requests()).containsExactly(lookUp);
            stub.answeringAll(Answer.error(404, 40401, "Subject not found"));
            assertThatThrownBy(() -> registry.register("other-value", LONG))
                    .isInstanceOf(SchemaRejectedException.class)
                    .hasMessageContaining("have it registered there first");
        }
    }

    @ParameterizedTest
    @CsvSource({"40403, Schema 7 not found", "40401, Subject not found"})
    void anIdThatTheRegistryDoesNotKnowIsUnknown(int code, String message) {
        try (StubRegistry stub = new StubRegistry().answeringAll(Answer.error(404, code, message));
                SchemaRegistry registry = new ConfluentSchemaRegistry(stub.url())) {
            assertThatThrownBy(() -> registry.schemaById(7))
                    .isInstanceOf(UnknownSchemaException.class)
                    .hasMessage("Schema registry " + stub.url() + " has no schema 7");
        }
    }

    @Test
    void anUnknownIdIsNotAskedForAgainAtOnce() {
        try (StubRegistry stub = new StubRegistry().answeringAll(Answer.error(404, 40403, "Schema 7 not found"));
                SchemaRegistry registry = new ConfluentSchemaRegistry(stub.url())) {
            for (int i = 0; i < 100; i++) {
                assertThatThrownBy(() -> registry.schemaById(7)).isInstanceOf(UnknownSchemaException.class);
            }
            assertThat(stub.requests()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"schemaType\":\"PROTOBUF\",\"schema\":\"syntax = 'proto3';\"}",
                "{\"schemaType\":\"JSON\",\"schema\":\"{}\"}"
            })
    void anIdOfAnotherKindOfSchemaIsUnknownAndNotABrokenRegistry(String body) {
        try (StubRegistry stub = new StubRegistry().answeringAll(new Answer(200, body));
                SchemaRegistry registry = new ConfluentSchemaRegistry(stub.url())) {
            assertThatThrownBy(() -> registry.schemaById(7))
                    .isInstanceOf(UnknownSchemaException.class)
                    .hasMessageContaining("no Avro schema 7");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "500, 50001, Look into the registry's log",
        "503, 503, Look into the registry's log",
        "401, 40101, Check the credentials",
        "403, 40301, Check the credentials",
        "404, 404, with the right path",
        "429, 42901, with the right path"
    })
    void anyOtherErrorIsAnUnavailableRegistry(int status, int code, String advice) {
        try (StubRegistry stub = new StubRegistry().answeringAll(Answer.error(status, code, "no"));
                SchemaRegistry registry = new ConfluentSchemaRegistry(stub.url())) {
            assertUnavailable(registry, stub.url(), "answered " + status, advice);
        }
    }

    @Test
    void aPageThatIsNoRegistrysIsAnUnavailableRegistry() {
        try (StubRegistry stub = new StubRegistry().answeringAll(new Answer(404, "<html>not here</html>"));
                SchemaRegistry registry = new ConfluentSchemaRegistry(stub.url())) {
            assertUnavailable(registry, stub.url(), "answered 404", "with the right path");
            stub.answeringAll(new Answer(200, "<html>hello</html>"));
            assertUnavailable(registry, stub.url(), "does not answer", "Check that");
        }
    }

    @Test
    void aRegistryThatRefusesConnectionsIsUnavailable() throws IOException {
        // Given a port that nobody listens on
        String url;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            url = "http://127.0.0.1:" + socket.getLocalPort();
        }

        // When / Then
        try (SchemaRegistry registry = new ConfluentSchemaRegistry(url)) {
            assertUnavailable(registry, url, "does not answer", "Check that it is running");
        }
    }

    @Test
    void aRegistryThatHangsIsUnavailableWhenTheTimeoutIsOver() throws IOException {
        // Given a server that takes connections and says nothing
        try (ServerSocket socket = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"))) {
            String url = "http://127.0.0.1:" + socket.getLocalPort();
            SchemaRegistry registry = new ConfluentSchemaRegistry(url, Map.of("http.read.timeout.ms", "200"));

            // When / Then
            org.junit.jupiter.api.Assertions.assertTimeout(
                    Duration.ofSeconds(20),
                    () -> assertUnavailable(registry, url, "does not answer", "Check that it is running"));
        }
    }

    /** Whoever waits for the answer would wait twice as long. */
    @Test
    void aSchemaThatDoesNotComeInTimeIsAskedForOnce() throws IOException {
        // Given
        try (ServerSocket socket = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"))) {
            String url = "http://127.0.0.1:" + socket.getLocalPort();
            SchemaRegistry registry = new ConfluentSchemaRegistry(url, Map.of("http.read.timeout.ms", "200"));

            // When
            assertThatThrownBy(() -> registry.schemaById(7)).isInstanceOf(RegistryUnavailableException.class);

            // Then: one connection waits to be accepted, and no other
            socket.setSoTimeout(100);
            socket.accept().close();
            assertThatThrownBy(socket::accept).isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void aRegistryThatWasDownIsAskedAgain() throws UnknownSchemaException {
        try (StubRegistry stub = new StubRegistry().answeringAll(Answer.error(500, 50001, "no"));
                SchemaRegistry registry = new ConfluentSchemaRegistry(stub.url())) {
            assertUnavailable(registry, stub.url(), "answered 500", "log");
            stub.answeringAll(new Answer(200, SCHEMA_7));
            assertThat(registry.schemaById(7)).isEqualTo(LONG);
        }
    }

    @Test
    void severalUrlsAreTriedInTurn() throws IOException, UnknownSchemaException {
        // Given
        String dead;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            dead = "http://127.0.0.1:" + socket.getLocalPort();
        }
        try (StubRegistry stub = new StubRegistry().answering(GET_7, 200, SCHEMA_7);
                SchemaRegistry registry = new ConfluentSchemaRegistry(dead + " , " + stub.url())) {

            // When / Then
            assertThat(registry.schemaById(7)).isEqualTo(LONG);
        }
    }

    @Test
    void aSchemaThatTheRegistryRefusesIsRejectedNotUnavailable() {
        try (StubRegistry stub = new StubRegistry()
                        .answering(
                                REGISTER,
                                409,
                                "{\"error_code\":409,\"message\":\"Schema being registered is incompatible\"}");
                SchemaRegistry registry = new ConfluentSchemaRegistry(stub.url())) {
            assertThatThrownBy(() -> registry.register(SUBJECT, LONG))
                    .isInstanceOf(SchemaRejectedException.class)
                    .hasMessageContaining("Schema being registered is incompatible");
        }
    }

    @Test
    void credentialsAreSentAndNeverShown() throws UnknownSchemaException {
        // Given
        String basic = "Basic " + Base64.getEncoder().encodeToString("me:secret".getBytes(StandardCharsets.UTF_8));
        try (StubRegistry stub = new StubRegistry().answering(GET_7, 200, SCHEMA_7)) {
            String withUser = stub.url().replace("//", "//me:secret@");

            // When
            get7(withUser, Map.of());
            get7(
                    stub.url(),
                    Map.of(
                            "basic.auth.credentials.source",
                            "USER_INFO",
                            "schema.registry.basic.auth.user.info",
                            "me:secret"));
            get7(stub.url(), Map.of("bearer.auth.credentials.source", "STATIC_TOKEN", "bearer.auth.token", "t0ken"));

            // Then
            assertThat(stub.authorizations()).containsExactly(basic, basic, "Bearer t0ken");
            try (SchemaRegistry registry = new ConfluentSchemaRegistry(withUser)) {
                assertThatThrownBy(() -> registry.schemaById(8))
                        .isInstanceOf(RegistryUnavailableException.class)
                        .hasMessageContaining(stub.url())
                        .hasMessageNotContaining("secret");
            }
        }
    }

    @Test
    void oauthTokensAreFetchedFromTheIssuer() throws UnknownSchemaException {
        // Given a token that says when it ends, as the client wants to know
        String claims = "{\"sub\":\"me\",\"iat\":1700000000,\"exp\":4102444800,\"scope\":\"registry\"}";
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        String token = base64.encodeToString("{\"alg\":\"none\"}".getBytes(StandardCharsets.UTF_8)) + "."
                + base64.encodeToString(claims.getBytes(StandardCharsets.UTF_8)) + ".c2ln";
        try (StubRegistry stub = new StubRegistry()
                .answering(GET_7, 200, SCHEMA_7)
                .answering("POST /token", 200, "{\"access_token\":\"" + token + "\",\"expires_in\":3600}")) {

            // When
            get7(
                    stub.url(),
                    Map.of(
                            "bearer.auth.credentials.source",
                            "OAUTHBEARER",
                            "bearer.auth.issuer.endpoint.url",
                            stub.url() + "/token",
                            "bearer.auth.client.id",
                            "me",
                            "bearer.auth.client.secret",
                            "secret",
                            "bearer.auth.scope",
                            "registry",
                            "bearer.auth.logical.cluster",
                            "lsrc-1",
                            "bearer.auth.identity.pool.id",
                            "pool-1"));

            // Then
            assertThat(stub.authorizations()).endsWith("Bearer " + token);
        }
    }

    @Test
    void tlsTrustsWhatItIsToldTo(@TempDir Path directory) throws Exception {
        // Given
        Path store = directory.resolve("registry.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "registry",
                        "-keyalg",
                        "RSA",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        "changeit",
                        "-keystore",
                        store.toString())
                .inheritIO()
                .start();
        assertThat(keytool.waitFor()).isZero();
        try (StubRegistry stub = new StubRegistry(serverContext(store)).answering(GET_7, 200, SCHEMA_7)) {
            Map<String, String> trusting = Map.of(
                    "ssl.truststore.location", store.toString(),
                    "ssl.truststore.type", "PKCS12",
                    "ssl.truststore.password", "changeit");

            // When / Then
            get7(stub.url(), trusting);
            try (SchemaRegistry wary = new ConfluentSchemaRegistry(stub.url())) {
                assertUnavailable(wary, stub.url(), "does not answer", "Check the TLS settings");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " , ", "localhost:8081", "ftp://localhost"})
    void anAddressThatIsNoUrlIsRefused(String urls) {
        assertThatThrownBy(() -> new ConfluentSchemaRegistry(urls))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("http://");
    }

    @Test
    void theRealSchemaComesBackWhole() throws UnknownSchemaException {
        // Given
        String scope = "mock://" + UUID.randomUUID();
        String plain = SchemaText.plain(UsageEvent.getClassSchema());

        // When
        int id = new ConfluentSchemaRegistry(scope).register(SUBJECT, plain);

        // Then
        assertThat(new ConfluentSchemaRegistry(scope).schemaById(id)).isEqualTo(plain);
    }

    private static void get7(String url, Map<String, String> properties) throws UnknownSchemaException {
        try (SchemaRegistry registry = new ConfluentSchemaRegistry(url, properties)) {
            assertThat(registry.schemaById(7)).isEqualTo(LONG);
        }
    }

    private static void assertUnavailable(SchemaRegistry registry, String url, String how, String advice) {
        assertThatThrownBy(() -> registry.schemaById(7))
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessageStartingWith("Schema registry " + url + " " + how)
                .hasMessageContaining("fetching schema 7")
                .hasMessageContaining(advice);
        assertThatThrownBy(() -> registry.register(SUBJECT, LONG)).isInstanceOf(RegistryUnavailableException.class);
        assertThatThrownBy(() -> registry.versions(SUBJECT)).isInstanceOf(RegistryUnavailableException.class);
        assertThatThrownBy(() -> registry.setCompatibility(SUBJECT, "NONE"))
                .isInstanceOf(RegistryUnavailableException.class);
    }

    private static SSLContext serverContext(Path store) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, "changeit".toCharArray());
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, "changeit".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }
}
