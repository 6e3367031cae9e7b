package io.spendstream.acceptance.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spendstream.acceptance.LeakingApp;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code bench}: measures the application on this machine, with the broker on it. */
@Command(
        name = "bench",
        description = "Measures the application on this machine, with a broker of its own.",
        mixinStandardHelpOptions = true,
        showDefaultValues = true)
public final class Bench implements Callable<Integer> {

    /** A measurement was fast and wrong, or failed. */
    public static final int EXIT_FAILED = 1;

    /** The directory's name begins with it. */
    private static final String OWN = "spendstream-bench-";

    private static final String LOGGING = "logback.configurationFile";

    /** What can be measured. */
    enum Part {
        THROUGHPUT,
        SPEND,
        PUBLISH,
        ADMISSION,
        ALERTS,
        OVERSPEND,
        BUDGETS,
        DETECTORS,
        RECOVERY,
        PARTS,
        GROWTH,
        LOAD,
        SOAK,
        /** But for the four before, which take long. */
        ALL;

        boolean includes(Part other) {
            return this == other || (this == ALL && other.compareTo(PARTS) < 0);
        }
    }

    @Parameters(
            arity = "0..1",
            defaultValue = "all",
            description =
                    "One of throughput, spend, publish, admission, alerts, overspend, budgets, detectors, recovery, parts, growth, load, soak, all.")
    private Part part;

    @Option(names = "--events", defaultValue = "2000000", description = "In the topic that is read.")
    private long events;

    @Option(names = "--users", defaultValue = "20000", description = "Users, drawn uniformly.")
    private int users;

    @Option(names = "--partitions", defaultValue = "4", description = "Of every topic.")
    private int partitions;

    @Option(names = "--rounds", defaultValue = "3", description = "Of floor and pipeline.")
    private int rounds;

    @Option(names = "--warm-ups", defaultValue = "2", description = "Rounds before those, which do not count.")
    private int warmUps;

    @Option(names = "--threads", defaultValue = "2", description = "Processing threads.")
    private int threads;

    @Option(names = "--cells", defaultValue = "1000000", description = "Cells that spend is asked over.")
    private long cells;

    @Option(names = "--state-mb", defaultValue = "1024", description = "Of the part recovery: state, about.")
    private int stateMb;

    @Option(names = "--minutes", description = "Of the parts soak (60 unless given) and load (8).")
    private Integer minutes;

    @Option(names = "--rate", description = "Events a second of the parts soak (200 unless given) and load (20000).")
    private Integer rate;

    @Option(
            names = "--seed",
            description =
                    "Of the part soak: the same draws the same calls. Another each time unless given; it is printed.")
    private Long seed;

    @Option(
            names = "--leak",
            hidden = true,
            description = "Of the part soak: instances lose handles, threads, native_memory or heap, to see that it is"
                    + " found.")
    private LeakingApp.Leak leak;

    @Option(names = "--commit-interval", defaultValue = "100", description = "Of the part alerts, in milliseconds.")
    private int commitInterval;

    @Option(names = "--profile", description = "A further round, with a profile of where the time goes.")
    private boolean profile;

    @Option(names = "--json", paramLabel = "FILE", description = "Where the results go as JSON.")
    private Path json;

    @Option(
            names = "--workdir",
            paramLabel = "DIR",
            description =
                    "Where to make a directory for the data, about 2 GB, which is deleted at the end. Default: where"
                            + " temporary files go.")
    private Path workdir;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Options options = options();
        PrintWriter out = spec.commandLine().getOut();
        Path directory = workdir == null
                ? Files.createTempDirectory(OWN)
                : Files.createTempDirectory(Files.createDirectories(workdir), OWN);
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode result = mapper.createObjectNode();
        result.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        result.set("machine", Machine.describe().put("load_before", Latencies.rounded(Machine.load())));
        result.set("options", mapper.valueToTree(options));
        out.println(result.get("machine"));
        try (Site site = new Site(directory, partitions)) {
            measure(site, options, out, result);
        } catch (WrongAnswer e) {
            spec.commandLine().getErr().println("bench: " + e.getMessage());
            return EXIT_FAILED;
        }
        if (json != null) {
            String text = mapper.writerWithDefaultPrettyPrinter().writeValueAsString(result) + "\n";
            Files.writeString(json, text, StandardCharsets.UTF_8);
        }
        return 0;
    }

    private Options options() {
        try {
            boolean load = part == Part.LOAD;
            return new Options(
                    events,
                    users,
                    partitions,
                    rounds,
                    warmUps,
                    threads,
                    cells,
                    stateMb,
                    given(minutes, load ? UnderLoad.MINUTES : Soak.MINUTES),
                    given(rate, load ? UnderLoad.PER_SECOND : Soak.PER_SECOND),
                    seed == null ? System.nanoTime() : seed,
                    commitInterval,
                    profile);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private static int given(Integer value, int otherwise) {
        return value == null ? otherwise : value;
    }

    private void measure(Site site, Options options, PrintWriter out, ObjectNode result)
            throws IOException, InterruptedException {
        if (part.includes(Part.SPEND)) {
            new SpendQueries(site, options, out).run(result.putObject("spend"));
        }
        if (part.includes(Part.PUBLISH)) {
            new PublishLoad(site, options, out).run(result.putObject("publish"));
        }
        if (part.includes(Part.ADMISSION)) {
            new AdmissionChecks(site, out).run(result.putObject("admission"));
        }
        if (part.includes(Part.ALERTS)) {
            new AlertDelay(site, options, out).run(result.putObject("alerts"));
        }
        if (part.includes(Part.OVERSPEND)) {
            new Overspend(site, out).run(result.putObject("overspend"));
        }
        if (part.includes(Part.BUDGETS)) {
            new BudgetsCost(site, options, out).run(result.putObject("budgets"));
        }
        if (part.includes(Part.DETECTORS)) {
            new DetectorsCost(site, options, out).run(result.putObject("detectors"));
        }
        if (part.includes(Part.RECOVERY)) {
            new Recovery(site, options, out).run(result.putObject("recovery"));
        }
        if (part.includes(Part.PARTS)) {
            new Variations(site, options, out).parts(result.putObject("parts"));
        }
        if (part.includes(Part.GROWTH)) {
            new Variations(site, options, out).growth(result.putObject("growth"));
        }
        if (part.includes(Part.LOAD)) {
            new UnderLoad(site, options, out).run(result.putObject("load"));
        }
        if (part.includes(Part.SOAK)) {
            new Soak(site, options, leak, out).run(result.putObject("soak"));
        }
        String closingLines = "";
        if (part.includes(Part.THROUGHPUT)) {
            closingLines = new Throughput(site, options, out).run(result.putObject("throughput"));
        }
        long application = Machine.peakResidentMb(ProcessHandle.current().pid());
        long broker = Machine.peakResidentMb(site.brokerPid());
        out.printf("%npeak memory: application %,d MB, broker %,d MB%n%n%s%n", application, broker, closingLines);
        ObjectNode memory = result.putObject("peak_resident_mb");
        memory.put("application", application);
        memory.put("broker", broker);
    }

    static CommandLine command() {
        return new CommandLine(new Bench()).setCaseInsensitiveEnumValuesAllowed(true);
    }

    public static void main(String[] args) {
        if (System.getProperty(LOGGING) == null) {
            System.setProperty(LOGGING, "bench-logback.xml");
        }
        System.exit(command().execute(args));
    }
}
