package io.spendstream.acceptance.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How many processors each of some processes took over a while, and how busy the machine was: where it was all the time,
 * a pipeline that fell behind did so for want of them.
 */
final class Processors {

    private static final OperatingSystemMXBean SYSTEM =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    private final Map<String, Long> pids;
    private final Map<String, Double> seconds;
    private final long startNs = System.nanoTime();
    private final Map<String, Double> taken = new LinkedHashMap<>();
    private double busy;

    /** @param pids of processes by what to call them */
    Processors(Map<String, Long> pids) {
        this.pids = pids;
        this.seconds = seconds();
        // The first answer is for the time before.
        SYSTEM.getCpuLoad();
    }

    /** To be called while they all run. */
    void stop() {
        double passed = (System.nanoTime() - startNs) / 1e9;
        busy = SYSTEM.getCpuLoad();
        seconds().forEach((name, used) -> taken.put(name, (used - seconds.get(name)) / passed));
    }

    private Map<String, Double> seconds() {
        Map<String, Double> used = new LinkedHashMap<>();
        pids.forEach((name, pid) -> used.put(
                name,
                ProcessHandle.of(pid)
                                .flatMap(process -> process.info().totalCpuDuration())
                                .orElse(Duration.ZERO)
                                .toMillis()
                        / 1e3));
        return used;
    }

    void tell(PrintWriter out, ObjectNode json) {
        StringBuilder line = new StringBuilder();
        taken.forEach((name, processors) -> {
            line.append("%s %.2f, ".formatted(name, processors));
            json.put(name.replace(' ', '_'), Latencies.rounded(processors));
        });
        out.printf("  %-28s %sthe machine busy to %.0f %%%n", "processors", line, 100 * busy);
        json.put("busy", Latencies.rounded(busy));
    }
}
