package io.spendstream.connect.run;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.spendstream.acceptance.Cluster;
import io.spendstream.acceptance.Scene;
import io.spendstream.connect.notify.HttpStub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * A broker, a registry, a stock worker, and what its connectors write to: real servers, one of each for all tests of this
 * build, which share nothing but them.
 */
final class ConnectWorld implements AutoCloseable {

    static final Path HOME = Path.of("").toAbsolutePath();
    static final String WEBHOOK_SECRET =
            "whsec_" + Base64.getEncoder().encodeToString("a secret of thirty-two bytes....".getBytes());
    static final String WEBHOOK_PATH = "/hooks/alerts";
    /** As long and as secret as that of Slack. */
    static final String SLACK_PATH = "/services/T0000/B0000/secretsecretsecret";

    final Cluster cluster;
    final Postgres postgres;
    final WorkerProcess worker;
    final ConnectClient connect;
    final HttpStub webhook = HttpStub.start(HttpStub.status(204));
    final HttpStub slack = HttpStub.start(HttpStub.status(200));
    final HttpStub alertmanager = HttpStub.start(HttpStub.status(200));
    final GreenMail mail = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));

    private ConnectWorld() throws IOException, TimeoutException {
        cluster = Cluster.start(Files.createTempDirectory(HOME.resolve("target"), "connect-"));
        postgres = Postgres.start(null, 0);
        postgres.prepare(HOME);
        mail.start();
        Map<String, String> environment = new HashMap<>(postgres.environment());
        environment.put("SPENDSTREAM_REGISTRY_URL", cluster.registryUrl());
        environment.put("SPENDSTREAM_WEBHOOK_URL", webhook.url(WEBHOOK_PATH).toString());
        environment.put("SPENDSTREAM_WEBHOOK_SECRET", WEBHOOK_SECRET);
        environment.put("SPENDSTREAM_SLACK_URL", slack.url(SLACK_PATH).toString());
        environment.put(
                "SPENDSTREAM_ALERTMANAGER_URL", alertmanager.url("/prefix").toString());
        environment.put("SPENDSTREAM_SMTP_HOST", "127.0.0.1");
        environment.put("SPENDSTREAM_SMTP_PORT", String.valueOf(mail.getSmtp().getPort()));
        environment.put("SPENDSTREAM_SMTP_USER", "");
        environment.put("SPENDSTREAM_SMTP_PASSWORD", "");
        environment.put("SPENDSTREAM_MAIL_FROM", "Spendstream <spend@example.com>");
        environment.put("SPENDSTREAM_MAIL_TO", "ann@example.com");
        worker = new WorkerProcess(
                        HOME,
                        Path.of("target", "worker").toAbsolutePath(),
                        0,
                        400,
                        Map.of("bootstrap.servers", cluster.bootstrapServers(), "offset.flush.interval.ms", "1000"),
                        environment)
                .start();
        connect = new ConnectClient(worker.url());
        connect.awaitReady(Scene.PATIENCE, worker::isAlive);
    }

    static ConnectorFile shipped(String name) throws IOException {
        return ConnectorFile.of(HOME.resolve("config/" + name + ".properties"));
    }

    @Override
    public void close() throws IOException {
        worker.close();
        postgres.close();
        cluster.close();
        mail.stop();
        webhook.close();
        slack.close();
        alertmanager.close();
    }

    /** Gives it to tests and their set-ups as a parameter. */
    static final class Shared implements ParameterResolver {

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == ConnectWorld.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return context.getRoot()
                    .getStore(ExtensionContext.Namespace.create(ConnectWorld.class))
                    .getOrComputeIfAbsent(ConnectWorld.class, key -> open(), ConnectWorld.class);
        }

        private static ConnectWorld open() {
            try {
                return new ConnectWorld();
            } catch (IOException | TimeoutException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
