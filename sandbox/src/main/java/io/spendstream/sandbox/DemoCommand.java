package io.spendstream.sandbox;

import io.spendstream.client.PublisherConfig;
import io.spendstream.sandbox.traffic.Traffic;
import io.spendstream.sandbox.traffic.TrafficModel;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code demo}: everything on this machine, with sample traffic. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = "Runs broker, registry, application and sample traffic on this machine until Ctrl-C.")
final class DemoCommand implements Callable<Integer> {

    /** Always the same, so that a demo on the data of an earlier one goes on with the same company. */
    private static final long SEED = 42;

    private static final Duration PAST = Duration.ofHours(24);
    private static final Duration WAIT_FOR_ROOM = Duration.ofSeconds(30);

    @Mixin
    private SandboxArguments arguments;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        return new Foreground(out, spec.commandLine().getErr())
                .run(arguments.options(true), sandbox -> begin(sandbox, out));
    }

    private AutoCloseable begin(Sandbox sandbox, PrintWriter out) {
        URI http = sandbox.httpUrl().orElseThrow();
        out.println(QUERIES.replace("HTTP", http.toString()).replace("LOG", sandbox.dataDir() + "/sandbox.log"));
        out.flush();
        Traffic traffic = arguments.traffic() ? traffic(sandbox) : null;
        LiveSummary summary = new LiveSummary(
                http,
                sandbox.application().orElseThrow().totals(),
                traffic,
                out,
                Boolean.getBoolean("spendstream.terminal"));
        summary.start();
        return () -> {
            summary.close();
            if (traffic != null) {
                traffic.close();
            }
        };
    }

    private static Traffic traffic(Sandbox sandbox) {
        PublisherConfig config = PublisherConfig.of(
                        sandbox.bootstrapServers(), sandbox.registryUrl().toString())
                .withMaxBlock(WAIT_FOR_ROOM);
        return new Traffic(config, new TrafficModel(SEED), Clock.systemUTC(), PAST).start();
    }

    /** What to try, as one can paste it into a shell. */
    static final String QUERIES = """

              Dashboard   HTTP/
              Try         curl -s 'HTTP/v1/spend?group_by=feature'
                          curl -s 'HTTP/v1/spend?group_by=tenant,team&order=-cost_usd&limit=10'
                          curl -s 'HTTP/v1/spend?group_by=model&granularity=hour' -H 'Accept: text/csv'
                          curl -s 'HTTP/v1/spend?model=orion-2-preview'      a model without a price
                          curl -s 'HTTP/v1/prices/gpt-4o'
              Log         LOG
              Stop        Ctrl-C
            """;
}
