package io.spendstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.cli.Sizing.Load;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SizingTest {

    private static Load load(long perSecond, long perDay, long users, long cells, boolean priced) {
        return new Load(perSecond, perDay, users, cells, 40, 35, 100, 1_096, 1, priced);
    }

    @ParameterizedTest
    @CsvSource({
        // events/s, priced, instances, partitions
        "1, true, 2, 4",
        "1000, true, 2, 4",
        "33960, true, 2, 4",
        "33961, true, 3, 8",
        "100000, true, 4, 8",
        "80650, false, 2, 8",
        "80651, false, 3, 8",
        "118501, false, 3, 12",
        "1000000, true, 31, 80",
    })
    void instances_and_partitions_follow_the_peak(long peak, boolean priced, int instances, int partitions) {
        Sizing sizing = Sizing.of(load(peak, 0, 0, 0, priced));

        assertThat(sizing.instances()).isEqualTo(instances);
        assertThat(sizing.partitions()).isEqualTo(partitions);
        assertThat(sizing.partitions()).isGreaterThanOrEqualTo(instances * Sizing.THREADS);
    }

    @ParameterizedTest
    @CsvSource({"1, true, 1", "16980, true, 1000", "16981, true, 1001", "100000, true, 1964", "40325, false, 1000"})
    void cores_at_the_peak_are_what_those_that_are_left_take(long peak, boolean priced, long milliCores) {
        assertThat(Sizing.of(load(peak, 0, 0, 0, priced)).milliCoresAtPeak()).isEqualTo(milliCores);
    }

    @ParameterizedTest
    @CsvSource({
        // events/day, users/day, cells/hour, changelogs MB, disk of an instance MB: 8 bytes an id, 150 a cell, two
        // copies,
        // room for as much again
        "1000000, 0, 0, 268, 1069",
        "0, 1000, 0, 157, 628",
        "0, 0, 1000, 501, 2001",
        "1000000, 1000, 1000, 924, 3696",
    })
    void disk_follows_ids_cells_and_users(long events, long users, long cells, long changelogsMb, long diskMb) {
        // A day needs an event at least; a second of them is nothing.
        Sizing sizing = Sizing.of(load(1, Math.max(1, events), users, cells, true));

        assertThat(sizing.topics().changelogsMb()).isEqualTo(changelogsMb);
        assertThat(sizing.stateMbPerInstance()).isEqualTo(diskMb);
    }

    @Test
    void a_day_is_a_third_of_a_day_at_the_peak_where_nobody_says() {
        assertThat(load(300, 0, 0, 0, true).eventsADay()).isEqualTo(8_640_000);
        assertThat(load(300, 7, 0, 0, true).eventsADay()).isEqualTo(7);
    }

    @Test
    void topics_hold_what_they_keep() {
        Sizing.Topics topics = Sizing.of(load(1_000, 1_000_000, 0, 1_000, true)).topics();

        assertThat(topics.usageEventsMb()).isEqualTo(3_815);
        assertThat(topics.usagePricedMb()).isEqualTo(3_815);
        assertThat(topics.rollupsMb()).isEqualTo(3_763);
        assertThat(topics.allMb()).isEqualTo(3_815 + 3_815 + 3_763 + topics.changelogsMb());
        assertThat(Sizing.of(load(1_000, 1_000_000, 0, 1_000, false)).topics().usagePricedMb())
                .isZero();
    }

    @Test
    void memory_is_heap_rocksdb_and_what_java_needs_besides() {
        Sizing small = Sizing.of(load(10, 0, 1_000, 1_000, true));
        Sizing large = Sizing.of(load(40_000, 0, 1_000, 1_000, true));

        assertThat(small.heapMb()).isEqualTo(512 + 2 * 77);
        assertThat(large.heapMb())
                .as("no more than dedupe.memory.mb of each partition")
                .isEqualTo(512 + 2 * 4 * 64);
        assertThat(large.memoryMb()).isEqualTo(large.heapMb() + 128 + 384);
    }

    @Test
    void the_example_of_the_operations_guide_is_what_the_command_prints() throws IOException {
        String guide = Files.readString(Path.of("..", "docs", "operations.md"));
        int from = guide.indexOf("./spendstream size ");
        String command = guide.substring(from, guide.indexOf('\n', from));

        assertThat(guide)
                .contains(printed(command.substring("./spendstream ".length()).split(" ")));
    }

    @ParameterizedTest
    @CsvSource({
        "--events-per-second 0, --events-per-second is 0; it takes 1 to 10000000",
        "--events-per-second 10 --standbys 6, --standbys is 6; it takes 0 to 5",
        "--users 10, Missing required option: '--events-per-second=N'",
    })
    void a_wrong_option_is_named(String options, String message) {
        assertThat(printed(("size " + options).split(" "))).contains(message);
    }

    private static String printed(String... arguments) {
        StringWriter out = new StringWriter();
        SpendstreamCli.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(out))
                .execute(arguments);
        return out.toString();
    }
}
