package io.spendstream.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.TestStores;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WaitingRoomTest {

    private final KeyValueStore<Bytes, byte[]> store = TestStores.inMemory("waiting");
    private WaitingRoom room = new WaitingRoom(store);

    private static WaitingRoom.Received record(int number) {
        return new WaitingRoom.Received(
                new byte[] {1, (byte) number},
                new byte[] {0, 0, (byte) number},
                new RecordHeaders(),
                1_000L * number,
                3,
                number);
    }

    /** Decides about up to {@code count} records and answers their offsets. */
    private List<Long> decide(int max, int count) {
        List<Long> offsets = new ArrayList<>();
        room.decide(max, record -> {
            if (offsets.size() == count) {
                return false;
            }
            offsets.add(record.offset());
            return true;
        });
        return offsets;
    }

    @Test
    void recordsComeBackAsTheyWereInTheOrderTheyCame() {
        // Given
        RecordHeaders headers = new RecordHeaders();
        headers.add("trace", new byte[] {1, 2}).add("trace", new byte[0]).add("none", null);
        WaitingRoom.Received record = new WaitingRoom.Received(
                "key".getBytes(), new byte[] {0, -1, 5}, headers, 1_795_219_200_000L, 11, 1L << 40);
        room.add(record);
        room.add(new WaitingRoom.Received(new byte[] {9}, new byte[0], new RecordHeaders(), 0, 0, 0));

        // When
        List<WaitingRoom.Received> back = new ArrayList<>();
        room.decide(10, back::add);

        // Then
        assertThat(back)
                .hasSize(2)
                .first()
                .usingRecursiveComparison()
                .ignoringFields("headers")
                .isEqualTo(record);
        assertThat(back.get(0).headers().toArray()).isEqualTo(headers.toArray());
        assertThat(back.get(1).key()).containsExactly(9);
        assertThat(back.get(1).value()).isEmpty();
        assertThat(room.size()).isZero();
        assertThat(TestStores.entries(store)).isEmpty();
    }

    @Test
    void theFirstThatCannotBeDecidedKeepsThoseBehindItWaiting() {
        for (int i = 0; i < 5; i++) {
            room.add(record(i));
        }
        assertThat(decide(10, 2)).containsExactly(0L, 1L);
        assertThat(room.size()).isEqualTo(3);
        assertThat(decide(10, 0)).isEmpty();
        assertThat(decide(10, 10)).containsExactly(2L, 3L, 4L);
    }

    @Test
    void noMoreThanAskedForAreOffered() {
        for (int i = 0; i < 5; i++) {
            room.add(record(i));
        }
        assertThat(decide(2, 10)).containsExactly(0L, 1L);
        assertThat(decide(2, 10)).containsExactly(2L, 3L);
        room.add(record(5));
        assertThat(decide(2, 10)).containsExactly(4L, 5L);
        assertThat(decide(2, 10)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void itIsAQueueAcrossRestarts(long seed) {
        // Given
        Random random = new Random(seed);
        Deque<Long> model = new ArrayDeque<>();
        int number = 0;

        for (int step = 0; step < 300; step++) {
            // When
            switch (random.nextInt(4)) {
                case 0, 1 -> {
                    room.add(record(number));
                    model.addLast((long) number++);
                }
                case 2 -> {
                    int max = 1 + random.nextInt(5);
                    int count = random.nextInt(6);
                    List<Long> expected = new ArrayList<>();
                    for (int i = Math.min(max, count); i > 0 && !model.isEmpty(); i--) {
                        expected.add(model.removeFirst());
                    }
                    assertThat(decide(max, count)).isEqualTo(expected);
                }
                default -> room = new WaitingRoom(store);
            }

            // Then
            assertThat(room.size()).isEqualTo(model.size());
            assertThat(TestStores.entries(store)).hasSize(model.size());
        }
    }
}
