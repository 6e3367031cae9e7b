package io.spendstream.acceptance.guarantee;

import io.spendstream.acceptance.Cluster;
import io.spendstream.acceptance.Directories;
import io.spendstream.runtime.AppConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code guarantees}: proves on real processes and under real faults that nothing is lost, doubled or wrong. */
@Command(
        name = "guarantees",
        description =
                "Proves under faults, with a broker and instances of its own, that no event is lost, counted twice"
                        + " or mispriced. Ends with 1 where one is.",
        mixinStandardHelpOptions = true,
        showDefaultValues = true)
public final class Guarantees implements Callable<Integer> {

    /** Something was lost, doubled or wrong. */
    public static final int EXIT_BROKEN = 1;

    /** The directory's name begins with it. */
    private static final String OWN = "spendstream-guarantees-";

    private static final String LOGGING = "logback.configurationFile";
    private static final int ROUNDS_MAX = 10_000;

    /** A guarantee that can be taken away, to see that it is missed. */
    enum Weakness {
        AT_LEAST_ONCE("at-least-once", Map.of(AppConfig.GUARANTEE, "at_least_once")),
        SUMS_BY_TIMER("sums-by-timer", Map.of(AppConfig.COMMIT_WORK, "by_timer"));

        /** As it is asked for. */
        final String word;

        final Map<String, String> configuration;

        Weakness(String word, Map<String, String> configuration) {
            this.word = word;
            this.configuration = configuration;
        }
    }

    @Option(names = "--rounds", defaultValue = "1", description = "How often each fault strikes a new deployment.")
    private int rounds;

    @Option(
            names = "--seed",
            defaultValue = "1",
            description = "Of the events and of what faults choose; the moments are those of the machine.")
    private long seed;

    @Option(
            names = "--faults",
            split = ",",
            paramLabel = "FAULT",
            description = "Only these, separated by commas; 'list' says which there are. Default: all.")
    private List<String> faults = List.of();

    @Option(
            names = "--weaken",
            paramLabel = "HOW",
            description = "Takes a guarantee away, to see that it is missed: at-least-once processes without"
                    + " transactions, sums-by-timer sends what was summed now and then and not before each commit.")
    private Weakness weakness;

    @Option(
            names = "--old-lib",
            paramLabel = "DIR",
            description = "Of the fault upgrade: the jars of the build that instances begin with.")
    private Path oldLib;

    @Option(
            names = "--workdir",
            paramLabel = "DIR",
            description =
                    "Where to make a directory for the data, which is deleted at the end where all was well. Default:"
                            + " where temporary files go.")
    private Path workdir;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (faults.equals(List.of("list"))) {
            Faults.ALL.forEach(
                    fault -> spec.commandLine().getOut().printf("%-20s %s%n", fault.name(), fault.description()));
            return 0;
        }
        List<Fault> chosen = new ArrayList<>();
        for (Fault fault : chosen()) {
            Optional<String> missing = fault.missing();
            missing.ifPresentOrElse(
                    what -> spec.commandLine().getOut().printf("left out: %s needs %s%n", fault.name(), what),
                    () -> chosen.add(fault));
        }
        Path directory = workdir == null
                ? Files.createTempDirectory(OWN)
                : Files.createTempDirectory(Files.createDirectories(workdir).toAbsolutePath(), OWN);
        Findings found = run(directory, chosen);
        if (!found.isClean()) {
            spec.commandLine().getErr().println("guarantees: the logs of broker and instances are in " + directory);
            return EXIT_BROKEN;
        }
        Directories.delete(directory);
        return 0;
    }

    private Findings run(Path directory, List<Fault> chosen) throws IOException, InterruptedException {
        try (Cluster cluster = Cluster.start(directory)) {
            Thread abandoning = new Thread(() -> abandon(cluster, directory), "abandon");
            Runtime.getRuntime().addShutdownHook(abandoning);
            Map<String, String> configuration = weakness == null ? Map.of() : weakness.configuration;
            Findings found =
                    new Suite(cluster, chosen, configuration, spec.commandLine().getOut()).run(rounds, seed);
            Runtime.getRuntime().removeShutdownHook(abandoning);
            return found;
        }
    }

    /** The process is told to end in the middle. */
    private static void abandon(Cluster cluster, Path directory) {
        cluster.close();
        try {
            Directories.delete(directory);
        } catch (IOException | UncheckedIOException e) {
            System.err.println("guarantees: something may be left in " + directory);
        }
    }

    private List<Fault> chosen() {
        try {
            if (rounds < 1 || rounds > ROUNDS_MAX) {
                throw new IllegalArgumentException("--rounds takes 1 to " + ROUNDS_MAX + ", not " + rounds);
            }
            List<Fault> named = faults.isEmpty()
                    ? Faults.ALL
                    : faults.stream().map(Faults::named).toList();
            return named.stream().map(fault -> fault.from(oldLib)).toList();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    static CommandLine command() {
        return new CommandLine(new Guarantees()).registerConverter(Weakness.class, Guarantees::weakness);
    }

    private static Weakness weakness(String name) {
        return Arrays.stream(Weakness.values())
                .filter(weakness -> weakness.word.equals(name))
                .findFirst()
                .orElseThrow(() -> new CommandLine.TypeConversionException("it takes "
                        + Arrays.stream(Weakness.values())
                                .map(weakness -> weakness.word)
                                .collect(Collectors.joining(" or "))
                        + ", not '" + name + "'"));
    }

    public static void main(String[] args) {
        if (System.getProperty(LOGGING) == null) {
            System.setProperty(LOGGING, "bench-logback.xml");
        }
        System.exit(command().execute(args));
    }
}
