package io.spendstream.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.Spendstream;
import io.spendstream.runtime.AppConfig;
import io.spendstream.runtime.SecurityConfig;
import io.spendstream.sandbox.EmbeddedBroker;
import io.spendstream.sandbox.registry.DevelopmentRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One event's way through all of it, on real parts. */
class EndToEndTest {

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void anEventPublishedOverHttpIsInTheSpend(@TempDir Path directory) throws Exception {
        try (EmbeddedBroker broker = new EmbeddedBroker(directory.resolve("kafka"), 0).start();
                DevelopmentRegistry registry = new DevelopmentRegistry(directory.resolve("registry.json"), 0);
                Spendstream app = Spendstream.start(AppConfig.of(Map.of(
                        AppConfig.BOOTSTRAP_SERVERS, broker.bootstrapServers(),
                        AppConfig.REGISTRY_URL, registry.url().toString(),
                        AppConfig.HTTP_PORT, "0",
                        SecurityConfig.MODE, "off",
                        AppConfig.STATE_DIR, directory.resolve("state").toString())))) {
            app.awaitReady(Duration.ofSeconds(60));
            send(app, "PUT", "/v1/prices/gpt-4o", """
                    {"model": "gpt-4o", "cards": [{"effective_from": "2024-01-01T00:00:00Z", "rates": [
                      {"meter": "input_tokens", "usd_per_million": 2.50},
                      {"meter": "output_tokens", "usd_per_million": 10.00}]}]}""");
            String event = """
                    {"id": "e1", "time": "%s", "feature": "chat", "model": "gpt-4o", "user": "u1",
                     "input_tokens": 1000, "output_tokens": 100}""".formatted(Instant.now());

            HttpResponse<String> accepted = send(app, "POST", "/v1/events", event);
            send(app, "POST", "/v1/events", event);

            assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
            String body = "";
            long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (!body.contains("\"cost_usd\":0.0035") && System.nanoTime() < deadline) {
                body = send(app, "GET", "/v1/spend?group_by=feature", "").body();
                Thread.onSpinWait();
            }
            System.out.println(body);
            System.out.println(send(app, "GET", "/v1/spend?group_by=user", "").body());
            System.out.println(send(app, "GET", "/v1/instances", "").body());
            System.out.println(send(app, "GET", "/metrics", "").body());
            assertThat(body).contains("\"feature\":\"chat\"", "\"requests\":1", "\"cost_usd\":0.0035");
        }
    }

    private HttpResponse<String> send(Spendstream app, String method, String path, String body)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(app.url() + path))
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
