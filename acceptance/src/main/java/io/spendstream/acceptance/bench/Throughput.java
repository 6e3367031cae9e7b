package io.spendstream.acceptance.bench;

import io.spendstream.runtime.AppConfig;
import io.spendstream.topic.Topic;
import io.spendstream.topic.Topics;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Events per second of the whole pipeline beside events per second of only reading and decoding the same topic. */
final class Throughput {

    /** One floor and one pipeline, one after the other. */
    record Round(Speed floor, Speed pipeline) {
        double ratio() {
            return pipeline.perSecond() / floor.perSecond();
        }
    }

    private static final long SEED = 20_261_121;

    private final Bench bench;
    private final Site site;
    private final PrintWriter out;

    Throughput(Bench bench, Site site, PrintWriter out) {
        this.bench = bench;
        this.site = site;
        this.out = out;
    }

    List<Round> run() throws IOException, InterruptedException {
        Topics topics = Topics.withPrefix("");
        Filling filling = fill(topics.usageEvents());
        site.create(topics.prices());
        site.publishPrices(topics.prices());
        out.printf(
                "%,d events of %.0f bytes in %d partitions, filled in %.1f s%n",
                filling.ledger().records(), filling.bytesPerEvent(), site.partitions(), filling.seconds());
        PipelineRun pipeline = new PipelineRun(site, filling);
        List<Round> rounds = new ArrayList<>();
        for (int i = 0; i <= bench.rounds; i++) {
            Speed floor = Floor.measure(site, filling);
            Round round = new Round(floor, pipeline.measure(headline()));
            out.printf(
                    "%-8s floor %,9.0f  pipeline %,9.0f  ratio %.3f   %s%n",
                    i == 0 ? "warm-up" : "round " + i,
                    round.floor.perSecond(),
                    round.pipeline.perSecond(),
                    round.ratio(),
                    round.pipeline.cpu());
            out.flush();
            if (i > 0) {
                rounds.add(round);
            }
        }
        return rounds;
    }

    private Filling fill(Topic topic) throws InterruptedException {
        site.create(topic);
        return Filling.fill(site, topic.name(), new Backlog(SEED, bench.events, bench.users, Instant.now()));
    }

    private Map<String, String> headline() {
        return Map.of(AppConfig.THREADS, Integer.toString(bench.threads), AppConfig.PRICED_PUBLISHED, "false");
    }
}
