package io.spendstream.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spendstream.access.Scope;
import io.spendstream.access.Tls;
import io.spendstream.query.Peers.Peer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Certificates of this machine, made by the JDK's keytool, each its own authority. */
@Timeout(60)
class TlsTest {

    @TempDir
    static Path directory;

    private static byte[][] one;
    private static byte[][] two;

    private final Callers callers = new Callers();
    private final String key = callers.key("ann", List.of(Scope.READ), "*");

    @BeforeAll
    static void makeCertificates() throws Exception {
        one = pair("one", "RSA", "2048");
        two = pair("two", "EC", "256");
    }

    /** Certificate and key as PEM. */
    private static byte[][] pair(String name, String algorithm, String size) throws Exception {
        Path store = directory.resolve(name + ".p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        algorithm,
                        "-keysize",
                        size,
                        "-alias",
                        "a",
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-validity",
                        "10000",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        "changeit")
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve(name + ".log").toFile())
                .start();
        assertThat(keytool.waitFor(30, TimeUnit.SECONDS) && keytool.exitValue() == 0)
                .as(Files.readString(directory.resolve(name + ".log")))
                .isTrue();
        KeyStore loaded = KeyStore.getInstance(store.toFile(), "changeit".toCharArray());
        return new byte[][] {
            pem("CERTIFICATE", loaded.getCertificate("a").getEncoded()),
            pem("PRIVATE KEY", loaded.getKey("a", "changeit".toCharArray()).getEncoded())
        };
    }

    private static byte[] pem(String what, byte[] encoded) {
        return ("-----BEGIN " + what + "-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded) + "\n-----END " + what
                        + "-----\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private TestInstance start(Tls tls) throws IOException {
        callers.tls = tls;
        return new TestInstance(RestConfig.on("127.0.0.1", 0), callers.security());
    }

    private HttpResponse<String> get(TestInstance instance, String path, Tls with) throws Exception {
        HttpClient http = HttpClient.newBuilder()
                .sslContext(with.context())
                .version(HttpClient.Version.HTTP_1_1)
                .build();
        return http.send(
                HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + instance.server.port() + path))
                        .header("X-API-Key", key)
                        .timeout(Duration.ofSeconds(20))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static String subject(HttpResponse<String> response) throws Exception {
        return ((X509Certificate) response.sslSession().orElseThrow().getPeerCertificates()[0])
                .getSubjectX500Principal()
                .getName();
    }

    @Test
    void new_certificates_are_shown_without_a_restart() throws Exception {
        // Given
        Tls trustsBoth = new Tls(one[0], one[1], null, both());
        try (TestInstance instance = start(new Tls(one[0], one[1], null, null))) {
            HttpResponse<String> before = get(instance, "/v1/prices", trustsBoth);
            assertThat(before.statusCode()).isEqualTo(200);
            assertThat(before.headers().firstValue("Strict-Transport-Security")).isPresent();
            assertThat(subject(before)).isEqualTo("CN=one");

            // When
            instance.server.use(new Tls(two[0], two[1], null, null));

            // Then
            long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            String shown = "";
            while (!shown.equals("CN=two") && System.nanoTime() < deadline) {
                shown = subject(get(instance, "/v1/prices", trustsBoth));
            }
            assertThat(shown).isEqualTo("CN=two");
        }
    }

    private static byte[] both() {
        byte[] both = java.util.Arrays.copyOf(one[0], one[0].length + two[0].length);
        System.arraycopy(two[0], 0, both, one[0].length, two[0].length);
        return both;
    }

    @Test
    void whoever_must_show_a_certificate_and_does_not_is_not_let_in() throws Exception {
        try (TestInstance instance = start(new Tls(one[0], one[1], one[0], null))) {
            assertThat(get(instance, "/v1/prices", new Tls(one[0], one[1], null, one[0]))
                            .statusCode())
                    .isEqualTo(200);
            assertThatThrownBy(() -> get(instance, "/v1/prices", new Tls(two[0], two[1], null, one[0])))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void instances_ask_each_other_over_tls_with_their_certificates() throws Exception {
        try (TestInstance instance = start(new Tls(one[0], one[1], one[0], null))) {
            Peer peer = new Peer("https://127.0.0.1:" + instance.server.port(), false);
            HttpPeerClient client = new HttpPeerClient(Duration.ofSeconds(10), Callers.PEERS, () -> TestInstance.NOW);

            client.use(new Tls(one[0], one[1], null, one[0]));
            assertThat(client.instance(peer).toCompletableFuture().join().state())
                    .isEqualTo("RUNNING");

            client.use(new Tls(two[0], two[1], null, one[0]));
            assertThatThrownBy(() -> client.instance(peer).toCompletableFuture().join())
                    .isInstanceOf(CompletionException.class);
        }
    }

    @Test
    void what_does_not_belong_together_is_refused_and_nothing_of_a_key_is_said() {
        String secret = new String(two[1], StandardCharsets.US_ASCII).substring(40, 80);
        for (byte[][] wrong : new byte[][][] {
            {one[0], two[1]}, {two[0], one[1]}, {one[1], one[1]}, {one[0], one[0]}, {new byte[0], one[1]}
        }) {
            assertThatThrownBy(() -> new Tls(wrong[0], wrong[1], null, null))
                    .isInstanceOf(IllegalArgumentException.class)
                    .message()
                    .doesNotContain(secret);
        }
        assertThat(new Tls(two[0], two[1], null, null).toString()).doesNotContain(secret);
    }
}
