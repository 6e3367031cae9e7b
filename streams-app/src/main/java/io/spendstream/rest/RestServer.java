package io.spendstream.rest;

import io.spendstream.access.Tls;
import io.spendstream.query.RequestObserver;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP interface. Stores are read, and large bodies read and written, on workers; event loops never wait. */
public final class RestServer implements AutoCloseable {

    private static final int LINE_LENGTH_MAX = 16 << 10;
    private static final int HEADER_BYTES_MAX = 32 << 10;
    private static final int COMPRESSED_FROM_BYTES = 1 << 10;
    private static final int IDLE_SECONDS = 75;
    private static final Logger LOG = LoggerFactory.getLogger(RestServer.class);
    private static final Set<String> PROTOCOLS = Set.of("TLSv1.2", "TLSv1.3");
    private static final long START_SECONDS_MAX = 30;
    /** How long requests under way may take to finish when the server stops. */
    public static final long DRAIN_SECONDS = 10;

    private final Vertx vertx;
    /** One on each event loop that takes connections; they share the address. */
    private final List<HttpServer> servers = new CopyOnWriteArrayList<>();

    private final Api api;
    private final Router router;
    private final RequestObserver observer;

    private RestServer(Vertx vertx, RestConfig config, RestPorts ports, RestSecurity security) {
        this.vertx = vertx;
        this.observer = ports.observer();
        this.router = Router.router(vertx);
        this.api = new Api(router, new Gate(security, ports.clock()));
        route(config, ports, security);
    }

    /**
     * On as many event loops as there are processors; on one where any free port will do, since Vert.x shares only ports
     * that are given.
     */
    private Future<?> listen(RestConfig config, Tls tls) {
        int loops = config.port() == 0 ? 1 : Runtime.getRuntime().availableProcessors();
        return vertx.deployVerticle(() -> new Listener(config, tls), new DeploymentOptions().setInstances(loops));
    }

    /** Listens on an event loop of its own. */
    private final class Listener extends VerticleBase {

        private final RestConfig config;

        private final Tls tls;

        Listener(RestConfig config, Tls tls) {
            this.config = config;
            this.tls = tls;
        }

        @Override
        public Future<?> start() {
            HttpServer server = vertx.createHttpServer(options(config, tls))
                    .invalidRequestHandler(request -> Observation.refused(request, observer, Problems::answerInvalid))
                    .requestHandler(RestServer.this::handle);
            return server.listen().onSuccess(servers::add);
        }
    }

    private void handle(HttpServerRequest request) {
        String fault = Framing.fault(request);
        if (fault == null) {
            router.handle(request);
        } else {
            Observation.refused(request, observer, unframed -> Problems.answerUnframed(unframed, fault));
        }
    }

    /** Starts to listen, for anyone. */
    static RestServer start(RestConfig config, RestPorts ports) throws IOException {
        return start(config, ports, RestSecurity.OFF);
    }

    /**
     * Starts to listen.
     *
     * @throws IOException where the address cannot be had
     */
    public static RestServer start(RestConfig config, RestPorts ports, RestSecurity security) throws IOException {
        // Without the file cache: nothing is served from files, and it would leave directories behind.
        Vertx vertx = Vertx.vertx(new VertxOptions()
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
        try {
            RestServer rest = new RestServer(vertx, config, ports, security);
            await(rest.listen(config, security.tls()), START_SECONDS_MAX);
            return rest;
        } catch (IOException | RuntimeException e) {
            vertx.close();
            throw new IOException("cannot listen on " + config.host() + ":" + config.port() + ": " + e.getMessage(), e);
        }
    }

    /** The port it listens on. */
    public int port() {
        return servers.get(0).actualPort();
    }

    /** Every documented route. */
    List<Api.Endpoint> endpoints() {
        return api.endpoints();
    }

    Router router() {
        return router;
    }

    /** Takes no more requests, lets those under way finish for some seconds, then stops. */
    @Override
    public void close() throws IOException {
        try {
            await(
                    Future.all(servers.stream()
                            .map(server -> server.shutdown(DRAIN_SECONDS, TimeUnit.SECONDS))
                            .toList()),
                    DRAIN_SECONDS + START_SECONDS_MAX);
        } finally {
            await(vertx.close(), START_SECONDS_MAX);
        }
    }

    /** Shows these certificates to whoever connects from now on; connections that are there stay. */
    public void use(Tls tls) {
        for (HttpServer server : servers) {
            server.updateSSLOptions(ssl(tls), true)
                    .onFailure(failure -> LOG.error("new certificates are not in use", failure));
        }
    }

    private static ServerSSLOptions ssl(Tls tls) {
        ServerSSLOptions options = new ServerSSLOptions()
                .setKeyCertOptions(new PemKeyCertOptions()
                        .addCertValue(Buffer.buffer(tls.certificate()))
                        .addKeyValue(Buffer.buffer(tls.key())))
                .setEnabledSecureTransportProtocols(PROTOCOLS);
        return tls.clientCa() == null
                ? options
                : options.setClientAuth(ClientAuth.REQUIRED)
                        .setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(tls.clientCa())));
    }

    private static HttpServerOptions options(RestConfig config, Tls tls) {
        HttpServerOptions options = options(config);
        if (tls != null) {
            ServerSSLOptions ssl = ssl(tls);
            options.setSsl(true).setKeyCertOptions(ssl.getKeyCertOptions()).setClientAuth(ssl.getClientAuth());
            options.setTrustOptions(ssl.getTrustOptions());
            options.setEnabledSecureTransportProtocols(PROTOCOLS);
        }
        return options;
    }

    private static HttpServerOptions options(RestConfig config) {
        return new HttpServerOptions()
                .setHost(config.host())
                .setPort(config.port())
                .setMaxInitialLineLength(LINE_LENGTH_MAX)
                .setMaxHeaderSize(HEADER_BYTES_MAX)
                // An upgrade in clear is how requests are smuggled past proxies that do not look into it.
                .setHttp2ClearTextEnabled(false)
                // There are none, and each takes a handler that every request passes.
                .setPerMessageWebSocketCompressionSupported(false)
                .setPerFrameWebSocketCompressionSupported(false)
                .setCompressionSupported(true)
                .setCompressionContentSizeThreshold(COMPRESSED_FROM_BYTES)
                .setDecompressionSupported(true)
                .setIdleTimeout(IDLE_SECONDS)
                .setIdleTimeoutUnit(TimeUnit.SECONDS);
    }

    private void route(RestConfig config, RestPorts ports, RestSecurity security) {
        WorkerExecutor workers = vertx.createSharedWorkerExecutor("spendstream-rest", config.workers());
        WorkerExecutor intake = vertx.createSharedWorkerExecutor("spendstream-intake", config.intakeWorkers());
        Bodies bodies = new Bodies(vertx, config.bodyBytesMax(), config.bodyTimeout());
        Audited audited = new Audited(security.audit(), workers, ports.clock());
        router.route()
                .failureHandler(ctx -> Problems.answer(ctx, ctx.statusCode()))
                .handler(ctx -> {
                    Observation.begin(ctx, observer);
                    SafeHeaders.put(ctx.request());
                    // Whoever wants the body takes the place of this.
                    bodies.drop(ctx.request());
                    ctx.next();
                });
        if (ports.budgets() != null) {
            // The first: it is asked before every call, and routes are tried one after the other.
            new AdmissionRoute(ports, bodies).mount(api);
        }
        new EventRoutes(ports, config, intake, bodies).mount(api);
        new SpendRoutes(ports, workers, bodies, config.queriesMax()).mount(api);
        new FocusRoutes(ports, workers).mount(api);
        new PriceRoutes(ports, workers, bodies, audited).mount(api);
        if (ports.budgets() != null) {
            new BudgetRoutes(ports, workers, bodies, audited).mount(api);
            new AlertRoutes(ports, workers, bodies, audited, config.queriesMax()).mount(api);
            new SilenceRoutes(ports, workers, bodies, audited).mount(api);
        }
        if (ports.reconciliations() != null) {
            new ReconciliationRoutes(ports, workers, bodies, audited).mount(api);
        }
        new InstanceRoutes(ports, workers).mount(api);
        new PageRoutes(security).mount(api);
        api.finish();
        for (int status : new int[] {400, 404, 405, 406, 413, 414, 415, 500}) {
            router.errorHandler(status, ctx -> Problems.answer(ctx, status));
        }
    }

    private static void await(Future<?> future, long seconds) throws IOException {
        try {
            future.toCompletionStage().toCompletableFuture().get(seconds, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IOException(e.getCause().getMessage(), e.getCause());
        } catch (TimeoutException e) {
            throw new IOException("not done after " + seconds + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
