package io.spendstream.acceptance.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench}: measures the pipeline on this machine. */
@Command(name = "bench", description = "Measures the pipeline on this machine.", mixinStandardHelpOptions = true)
public final class Bench implements Callable<Integer> {

    private static final String LOGGING = "logback.configurationFile";

    @Option(names = "--events", defaultValue = "2000000", description = "In the topic. Default: ${DEFAULT-VALUE}.")
    long events;

    @Option(names = "--users", defaultValue = "20000", description = "Users. Default: ${DEFAULT-VALUE}.")
    int users;

    @Option(names = "--partitions", defaultValue = "4", description = "Partitions. Default: ${DEFAULT-VALUE}.")
    int partitions;

    @Option(names = "--rounds", defaultValue = "3", description = "Rounds. Default: ${DEFAULT-VALUE}.")
    int rounds;

    @Option(names = "--threads", defaultValue = "2", description = "Threads. Default: ${DEFAULT-VALUE}.")
    int threads;

    @Option(names = "--workdir", paramLabel = "DIR", description = "Where the data goes meanwhile.")
    Path workdir;

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = new PrintWriter(System.out, true);
        Path directory = workdir == null ? Files.createTempDirectory("spendstream-bench") : workdir;
        try (Site site = new Site(directory, partitions)) {
            List<Throughput.Round> measured = new Throughput(this, site, out).run();
            double[] ratios = measured.stream()
                    .mapToDouble(Throughput.Round::ratio)
                    .sorted()
                    .toArray();
            out.printf("ratio to floor %.2f%n", ratios[ratios.length / 2]);
            return 0;
        } catch (WrongAnswer e) {
            System.err.println("bench: " + e.getMessage());
            return 1;
        }
    }

    public static void main(String[] args) {
        if (System.getProperty(LOGGING) == null) {
            System.setProperty(LOGGING, "bench-logback.xml");
        }
        System.exit(new CommandLine(new Bench()).execute(args));
    }
}
