package io.spendstream.dedupe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.spendstream.TestStores;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SeenIdsTest {

    private static final long MINUTE_MS = 60_000;
    private static final long BUCKET_MS = 5 * MINUTE_MS;
    private static final long TOLERANCE_MS = MINUTE_MS;

    private final KeyValueStore<Bytes, byte[]> store = TestStores.inMemory("seen");
    private SeenIds seen = new SeenIds(DedupeSettings.DEFAULT, store);

    private void restart() {
        seen = new SeenIds(DedupeSettings.DEFAULT, store);
    }

    /** Besides the one entry that says how long a bucket is. */
    private int blocks() {
        return Math.max(0, TestStores.entries(store).size() - 1);
    }

    /** Numbers of buckets of another length would be other times: what was seen would be taken for new. */
    @Test
    void anotherLengthOfABucketIsRefusedOnceIdsAreKept() {
        DedupeSettings longer = new DedupeSettings(
                Duration.ofDays(35),
                Duration.ofMinutes(10),
                Duration.ofMinutes(1),
                DedupeSettings.DEFAULT.memoryBytes());
        assertThat(new SeenIds(longer, store).isFirst("before anything is written", 0))
                .isTrue();
        seen.isFirst("a", 0);
        seen.write();

        assertThatIllegalStateException()
                .isThrownBy(() -> new SeenIds(longer, store))
                .withMessageContaining("buckets of 300 s, and dedupe.bucket.seconds is 600");
        restart();
        assertThat(seen.isFirst("a", 0)).isFalse();
    }

    /** What is recognised, in the simplest form: the ids of each bucket. */
    private static final class Model {
        final long bucketMs;
        final long toleranceMs;
        final Map<Long, Set<String>> buckets = new HashMap<>();

        Model(long bucketMs, long toleranceMs) {
            this.bucketMs = bucketMs;
            this.toleranceMs = toleranceMs;
        }

        boolean isFirst(String id, long timeMs) {
            long bucket = Math.floorDiv(timeMs, bucketMs);
            long offset = Math.floorMod(timeMs, bucketMs);
            boolean before = offset < toleranceMs && has(bucket - 1, id);
            boolean after = offset >= bucketMs - toleranceMs && has(bucket + 1, id);
            return !before
                    && !after
                    && buckets.computeIfAbsent(bucket, b -> new HashSet<>()).add(id);
        }

        private boolean has(long bucket, String id) {
            return buckets.getOrDefault(bucket, Set.of()).contains(id);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 300, 60", "2, 300, 0", "3, 300, 300", "4, 1, 1", "5, 60, 7", "6, 86400, 3600"})
    void itAgreesWithASetOfIdsPerBucketWhateverHappens(long seed, int bucketS, int toleranceS) {
        // Given: a limit of memory that a few hundred buckets exceed, and times around and far from the edges
        Random random = new Random(seed);
        DedupeSettings settings = new DedupeSettings(
                Duration.ofDays(35), Duration.ofSeconds(bucketS), Duration.ofSeconds(toleranceS), 1 << 20);
        Model model = new Model(bucketS * 1_000L, toleranceS * 1_000L);
        seen = new SeenIds(settings, store);

        for (int i = 0; i < 20_000; i++) {
            String id = "id-" + random.nextInt(3_000);
            long time = (random.nextInt(2_000) - 1_000) * model.bucketMs / (1 + random.nextInt(500));
            time += switch (random.nextInt(4)) {
                case 0 -> 0;
                case 1 -> -1;
                case 2 -> (random.nextBoolean() ? 1 : -1) * model.toleranceMs;
                default -> random.nextInt(bucketS * 1_000);
            };

            // When, Then
            assertThat(seen.isFirst(id, time))
                    .as("%s at %d ms, step %d", id, time, i)
                    .isEqualTo(model.isFirst(id, time));

            if (random.nextInt(50) == 0) {
                seen.write();
                if (random.nextInt(20) == 0) {
                    seen = new SeenIds(settings, store);
                }
            }
        }
    }

    @Test
    void aRepeatWhoseTimeDiffersByNoMoreThanTheToleranceIsAlwaysRecognised() {
        for (long first = -BUCKET_MS; first <= BUCKET_MS; first += 7_000) {
            String id = "e" + first;
            assertThat(seen.isFirst(id, first)).isTrue();
            for (long off = -TOLERANCE_MS; off <= TOLERANCE_MS; off += 4_000) {
                assertThat(seen.isFirst(id, first + off))
                        .as("%d and %d ms", first, off)
                        .isFalse();
            }
        }
    }

    @Test
    void aRepeatWhoseTimeDiffersByMoreThanABucketAndTheToleranceIsAlwaysCountedAgain() {
        for (long first = -BUCKET_MS; first <= BUCKET_MS; first += 7_000) {
            String id = "e" + first;
            assertThat(seen.isFirst(id, first)).isTrue();
            assertThat(seen.isFirst(id, first + BUCKET_MS + TOLERANCE_MS)).isTrue();
        }
    }

    @Test
    void aRepeatInBetweenIsRecognisedWhereNoEdgeOfABucketLiesTooFarFromIt() {
        assertThat(seen.isFirst("same bucket", 0)).isTrue();
        assertThat(seen.isFirst("same bucket", BUCKET_MS - 1)).isFalse();
        assertThat(seen.isFirst("next bucket, near its edge", 0)).isTrue();
        assertThat(seen.isFirst("next bucket, near its edge", BUCKET_MS + TOLERANCE_MS - 1))
                .isFalse();
        assertThat(seen.isFirst("next bucket, far from its edge", BUCKET_MS - 1))
                .isTrue();
        assertThat(seen.isFirst("next bucket, far from its edge", BUCKET_MS + TOLERANCE_MS))
                .isTrue();
    }

    @Test
    void idsSurviveARestartOnceTheyAreWritten() {
        // Given
        seen.isFirst("written", 1);
        seen.write();
        seen.isFirst("not written: its transaction is lost as well", 1);

        // When
        restart();

        // Then
        assertThat(seen.isFirst("written", 1)).isFalse();
        assertThat(seen.isFirst("not written: its transaction is lost as well", 1))
                .isTrue();
    }

    @Test
    void idsThatDifferOnlyInWhatIsNotAsciiAreTwo() {
        assertThat(seen.isFirst("é", 1)).isTrue();
        assertThat(seen.isFirst("è", 1)).isTrue();
        assertThat(seen.isFirst("é", 1)).isFalse();
        assertThat(seen.isFirst("", 1)).isTrue();
        assertThat(seen.isFirst("", 1)).isFalse();
    }

    @Test
    void aCommitWritesOneBlockForEachBucketThatHasNewIds() {
        for (int i = 0; i < 100; i++) {
            seen.isFirst("a" + i, 0);
            seen.isFirst("b" + i, BUCKET_MS);
        }
        seen.write();
        assertThat(blocks()).isEqualTo(2);
        seen.write();
        seen.isFirst("a1", 0); // a repeat
        seen.write();
        assertThat(blocks()).isEqualTo(2);
    }

    @Test
    void theBlocksOfManyCommitsAreMerged() {
        // When: ten minutes of commits, one every 100 ms
        for (int i = 0; i < 6_000; i++) {
            seen.isFirst("e" + i, i * 100L);
            seen.write();
            assertThat(blocks()).isLessThan(2 * (256 + 3_000 / 256 + 1));
        }

        // Then
        restart();
        for (int i = 0; i < 6_000; i++) {
            assertThat(seen.isFirst("e" + i, i * 100L)).isFalse();
        }
    }

    @Test
    void blocksStaySmallEnoughForARecordAndAreFullWhenThereAreManyIds() {
        // When
        for (int i = 0; i < 150_000; i++) {
            seen.isFirst("e" + i, 0);
            if (i % 25_000 == 0) {
                seen.write();
            }
        }
        seen.write();

        // Then
        assertThat(TestStores.entries(store))
                .allSatisfy(block -> assertThat(block.value.length).isLessThanOrEqualTo(256 << 10))
                .hasSizeLessThan(25);
        restart();
        for (int i = 0; i < 150_000; i += 7) {
            assertThat(seen.isFirst("e" + i, 0)).isFalse();
        }
    }

    /** Late events that come one by one while their bucket is let go and read again, or the task is restarted. */
    @Test
    void theBlocksOfABucketThatIsReadAgainAndAgainAreMergedToo() {
        for (int i = 0; i < 1_000; i++) {
            restart();
            seen.isFirst("e" + i, 0);
            seen.write();
            assertThat(blocks()).isLessThan(300);
        }
        restart();
        for (int i = 0; i < 1_000; i++) {
            assertThat(seen.isFirst("e" + i, 0)).isFalse();
        }
    }

    @Test
    void aBucketThatIsOverIsMergedIntoOneBlockWhenOldOnesAreForgotten() {
        // Given
        for (int i = 0; i < 200; i++) {
            seen.isFirst("e" + i, 0);
            seen.write();
        }
        for (int bucket = 1; bucket <= 8; bucket++) {
            seen.isFirst("later", bucket * 2 * BUCKET_MS);
        }
        seen.write();
        assertThat(blocks()).isEqualTo(208);

        // When
        seen.forgetBefore(0);

        // Then
        assertThat(blocks()).isEqualTo(9);
        assertThat(seen.isFirst("e7", 0)).isFalse();
        assertThat(seen.isFirst("new", 0)).isTrue();
        seen.write();
        restart();
        assertThat(seen.isFirst("e7", 0)).isFalse();
        assertThat(seen.isFirst("new", 0)).isFalse();
    }

    @Test
    void bucketsAreLetGoOfAboveTheLimitOfMemoryAndReadBack() {
        // Given
        DedupeSettings small =
                new DedupeSettings(Duration.ofDays(35), Duration.ofMinutes(5), Duration.ofMinutes(1), 1 << 20);
        seen = new SeenIds(small, store);

        // When
        for (int i = 0; i < 10_000; i++) {
            assertThat(seen.isFirst("e" + i, i * BUCKET_MS / 2)).isTrue();
            if (i % 10 == 0) {
                seen.write();
                assertThat(seen.memory()).isLessThanOrEqualTo((1 << 20) + 20 * 1_024);
            }
        }
        seen.write();

        // Then
        for (int i = 0; i < 10_000; i += 3) {
            assertThat(seen.isFirst("e" + i, i * BUCKET_MS / 2)).isFalse();
        }
    }

    @Test
    void whatIsForgottenIsGoneFromMemoryAndStoreAndNothingElse() {
        // Given
        for (int bucket = -3; bucket <= 3; bucket++) {
            seen.isFirst("e", bucket * 2 * BUCKET_MS + 100_000);
        }
        seen.write();
        assertThat(blocks()).isEqualTo(7);

        // When
        seen.forgetBefore(0);

        // Then
        assertThat(blocks()).isEqualTo(4);
        for (int bucket = -3; bucket < 0; bucket++) {
            assertThat(seen.isFirst("e", bucket * 2 * BUCKET_MS + 100_000)).isTrue();
        }
        for (int bucket = 0; bucket <= 3; bucket++) {
            assertThat(seen.isFirst("e", bucket * 2 * BUCKET_MS + 100_000)).isFalse();
        }
    }

    @Test
    void aBucketThatATimeLiesInIsKeptWhole() {
        seen.isFirst("start", 0);
        seen.isFirst("end", BUCKET_MS - 1);
        seen.write();
        seen.forgetBefore(BUCKET_MS - 1);
        restart();
        assertThat(seen.isFirst("start", 0)).isFalse();
        seen.forgetBefore(BUCKET_MS);
        restart();
        assertThat(seen.isFirst("start", 0)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, 1, Long.MIN_VALUE / 2, Long.MAX_VALUE / 2})
    void anyTimeHasABucket(long time) {
        assertThat(seen.isFirst("e", time)).isTrue();
        seen.write();
        restart();
        assertThat(seen.isFirst("e", time)).isFalse();
    }

    @Test
    void settingsThatDoNotFitTogetherAreRefused() {
        Duration window = Duration.ofDays(35);
        Duration bucket = Duration.ofMinutes(5);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DedupeSettings(window, Duration.ofMillis(999), Duration.ZERO, 1 << 20))
                .withMessageContaining("dedupe.bucket");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DedupeSettings(window, window.plusMillis(1), Duration.ZERO, 1 << 20))
                .withMessageContaining("dedupe.bucket");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DedupeSettings(window, bucket, bucket.plusMillis(1), 1 << 20))
                .withMessageContaining("dedupe.tolerance");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DedupeSettings(window, bucket, Duration.ofMillis(-1), 1 << 20))
                .withMessageContaining("dedupe.tolerance");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DedupeSettings(window, bucket, bucket, (1 << 20) - 1))
                .withMessageContaining("dedupe.memory");
    }
}
