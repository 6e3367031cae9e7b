package io.spendstream.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.spendstream.FakeRegistry;
import io.spendstream.ingest.WriterSchemas.Answer;
import io.spendstream.schema.RegistryUnavailableException;
import io.spendstream.schema.SchemaRegistry;
import io.spendstream.v1.UsageEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WriterSchemasTest {

    private static final String SCHEMA = UsageEvent.getClassSchema().toString();

    private final FakeRegistry registry = new FakeRegistry();
    private long nowMs = 5_000;
    private final WriterSchemas schemas = new WriterSchemas(registry, () -> nowMs);

    @Test
    void aSchemaIsAskedForOnce() {
        registry.put(7, SCHEMA);
        assertThat(schemas.of(7)).isEqualTo(new Answer.Known(UsageEvent.getClassSchema()));
        registry.down(true);
        assertThat(schemas.of(7)).isInstanceOf(Answer.Known.class);
        assertThat(registry.asked()).containsExactly(7);
    }

    @Test
    void schemasThatWereLearnedNeedNoRegistry() {
        registry.put(7, SCHEMA);
        registry.put(8, "not a schema");
        schemas.learn("usage-events-value");
        registry.down(true);

        assertThat(schemas.of(7)).isInstanceOf(Answer.Known.class);
        assertThat(schemas.of(8)).isInstanceOf(Answer.Unknown.class);
        assertThat(schemas.of(9)).isInstanceOf(Answer.Waiting.class);
        assertThat(registry.asked()).containsExactly(9);
    }

    @Test
    void learningFromARegistryThatIsDownFails() {
        registry.down(true);
        assertThatThrownBy(() -> schemas.learn("usage-events-value")).isInstanceOf(RegistryUnavailableException.class);
    }

    @Test
    void anIdThatTheRegistryDoesNotKnowIsAskedForAgainAfterHalfAMinute() {
        // Given
        assertThat(schemas.of(9)).isEqualTo(new Answer.Unknown("the registry has no schema of id 9"));

        // When, Then: a flood of them is no flood of questions
        nowMs += 29_999;
        for (int i = 0; i < 1_000; i++) {
            assertThat(schemas.of(9)).isInstanceOf(Answer.Unknown.class);
        }
        assertThat(registry.asked()).containsExactly(9);

        // And: it may have come since
        registry.put(9, SCHEMA);
        nowMs += 1;
        assertThat(schemas.of(9)).isInstanceOf(Answer.Known.class);
        assertThat(registry.asked()).containsExactly(9);
    }

    @Test
    void onlySoManyUnknownIdsAreRemembered() {
        for (int id = 1; id <= 10_001; id++) {
            schemas.of(id);
        }
        registry.asked();

        schemas.of(10_001);
        schemas.of(2);
        assertThat(registry.asked()).isEmpty();
        schemas.of(1);
        assertThat(registry.asked()).containsExactly(1);
    }

    @Test
    void aRegistryThatIsDownIsAskedLessAndLessOften() {
        // Given
        registry.down(true);
        List<Long> askedAt = new ArrayList<>();

        // When: events of unknown schemas come every 10 ms, for a minute
        long start = nowMs;
        for (; nowMs < start + 60_000; nowMs += 10) {
            assertThat(schemas.of((int) (nowMs % 1_000))).isInstanceOf(Answer.Waiting.class);
            if (!registry.asked().isEmpty()) {
                askedAt.add(nowMs - start);
            }
        }

        // Then: after 100 ms, 200 ms, ... 6.4 s, then every 10 s
        assertThat(askedAt)
                .containsExactly(
                        0L, 100L, 300L, 700L, 1_500L, 3_100L, 6_300L, 12_700L, 22_700L, 32_700L, 42_700L, 52_700L);
    }

    @Test
    void afterAnOutageTheNextOneStartsWithAShortPauseAgain() {
        // Given
        registry.down(true);
        for (int i = 0; i < 2_000; i++, nowMs += 10) {
            schemas.of(1);
        }
        registry.down(false);
        nowMs += 10_000;
        assertThat(schemas.of(1)).isInstanceOf(Answer.Unknown.class);
        registry.asked();

        // When
        registry.down(true);
        assertThat(schemas.of(2)).isInstanceOf(Answer.Waiting.class);
        nowMs += 100;
        schemas.of(2);

        // Then
        assertThat(registry.asked()).containsExactly(2, 2);
    }

    @Test
    void whatIsWaitedForIsKnownAsSoonAsTheRegistryAnswers() {
        registry.put(7, SCHEMA);
        registry.down(true);
        assertThat(schemas.of(7)).isEqualTo(new Answer.Waiting("the registry is down"));
        registry.down(false);
        assertThat(schemas.of(7)).as("not before the pause is over").isInstanceOf(Answer.Waiting.class);
        nowMs += 100;
        assertThat(schemas.of(7)).isInstanceOf(Answer.Known.class);
    }

    @Test
    void aSchemaThatIsNotAvroIsUnknownWithAReason() {
        registry.put(1, "{\"type\": \"object\"}");
        registry.put(2, "<xml/>");
        registry.put(3, "");
        for (int id = 1; id <= 3; id++) {
            assertThat(schemas.of(id))
                    .isInstanceOfSatisfying(
                            Answer.Unknown.class,
                            answer -> assertThat(answer.why()).contains("is not Avro"));
        }
    }

    /** Other languages' clients register such schemas, and some registries let them. */
    @Test
    void aWrongDefaultInAWritersSchemaIsNoReasonToLoseItsEvents() {
        registry.put(
                1,
                "{\"type\":\"record\",\"name\":\"UsageEvent\",\"fields\":["
                        + "{\"name\":\"attempt\",\"type\":\"int\",\"default\":\"one\"}]}");
        assertThat(schemas.of(1)).isInstanceOf(Answer.Known.class);
    }

    @Test
    void oneQuestionIsAskedAtATimeAndNoneTwice() throws InterruptedException {
        // Given
        AtomicInteger underWay = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        ConcurrentLinkedQueue<Integer> asked = new ConcurrentLinkedQueue<>();
        SchemaRegistry slow = new SchemaRegistry() {
            @Override
            public int register(String subject, String schemaJson) {
                throw new UnsupportedOperationException();
            }

            @Override
            public String schemaById(int id) {
                most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
                asked.add(id);
                Thread.yield();
                underWay.decrementAndGet();
                return SCHEMA;
            }

            @Override
            public Map<Integer, String> versions(String subject) {
                return Map.of();
            }

            @Override
            public void setCompatibility(String subject, String level) {}

            @Override
            public void close() {}
        };
        WriterSchemas shared = new WriterSchemas(slow, () -> 0);
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            Thread thread = new Thread(() -> {
                try {
                    start.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                for (int id = 0; id < 50; id++) {
                    shared.of(id);
                }
            });
            thread.start();
            threads.add(thread);
        }

        // When
        start.countDown();
        for (Thread thread : threads) {
            thread.join();
        }

        // Then
        assertThat(most).hasValue(1);
        assertThat(asked).hasSize(50).doesNotHaveDuplicates();
    }

    @Test
    void aRegistryThatAcceptsAndNeverAnswersHoldsUpNobodyForLong() {
        // Given
        CountDownLatch answering = new CountDownLatch(1);
        registry.put(7, SCHEMA);
        registry.answersWhen(answering);
        ExecutorService background = Executors.newSingleThreadExecutor();
        try {
            WriterSchemas waiting = new WriterSchemas(registry, () -> System.nanoTime() / 1_000_000, background);

            // When, Then: a thousand events of an unknown schema, far within the time-out of a transaction
            assertTimeoutPreemptively(Duration.ofSeconds(8), () -> {
                for (int i = 0; i < 1_000; i++) {
                    assertThat(waiting.of(7))
                            .isEqualTo(new Answer.Waiting(
                                    "the schema registry has not answered yet for the schema of id 7"));
                }
            });
            answering.countDown();
            assertTimeoutPreemptively(Duration.ofSeconds(8), () -> {
                while (!(waiting.of(7) instanceof Answer.Known)) {
                    Thread.onSpinWait();
                }
            });
            assertThat(registry.asked()).containsExactly(7);
        } finally {
            answering.countDown();
            background.shutdownNow();
        }
    }

    @Test
    void whatNobodyExpectsOfARegistryIsThrownAtWhoeverAsksNext() {
        List<Runnable> later = new ArrayList<>();
        FakeRegistry broken = new FakeRegistry() {
            @Override
            public synchronized String schemaById(int id) {
                throw new IllegalStateException("a bug");
            }
        };
        long[] now = new long[1];
        // Half a second between looks at the clock: only the first question is waited for.
        WriterSchemas asked = new WriterSchemas(broken, () -> now[0] += 500, later::add);

        assertThat(asked.of(1)).isInstanceOf(Answer.Waiting.class);
        later.remove(0).run();
        assertThatThrownBy(() -> asked.of(1)).hasMessage("a bug");
        assertThat(asked.of(1)).as("asked again").isInstanceOf(Answer.Waiting.class);
        assertThat(later).hasSize(1);
    }
}
