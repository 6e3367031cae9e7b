package io.spendstream.acceptance.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spendstream.anomaly.Detector;
import io.spendstream.anomaly.DetectorSettings;
import io.spendstream.runtime.AppConfig;
import io.spendstream.topic.Topics;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the detectors cost: events per second of the pipeline with all of them, as they are by default, beside events per
 * second with all of them switched off, over the same events. The two take turns, and who is first in a round changes; the
 * first round warms up.
 */
final class DetectorsCost {

    private record Round(Speed off, Speed on) {
        double ratio() {
            return on.perSecond() / off.perSecond();
        }
    }

    private static final long SEED = 20_261_122;

    private final Site site;
    private final Options options;
    private final PrintWriter out;

    DetectorsCost(Site site, Options options, PrintWriter out) {
        this.site = site;
        this.options = options;
        this.out = out;
    }

    void run(ObjectNode result) throws IOException, InterruptedException {
        Topics topics = Topics.withPrefix("detectors.");
        site.createTopics(topics);
        Filling filling = Filling.fill(
                site, topics.usageEvents().name(), new Backlog(SEED, options.events(), options.users(), Instant.now()));
        PipelineRun pipeline = new PipelineRun(site, filling);
        out.printf("%n%-34s %12s %8s   %s%n", "", "events/s", "ratio", CpuTimes.HEADINGS);
        round("warm-up", pipeline, true);
        List<Round> rounds = new ArrayList<>();
        for (int i = 1; i <= options.rounds(); i++) {
            rounds.add(round("round " + i, pipeline, i % 2 == 0));
        }
        double[] ratios = rounds.stream().mapToDouble(Round::ratio).sorted().toArray();
        double median = (ratios[ratios.length / 2] + ratios[(ratios.length - 1) / 2]) / 2;
        out.printf("throughput with detectors to without: %.2f%n", median);
        result.put("ratio", Latencies.rounded(median));
        ArrayNode each = result.putArray("rounds");
        for (Round round : rounds) {
            ObjectNode json = each.addObject();
            json.set("without", round.off.toJson());
            json.set("with", round.on.toJson());
            json.put("ratio", Latencies.rounded(round.ratio()));
        }
    }

    private Round round(String name, PipelineRun pipeline, boolean offFirst) throws IOException, InterruptedException {
        Speed first = pipeline.measure(settings(!offFirst));
        Speed second = pipeline.measure(settings(offFirst));
        Round round = offFirst ? new Round(first, second) : new Round(second, first);
        out.printf("%-34s %,12.0f %8s   %s%n", name + ", no detectors", round.off.perSecond(), "", round.off.remarks());
        out.printf(
                "%-34s %,12.0f %8.3f   %s%n",
                name + ", detectors", round.on.perSecond(), round.ratio(), round.on.remarks());
        out.flush();
        return round;
    }

    private Map<String, String> settings(boolean detectors) {
        Map<String, String> settings = new HashMap<>();
        settings.put(AppConfig.TOPIC_PREFIX, "detectors.");
        settings.put(AppConfig.THREADS, Integer.toString(options.threads()));
        settings.put(AppConfig.PRICED_PUBLISHED, "false");
        for (Detector detector : Detector.values()) {
            settings.put(DetectorSettings.PREFIX + detector.label() + ".enabled", Boolean.toString(detectors));
        }
        return settings;
    }
}
