package io.spendstream.detect;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.TestStores;
import io.spendstream.Usages;
import io.spendstream.anomaly.DetectorSettings;
import io.spendstream.combine.DeltaBlock;
import io.spendstream.usage.Resolution;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RequestOutliersTest {

    private static final long DAY_MS = Resolution.DAY.sizeMs();
    private static final long CENT = 10_000_000;
    /** The key of feature f0 and model m, and the sketch of two equal requests. */
    private static final String BLOCK =
            "0e0964656661756c74006630006d007201d4c40202020000000000008f0160" + "0".repeat(191) + "2000102";

    private final KeyValueStore<Bytes, byte[]> store = TestStores.inMemory(RequestOutliers.STORE);
    private final RequestOutliers outliers = new RequestOutliers(1, DetectorSettings.defaults());

    @BeforeEach
    void start() {
        MockProcessorContext<Object, Object> context = new MockProcessorContext<>();
        context.addStateStore(store);
        outliers.start(context);
    }

    /** Requests of a feature at a time, and what stands out. */
    private List<Outlier> requests(String feature, long atMs, int count, long nanoUsd) {
        for (int i = 0; i < count; i++) {
            outliers.add(Usages.costing(Usages.event(feature, "m", null, atMs + i), nanoUsd), DeltaBlock.IN_TIME);
        }
        List<Outlier> found = new ArrayList<>();
        outliers.clock(new DeltaBlock.Clock(0, Resolution.QUARTER_HOUR.bucketOf(atMs), false));
        outliers.drain(atMs, (partition, block) -> CloseBlock.read(block, new Found(found)));
        return found;
    }

    private long kept() {
        return store.approximateNumEntries();
    }

    @Test
    void aRequestFarAboveTheOthersIsFound() {
        requests("chat", Usages.MIDNIGHT_MS, 300, CENT);

        assertThat(requests("chat", Usages.MIDNIGHT_MS + 1_000, 1, 20 * CENT))
                .singleElement()
                .satisfies(outlier -> assertThat(outlier.cost()).isEqualTo(20 * CENT));
        assertThat(requests("other", Usages.MIDNIGHT_MS + 2_000, 1, 20 * CENT)).isEmpty();
    }

    @Test
    void aKindOfRequestThatIsIdleForAMonthIsLetGo() {
        // Given
        requests("chat", Usages.MIDNIGHT_MS, 300, CENT);
        requests("other", Usages.MIDNIGHT_MS + DAY_MS, 1, CENT);
        assertThat(kept()).isEqualTo(2);

        // When
        requests("other", Usages.MIDNIGHT_MS + 30 * DAY_MS, 1, CENT);
        assertThat(kept()).isEqualTo(2);
        requests("other", Usages.MIDNIGHT_MS + 31 * DAY_MS, 1, CENT);

        // Then it is learnt anew
        assertThat(kept()).isEqualTo(1);
        assertThat(requests("chat", Usages.MIDNIGHT_MS + 31 * DAY_MS, 1, 20 * CENT))
                .isEmpty();
        assertThat(kept()).isEqualTo(2);
    }

    @Test
    void whetherItWasLetGoMakesNoDifference() {
        // Given one that comes back after a month, before anything has told that a month is over
        requests("chat", Usages.MIDNIGHT_MS, 300, CENT);

        // Then
        assertThat(requests("chat", Usages.MIDNIGHT_MS + 31 * DAY_MS, 2, 20 * CENT))
                .isEmpty();
    }

    @Test
    void sketchesOfABusyCommitAreOneRecordAndNowAndThenWrittenByThemselves() {
        // When
        commit(outliers, Usages.MIDNIGHT_MS, 20);
        assertThat(kept()).isEqualTo(1);
        for (int i = 1; i < RequestOutliers.BLOCKS_MAX; i++) {
            commit(outliers, Usages.MIDNIGHT_MS + i, 20);
        }
        assertThat(kept()).isEqualTo(RequestOutliers.BLOCKS_MAX);
        commit(outliers, Usages.MIDNIGHT_MS + 1_000, 20);

        // Then
        assertThat(kept()).isEqualTo(20);

        // And a few, with no block there
        commit(outliers, Usages.MIDNIGHT_MS + 2_000, 3);
        assertThat(kept()).isEqualTo(20);
    }

    @Test
    void whatIsLearntIsTheSameAfterRestartsAtAnyTime() {
        // Given
        KeyValueStore<Bytes, byte[]> broken = TestStores.inMemory(RequestOutliers.STORE);
        for (int i = 0; i < 3 * RequestOutliers.BLOCKS_MAX / 2; i++) {
            // When few and many change in turns
            int features = i % 5 == 0 ? 2 : 9 + i % 7;
            commit(outliers, Usages.MIDNIGHT_MS + i, features);
            RequestOutliers restarted = new RequestOutliers(1, DetectorSettings.defaults());
            restarted.start(broken, 0);
            commit(restarted, Usages.MIDNIGHT_MS + i, features);
        }

        // Then, with all of them written by themselves as a day begins
        RequestOutliers restarted = new RequestOutliers(1, DetectorSettings.defaults());
        restarted.start(broken, 0);
        DeltaBlock.Clock tomorrow =
                new DeltaBlock.Clock(0, Resolution.QUARTER_HOUR.bucketOf(Usages.MIDNIGHT_MS + DAY_MS), false);
        outliers.clock(tomorrow);
        restarted.clock(tomorrow);
        assertThat(sketches(broken)).hasSize(15).isEqualTo(sketches(store));
    }

    @Test
    void oneThatIsLetGoDoesNotComeBackFromABlock() {
        // Given
        commit(outliers, Usages.MIDNIGHT_MS, 20);
        assertThat(kept()).isEqualTo(1);

        // When
        requests("other", Usages.MIDNIGHT_MS + 31 * DAY_MS, 1, CENT);

        // Then
        assertThat(kept()).isEqualTo(1);
        assertThat(sketches(store)).containsOnlyKeys(SeriesKeys.sketch("default", "other", "m"));
    }

    @Test
    void aBlockHasTheBytesThatReleasesKeep() {
        // Given: more than are written one by one, so that the next commit, of one sketch, is a block too
        commit(outliers, Usages.MIDNIGHT_MS, 9);
        commit(outliers, Usages.MIDNIGHT_MS, 1);

        // Then: what is in the changelogs of 0.1.0. Where it must change, the next release has to read both.
        assertThat(HexFormat.of().formatHex(store.get(SeriesKeys.sketches(1)))).isEqualTo(BLOCK);
    }

    /** A request of each of so many features, and a commit. */
    private static void commit(RequestOutliers outliers, long atMs, int features) {
        for (int i = 0; i < features; i++) {
            outliers.add(
                    Usages.costing(Usages.event("f" + i, "m", null, atMs), CENT + atMs % 97 * CENT),
                    DeltaBlock.IN_TIME);
        }
        outliers.drain(atMs, (partition, block) -> {});
    }

    private static Map<Bytes, String> sketches(KeyValueStore<Bytes, byte[]> store) {
        Map<Bytes, String> sketches = new TreeMap<>();
        TestStores.entries(store).forEach(entry -> sketches.put(entry.key, Arrays.toString(entry.value)));
        return sketches;
    }

    private record Found(List<Outlier> outliers) implements CloseBlock.Reader {
        @Override
        public void amounts(int source, long cameIn, long quarterHour, Combination of, long[] figures) {}

        @Override
        public void users(int source, String tenant, long day, long costOfAll) {}

        @Override
        public void user(int source, String tenant, String user, long cost) {}

        @Override
        public void outlier(long cameIn, Combination of, Outlier outlier) {
            outliers.add(outlier);
        }

        @Override
        public void closed(int source, long open) {}
    }
}
