package io.spendstream.acceptance.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spendstream.anomaly.Detector;
import io.spendstream.anomaly.DetectorSettings;
import io.spendstream.runtime.AppConfig;
import io.spendstream.topic.Topics;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * What the detectors cost: the pipeline with all of them, as they are by default, beside the pipeline with all of them
 * switched off, over the same events, as in {@link BesideRuns}.
 */
final class DetectorsCost {

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
        out.printf("%n%-34s %12s   %s%n", "", "events/s", CpuTimes.HEADINGS);
        BesideRuns runs = new BesideRuns(
                name -> print(name + ", no detectors", pipeline.measure(settings(false))),
                name -> print(name + ", detectors", pipeline.measure(settings(true))));
        runs.measure(options.warmUps(), options.rounds());
        if (options.profile()) {
            profile("without detectors", pipeline, settings(false));
            profile("with detectors", pipeline, settings(true));
        }
        out.printf(
                "throughput with detectors to without: %.2f; by processor time per event: %.2f%n",
                runs.ratio(), runs.cpuRatio());
        runs.toJson(result);
    }

    private Speed print(String name, Speed speed) {
        out.printf("%-34s %,12.0f   %s%n", name, speed.perSecond(), speed.remarks());
        out.flush();
        return speed;
    }

    private void profile(String name, PipelineRun pipeline, Map<String, String> settings)
            throws IOException, InterruptedException {
        Profile profile = pipeline.profile(settings);
        out.printf("%n%s:", name);
        profile.print(out);
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
