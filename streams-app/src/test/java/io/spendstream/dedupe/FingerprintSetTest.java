package io.spendstream.dedupe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FingerprintSetTest {

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void itHoldsWhatAHashSetHolds(long seed) {
        // Given
        Random random = new Random(seed);
        FingerprintSet set = new FingerprintSet();
        Set<Long> model = new HashSet<>();
        long mask = seed % 2 == 0 ? -1 : 0x1ffff; // also many that come again
        for (int i = 0; i < 100_000; i++) {
            long fingerprint = random.nextLong() & mask;
            // When, Then: 0 is the one value that is not told from another, 1
            long modelled = fingerprint == 0 ? 1 : fingerprint;
            assertThat(set.contains(fingerprint)).isEqualTo(model.contains(modelled));
            assertThat(set.add(fingerprint)).isEqualTo(model.add(modelled));
            assertThat(set.size()).isEqualTo(model.size());
        }
        model.forEach(fingerprint -> assertThat(set.contains(fingerprint)).isTrue());
    }

    @Test
    void zeroIsAFingerprintLikeAnyOther() {
        FingerprintSet set = new FingerprintSet();
        assertThat(set.contains(0)).isFalse();
        assertThat(set.add(0)).isTrue();
        assertThat(set.add(0)).isFalse();
        assertThat(set.contains(0)).isTrue();
        assertThat(set.size()).isEqualTo(1);
    }

    /** All want the same slot, so that each look goes past all others, also around the end of the array. */
    @Test
    void fingerprintsThatWantTheSameSlotAreAllFound() {
        FingerprintSet set = new FingerprintSet();
        for (long i = 0; i < 1_000; i++) {
            assertThat(set.add(i << 32 | 0xffff_ffffL)).isTrue();
        }
        for (long i = 0; i < 1_000; i++) {
            assertThat(set.contains(i << 32 | 0xffff_ffffL)).isTrue();
            assertThat(set.contains(i << 32 | 0xffff_fffeL)).isFalse();
        }
    }

    @Test
    void itTakes12To24BytesAFingerprint() {
        FingerprintSet set = new FingerprintSet();
        assertThat(set.bytes()).isLessThanOrEqualTo(512);
        Random random = new Random(5);
        for (int i = 1; i <= 300_000; i++) {
            set.add(random.nextLong());
            if (i > 1_000) {
                assertThat(set.bytes()).isBetween(12L * i - 50, 24L * i + 50);
            }
        }
    }
}
