package io.spendstream.cli;

import io.spendstream.cli.Sizing.Load;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code size}: what an installation needs for a load. Asks nobody; exits with 0. */
@Command(
        name = "size",
        description = "Says what an installation needs: partitions, instances, memory and disk.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {"", "docs/operations.md says how it reckons, and from which measurements."})
public final class SizeCommand implements Callable<Integer> {

    /** Beyond these nothing was ever measured, and sums could run over. */
    private static final long EVENTS_PER_SECOND_MAX = 10_000_000;

    private static final long COUNT_MAX = 1_000_000_000;
    private static final int DAYS_MAX = 3_660;
    private static final int STANDBYS_MAX = 5;
    private static final long MB_PER_GB = 1_024;

    @Option(
            names = "--events-per-second",
            required = true,
            paramLabel = "N",
            description = "Usage events a second at the peak.")
    private long eventsPerSecond;

    @Option(
            names = "--events-per-day",
            paramLabel = "N",
            defaultValue = "0",
            description = "Usage events a day. Default: a third of a day at the peak.")
    private long eventsPerDay;

    @Option(
            names = "--users",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Users that make a call in a day. Default: ${DEFAULT-VALUE}.")
    private long users;

    @Option(
            names = "--cells-per-hour",
            paramLabel = "N",
            defaultValue = "1000",
            description =
                    "Combinations of dimension values, once for each quarter-hour of the hour in which they occur."
                            + " Default: ${DEFAULT-VALUE}.")
    private long cellsPerHour;

    @Option(
            names = "--days",
            paramLabel = "N",
            defaultValue = "40",
            description = "Days that usage-events and usage-priced are kept in Kafka. Default: ${DEFAULT-VALUE}.")
    private int days;

    @Option(
            names = "--dedupe-days",
            paramLabel = "N",
            defaultValue = "35",
            description = "event.age.max.days. Default: ${DEFAULT-VALUE}.")
    private int dedupeDays;

    @Option(
            names = "--quarter-hours-days",
            paramLabel = "N",
            defaultValue = "100",
            description = "quarter.hours.kept.days. Default: ${DEFAULT-VALUE}.")
    private int quarterHoursDays;

    @Option(
            names = "--cube-days",
            paramLabel = "N",
            defaultValue = "1096",
            description = "days.kept. Default: ${DEFAULT-VALUE}.")
    private int cubeDays;

    @Option(
            names = "--standbys",
            paramLabel = "N",
            defaultValue = "1",
            description = "standby.replicas. Default: ${DEFAULT-VALUE}.")
    private int standbys;

    @Option(names = "--no-usage-priced", description = "usage.priced.published=false.")
    private boolean noUsagePriced;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        check("--events-per-second", eventsPerSecond, 1, EVENTS_PER_SECOND_MAX);
        check("--events-per-day", eventsPerDay, 0, EVENTS_PER_SECOND_MAX * 86_400);
        check("--users", users, 0, COUNT_MAX);
        check("--cells-per-hour", cellsPerHour, 0, COUNT_MAX);
        check("--days", days, 1, DAYS_MAX);
        check("--dedupe-days", dedupeDays, 1, DAYS_MAX);
        check("--quarter-hours-days", quarterHoursDays, 1, DAYS_MAX);
        check("--cube-days", cubeDays, 1, DAYS_MAX);
        check("--standbys", standbys, 0, STANDBYS_MAX);
        print(Sizing.of(new Load(
                eventsPerSecond,
                eventsPerDay,
                users,
                cellsPerHour,
                days,
                dedupeDays,
                quarterHoursDays,
                cubeDays,
                standbys,
                !noUsagePriced)));
        return 0;
    }

    private void check(String option, long value, long min, long max) {
        if (value < min || value > max) {
            throw new ParameterException(
                    spec.commandLine(), "%s is %d; it takes %d to %d".formatted(option, value, min, max));
        }
    }

    private void print(Sizing sizing) {
        PrintWriter out = spec.commandLine().getOut();
        line(out, "topic.partitions, cube.partitions", Integer.toString(sizing.partitions()));
        line(
                out,
                "instances",
                sizing.instances() + " with " + sizing.coresPerInstance() + " cores and " + Sizing.THREADS
                        + " threads each; one may be away");
        line(out, "cores an instance takes at the peak", tenths(sizing.milliCoresAtPeak(), 1_000));
        line(out, "heap of an instance", sizing.heapMb() + " MB");
        line(out, "memory of an instance", sizing.memoryMb() + " MB");
        line(out, "disk of an instance", gb(sizing.stateMbPerInstance()));
        line(out, "Kafka, one replica", gb(sizing.topics().allMb()));
        line(out, "  usage-events", gb(sizing.topics().usageEventsMb()));
        line(out, "  usage-priced", gb(sizing.topics().usagePricedMb()));
        line(out, "  spend-rollups", gb(sizing.topics().rollupsMb()));
        line(out, "  changelogs", gb(sizing.topics().changelogsMb()));
        out.flush();
    }

    private static void line(PrintWriter out, String what, String figure) {
        out.println(String.format(Locale.ROOT, "%-36s%s", what, figure));
    }

    private static String gb(long mb) {
        return tenths(mb, MB_PER_GB) + " GB";
    }

    /** With one decimal, rounded up. */
    private static String tenths(long amount, long unit) {
        long tenths = (amount * 10 + unit - 1) / unit;
        return tenths / 10 + "." + tenths % 10;
    }
}
