package io.spendstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.budget.BudgetBook;
import io.spendstream.combine.CommitPoint;
import io.spendstream.schema.ConfluentSchemaRegistry;
import io.spendstream.schema.SchemaRegistry;
import io.spendstream.usage.Measure;
import io.spendstream.usage.Resolution;
import io.spendstream.v1.Budget;
import io.spendstream.v1.BudgetPeriod;
import io.spendstream.v1.ServiceTier;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a release keeps, in stores and so in their changelogs, is recorded byte for byte: the next one must go on with it.
 * The record is of a few events that leave something in every store that holds figures.
 */
class StateFormatsTest {

    private static final Path RECORDED = Path.of("src", "test", "resources", "state-0.1.0.txt");
    private static final HexFormat HEX = HexFormat.of();

    @TempDir
    Path stores;

    private SchemaRegistry registry;

    @BeforeEach
    void connect() {
        registry = new ConfluentSchemaRegistry("mock://" + UUID.randomUUID());
    }

    @Test
    void whatIsKeptHasTheRecordedBytes() throws IOException {
        try (Pipeline pipeline = new Pipeline(CommitPoint.Mode.BEFORE_COMMIT, registry)) {
            // When
            work(pipeline);

            // Then
            List<String> now = dump(pipeline);
            Path actual = Path.of("target", "state.txt");
            Files.write(actual, now, StandardCharsets.UTF_8);
            assertThat(now)
                    .as("the form of what is kept has changed. Keep " + RECORDED
                            + ", see that its test still passes, and" + " record streams-app/" + actual
                            + " beside it under the name of the next release")
                    .isEqualTo(Files.readAllLines(RECORDED, StandardCharsets.UTF_8));
        }
    }

    @Test
    void workGoesOnWithTheRecordedState() throws IOException {
        try (Pipeline unbroken = new Pipeline(CommitPoint.Mode.BEFORE_COMMIT, registry)) {
            // Given
            work(unbroken);
            Pipeline before =
                    new Pipeline(CommitPoint.Mode.BEFORE_COMMIT, registry, stores, new BudgetBook(), Pipeline.NOW);
            load(before, Files.readAllLines(RECORDED, StandardCharsets.UTF_8));
            before.stop();

            // When
            try (Pipeline upgraded =
                    new Pipeline(CommitPoint.Mode.BEFORE_COMMIT, registry, stores, new BudgetBook(), Pipeline.NOW)) {
                define(upgraded);
                goOn(upgraded);
                goOn(unbroken);

                // Then
                assertThat(upgraded.tally).containsEntry("duplicates", 1L).containsEntry("counted", 1L);
                assertThat(totals(upgraded)).isEqualTo(totals(unbroken)).isNotEmpty();
                assertThat(spent(upgraded)).isEqualTo(spent(unbroken)).hasSize(3);
            }
        }
    }

    private static void define(Pipeline pipeline) {
        pipeline.price(Pipeline.gpt4o());
        pipeline.define(budget("by-feature", "feature"), Pipeline.NOW.minusSeconds(60));
        pipeline.define(budget("by-user", "user"), Pipeline.NOW.minusSeconds(60));
    }

    private static Budget budget(String id, String groupedBy) {
        return Budget.newBuilder()
                .setId(id)
                .setLimit(1_000_000_000L)
                .setPeriod(BudgetPeriod.DAY)
                .setGroupBy(List.of(groupedBy))
                .build();
    }

    private static void work(Pipeline pipeline) {
        define(pipeline);
        pipeline.publish(Pipeline.event("a").setUser("ann").build());
        pipeline.publish(Pipeline.event("b")
                .setTeam("red")
                .setServiceTier(ServiceTier.BATCH)
                .setOtherUnits(Map.of("images", 2L))
                .setTime(Pipeline.NOW.minusSeconds(90_000))
                .build());
        pipeline.publish(Pipeline.event("c").setModel("unheard-of").build());
        pipeline.settle();
        // Not settled: it stays in the journals.
        pipeline.publish(Pipeline.event("d").setUser("bob").build());
    }

    /** A repeat, and one more. */
    private static void goOn(Pipeline pipeline) {
        pipeline.publish(Pipeline.event("a").setUser("ann").build());
        pipeline.publish(Pipeline.event("e").setUser("ann").build());
        pipeline.settle();
    }

    private static Map<String, Long> totals(Pipeline pipeline) {
        Map<String, Long> totals = new TreeMap<>();
        for (Resolution resolution : Resolution.values()) {
            for (Measure measure : Measure.values()) {
                totals.put(resolution + " " + measure, pipeline.total(measure, resolution));
            }
        }
        totals.values().removeIf(total -> total == 0);
        return totals;
    }

    private static Map<String, Long> spent(Pipeline pipeline) {
        Map<String, Long> spent = new TreeMap<>();
        pipeline.statuses().forEach((key, status) -> spent.put(key, status.getSpent()));
        return spent;
    }

    private static List<String> dump(Pipeline pipeline) {
        List<String> lines = new ArrayList<>();
        stores(pipeline).forEach((name, store) -> {
            for (KeyValue<Bytes, byte[]> entry : TestStores.entries(store)) {
                lines.add(name + " " + HEX.formatHex(entry.key.get()) + " " + HEX.formatHex(entry.value));
            }
        });
        return lines;
    }

    private static void load(Pipeline pipeline, List<String> lines) {
        Map<String, KeyValueStore<Bytes, byte[]>> stores = stores(pipeline);
        for (String line : lines) {
            String[] parts = line.split(" ", -1);
            stores.get(parts[0]).put(Bytes.wrap(HEX.parseHex(parts[1])), HEX.parseHex(parts[2]));
        }
    }

    /** Those with a changelog. */
    private static Map<String, KeyValueStore<Bytes, byte[]>> stores(Pipeline pipeline) {
        Map<String, KeyValueStore<Bytes, byte[]>> stores = new TreeMap<>();
        pipeline.driver.getAllStateStores().keySet().forEach(name -> {
            KeyValueStore<Bytes, byte[]> store = pipeline.driver.getKeyValueStore(name);
            if (store != null && store.persistent()) {
                stores.put(name, store);
            }
        });
        return stores;
    }
}
