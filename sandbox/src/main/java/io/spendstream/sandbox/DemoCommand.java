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

    /** Two weeks, so that the week before can be compared with and what is usual is known. */
    static final Duration PAST = Duration.ofDays(14);

    private static final Duration RUNAWAY = Duration.ofHours(3);
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
        SampleBudgets budgets = traffic == null ? null : new SampleBudgets(http, Clock.systemUTC());
        if (budgets != null) {
            out.println(STORY.formatted(PAST.toDays()));
            budgets.putWhen(traffic::isLive);
        }
        LiveSummary summary = new LiveSummary(
                http,
                sandbox.application().orElseThrow().totals(),
                traffic,
                out,
                Boolean.getBoolean("spendstream.terminal"));
        summary.start();
        return () -> {
            summary.close();
            if (budgets != null) {
                budgets.close();
            }
            if (traffic != null) {
                traffic.close();
            }
        };
    }

    private static Traffic traffic(Sandbox sandbox) {
        PublisherConfig config = PublisherConfig.of(
                        sandbox.bootstrapServers(), sandbox.registryUrl().toString())
                .withMaxBlock(WAIT_FOR_ROOM);
        return new Traffic(config, new TrafficModel(SEED), Clock.systemUTC(), PAST, RUNAWAY).start();
    }

    /** What of it is made up. */
    private static final String STORY = """
              The traffic is made up: first the last %d days, quickly and without most of the cheapest calls, then every
              second as it passes. Since three hours ago an agent of research-agent runs in circles. When the past is
              there, sample budgets are set with limits that suit what was spent: one is passed, one nearly.
            """;

    /** What to try, as one can paste it into a shell. */
    static final String QUERIES = """

              Dashboard   HTTP/
              Try         curl -s 'HTTP/v1/spend?group_by=feature'
                          curl -s 'HTTP/v1/spend?group_by=tenant,team&order=-cost_usd&limit=10'
                          curl -s 'HTTP/v1/spend?group_by=model&granularity=hour' -H 'Accept: text/csv'
                          curl -s 'HTTP/v1/spend?model=orion-2-preview'      a model without a price
                          curl -s 'HTTP/v1/prices/gpt-4o'
                          curl -s 'HTTP/v1/alerts?state=OPEN,ESCALATED'
              Log         LOG
              Stop        Ctrl-C
            """;
}
