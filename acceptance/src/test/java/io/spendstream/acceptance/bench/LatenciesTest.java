package io.spendstream.acceptance.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LatenciesTest {

    @Test
    void aPercentileIsTheLeastThatSoManyDidNotExceed() {
        // Given 1 to 1,000 ms, the longest first
        Latencies latencies = new Latencies(LongStream.rangeClosed(1, 1_000)
                .map(ms -> (1_001 - ms) * 1_000_000)
                .toArray());

        // Then
        assertThat(latencies.percentileMs(0.50)).isEqualTo(500);
        assertThat(latencies.percentileMs(0.99)).isEqualTo(990);
        assertThat(latencies.percentileMs(1)).isEqualTo(1_000);
        assertThat(latencies.count()).isEqualTo(1_000);
    }

    @Test
    void oneRequestIsEveryPercentile() {
        Latencies latencies = new Latencies(new long[] {7_000_000});

        assertThat(latencies.percentileMs(0.01)).isEqualTo(7);
        assertThat(latencies.percentileMs(0.99)).isEqualTo(7);
    }
}
