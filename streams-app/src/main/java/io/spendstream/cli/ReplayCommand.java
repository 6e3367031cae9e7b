package io.spendstream.cli;

import io.spendstream.client.PublishException;
import io.spendstream.client.PublisherConfig;
import io.spendstream.client.UsagePublisher;
import io.spendstream.topic.Topics;
import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code replay}: publishes a recorded trace as usage events. Exits with 0 when all are acknowledged. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        description = "Publishes a recorded trace as usage events.",
        footer = {
            "",
            "Times are moved by whole days, so that the last one is at most a day ago. Ids are made of the file's name,"
                    + " the line and the number of days, so replaying a file again changes nothing, not even for"
                    + " another feature, model or tenant. By how many days a file was moved is kept in Kafka: a later replay of a file of"
                    + " that name moves it by as many, also on another day. Kafka forgets it 7 days after the last"
                    + " replay (offsets.retention.minutes), or with the topic; the next replay is then moved to other"
                    + " days and counted, as other events. --shift-to says the day and needs no such memory.",
            "",
            "With --no-shift, events older than the pipeline's horizon (35 days by default) are rejected as too old."
        })
public final class ReplayCommand implements Callable<Integer> {

    private static final String AZURE = "azure";
    private static final BigDecimal SPEED_MAX = BigDecimal.valueOf(1_000_000);
    /** Leaves room in an id of 256 characters for the line and the days. */
    private static final int NAME_LENGTH_MAX = 200;

    private static final int TEXT_LENGTH_MAX = 256;
    private static final int FAILED = 1;

    @Spec
    private CommandSpec spec;

    @Option(names = "--format", required = true, paramLabel = "FORMAT", description = "Format of the file: azure.")
    private String format;

    @Parameters(paramLabel = "FILE", description = "CSV with the header " + AzureTrace.HEADER + ", times in UTC.")
    private Path file;

    @Option(
            names = "--feature",
            defaultValue = "code-completion",
            description = "Feature of the events (default: ${DEFAULT-VALUE}).")
    private String feature;

    @Option(
            names = "--model",
            defaultValue = "gpt-4o",
            description = "Model of the events (default: ${DEFAULT-VALUE}).")
    private String model;

    @Option(
            names = "--tenant",
            defaultValue = "default",
            description = "Tenant of the events (default: ${DEFAULT-VALUE}).")
    private String tenant;

    @Option(
            names = "--speed",
            defaultValue = "max",
            paramLabel = "N|max",
            description = "How many times as fast as recorded, such as 1 or 60; max: as fast as possible (default).")
    private String speed;

    @Option(names = "--no-shift", description = "Keep the times as recorded.")
    private boolean noShift;

    @Option(
            names = "--shift-to",
            paramLabel = "DATE",
            description = "Move by as many days as put the last event on this UTC day, such as 2026-11-21.")
    private String shiftTo;

    @Mixin
    private Addresses addresses;

    @Option(names = "--topic-prefix", defaultValue = "", description = "Prefix of the topics' names (default: none).")
    private String topicPrefix;

    private final Clock clock;
    private final Ticker ticker;
    private final Function<String, ReplayCluster> clusters;
    private final Function<PublisherConfig, UsagePublisher> publishers;

    public ReplayCommand() {
        this(Clock.systemUTC(), Ticker.SYSTEM, KafkaReplayCluster::new, UsagePublisher::open);
    }

    /**
     * @param clusters a cluster by its bootstrap servers
     * @param publishers a publisher by its configuration
     */
    ReplayCommand(
            Clock clock,
            Ticker ticker,
            Function<String, ReplayCluster> clusters,
            Function<PublisherConfig, UsagePublisher> publishers) {
        this.clock = clock;
        this.ticker = ticker;
        this.clusters = clusters;
        this.publishers = publishers;
    }

    @Override
    public Integer call() throws InterruptedException {
        BigDecimal times = checkedOptions();
        PublisherConfig config = config();
        AzureTrace trace = new AzureTrace(file);
        try {
            AzureTrace.Summary summary = trace.check();
            try (ReplayCluster cluster = clusters.apply(addresses.bootstrapServers())) {
                cluster.requireTopic(config.topic());
                long days = days(cluster, config.topic(), trace.name(), summary);
                publish(
                        new Replay(trace, summary, new Replay.Attribution(tenant, feature, model), days, times),
                        config);
            }
            return 0;
        } catch (TraceException | ReplayException | PublishException e) {
            err().println(e.getMessage());
        } catch (KafkaException e) {
            // A client could not even be made, as for an address that cannot be resolved; the cause says why.
            err().println(e.getMessage()
                    + (e.getCause() == null ? "" : ": " + e.getCause().getMessage()) + "; check --bootstrap-servers");
        } catch (IOException e) {
            err().println(file + " cannot be read: " + e);
        }
        return FAILED;
    }

    private void publish(Replay replay, PublisherConfig config)
            throws TraceException, IOException, InterruptedException {
        out().printf(
                        "publishing %d events from %s to %s at %s%n",
                        replay.summary().rows(), replay.trace().name(), config.topic(), addresses.bootstrapServers());
        out().flush();
        try (UsagePublisher publisher = open(config)) {
            publisher.warmUp(Duration.ofSeconds(10));
            replay.publish(publisher, ticker, out());
        }
        out().printf(
                        "published %d events from %s, first %s, last %s, shifted by %d days%n",
                        replay.summary().rows(), replay.trace().name(), replay.first(), replay.last(), replay.days());
        out().flush();
    }

    private UsagePublisher open(PublisherConfig config) {
        try {
            return publishers.apply(config);
        } catch (IllegalArgumentException e) {
            throw wrong(e.getMessage());
        }
    }

    private long days(ReplayCluster cluster, String topic, String name, AzureTrace.Summary summary) {
        if (noShift) {
            return 0;
        }
        Instant now = clock.instant();
        if (shiftTo != null) {
            long days = DayShift.endingOn(summary.last(), day());
            if (DayShift.moved(summary.last(), days).isAfter(now)) {
                throw wrong("--shift-to " + shiftTo + " puts the last event at " + DayShift.moved(summary.last(), days)
                        + ", in the future; take an earlier day");
            }
            return days;
        }
        return remembered(cluster, topic, name, summary, now);
    }

    private long remembered(ReplayCluster cluster, String topic, String name, AzureTrace.Summary summary, Instant now) {
        long days = DayShift.endingBefore(summary.last(), now);
        try {
            OptionalLong before = cluster.shiftOf(topic, name);
            if (before.isPresent()
                    && before.getAsLong() != days
                    && DayShift.isReplayable(summary.first(), summary.last(), before.getAsLong(), now)) {
                out().printf(
                                "%s was replayed before and is moved by as many days again, so that nothing is counted twice;"
                                        + " to count it on other days, use --shift-to%n",
                                name);
                days = before.getAsLong();
            }
            // Before the first event: a replay that is cut short is completed by the next, not begun again elsewhere.
            cluster.remember(topic, name, days);
        } catch (ReplayException e) {
            err().printf(
                            "warning: Kafka cannot keep by how many days %s is moved (%s); replayed again after %s UTC it"
                                    + " would be counted again, unless with --shift-to %s%n",
                            name,
                            e.getMessage(),
                            DayShift.moved(summary.last(), days + 1),
                            DayShift.moved(summary.last(), days).toString().substring(0, 10));
        }
        return days;
    }

    /** Checks what needs neither the file's content nor Kafka; returns the speed, null for max. */
    private BigDecimal checkedOptions() {
        if (!AZURE.equals(format)) {
            throw wrong("--format takes azure, not '" + format + "'");
        }
        if (noShift && shiftTo != null) {
            throw wrong("--no-shift and --shift-to exclude each other");
        }
        if (shiftTo != null) {
            day();
        }
        text("--feature", feature);
        text("--model", model);
        text("--tenant", tenant);
        if (!Files.isRegularFile(file)) {
            throw wrong(file + " is not a file");
        }
        String name = file.getFileName().toString();
        if (name.length() > NAME_LENGTH_MAX || name.chars().anyMatch(c -> c < ' ')) {
            throw wrong("FILE needs a name of at most " + NAME_LENGTH_MAX
                    + " characters without control characters, as ids are made of it");
        }
        return speed();
    }

    private BigDecimal speed() {
        if ("max".equals(speed)) {
            return null;
        }
        // Plain digits only: 1e999999999 is a number too, and one that takes for ever to compute with.
        if (speed.matches("[0-9]{1,7}(\\.[0-9]{1,6})?")) {
            BigDecimal times = new BigDecimal(speed);
            if (times.signum() > 0 && times.compareTo(SPEED_MAX) <= 0) {
                return times;
            }
        }
        throw wrong("--speed takes max or a number above 0 and up to " + SPEED_MAX + ", not '" + speed + "'");
    }

    private LocalDate day() {
        try {
            return LocalDate.parse(shiftTo);
        } catch (DateTimeParseException e) {
            throw wrong("--shift-to takes a date such as 2026-11-21, not '" + shiftTo + "'");
        }
    }

    private void text(String option, String value) {
        if (value.isEmpty() || value.length() > TEXT_LENGTH_MAX || value.chars().anyMatch(c -> c < ' ')) {
            throw wrong(option + " takes 1 to " + TEXT_LENGTH_MAX + " characters, none of them a control character");
        }
    }

    private PublisherConfig config() {
        try {
            return PublisherConfig.of(addresses.bootstrapServers(), addresses.registryUrl())
                    .withTopic(Topics.withPrefix(topicPrefix).usageEvents().name())
                    .withMaxBlock(Duration.ofMinutes(1))
                    .withDeliveryTimeout(Duration.ofMinutes(2));
        } catch (IllegalArgumentException e) {
            throw wrong(e.getMessage());
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }
}
