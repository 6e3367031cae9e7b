package io.spendstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.schema.AvroSerde;
import io.spendstream.v1.Budget;
import io.spendstream.v1.BudgetPeriod;
import io.spendstream.v1.ModelPrices;
import io.spendstream.v1.ServiceTier;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;

/** Whatever bytes come on a topic that others write: each is counted, a duplicate or rejected, and nothing stops. */
class FuzzedRecordsTest {

    private static final long SEED = Long.getLong("fuzz.seed", 1);
    private static final int EVENTS = Integer.getInteger("fuzz.records", 6_000);
    private static final int DEFINITIONS = EVENTS / 6;

    private final Mutations mutations = new Mutations(SEED);

    @Test
    void every_event_ends_in_exactly_one_place() {
        try (Pipeline pipeline = new Pipeline()) {
            // Given
            pipeline.price(Pipeline.gpt4o());
            pipeline.publish(Pipeline.event("good").build());

            // When
            for (int i = 0; i < EVENTS; i++) {
                String id = "e" + mutations.below(EVENTS);
                byte[] good = pipeline.encode(Pipeline.event(id)
                        .setTeam("red")
                        .setServiceTier(ServiceTier.BATCH)
                        .setTags(Map.of("region", "eu"))
                        .setOtherUnits(Map.of("images", 2L))
                        .build());
                pipeline.publishRaw(utf8(id), i % 10 == 0 ? withAnySchema(good) : mutations.bytes(good));
            }

            // Then
            long rejected = pipeline.tally.entrySet().stream()
                    .filter(entry -> entry.getKey().startsWith("rejected."))
                    .mapToLong(Map.Entry::getValue)
                    .sum();
            System.out.printf("fuzzed events: %d records, %s (seed %d)%n", EVENTS, pipeline.tally, SEED);
            assertThat(pipeline.tally.get("received")).isEqualTo(EVENTS + 1L);
            assertThat(pipeline.tally.get("counted") + pipeline.tally.get("duplicates") + rejected)
                    .isEqualTo(EVENTS + 1L);
            assertThat(pipeline.records(pipeline.topics.usageRejected().name())).hasSize((int) rejected);
            assertThat(rejected).isPositive();
        }
    }

    /** A schema id that is another one, or none. */
    private byte[] withAnySchema(byte[] good) {
        byte[] other = good.clone();
        ByteBuffer.wrap(other).putInt(1, mutations.below(12) - 1);
        return other;
    }

    @Test
    void a_definition_that_nobody_can_read_is_passed_over() {
        try (Pipeline pipeline = new Pipeline()) {
            // Given
            pipeline.price(Pipeline.gpt4o());
            Budget budget = Budget.newBuilder()
                    .setId("daily")
                    .setLimit(1_000_000_000L)
                    .setPeriod(BudgetPeriod.DAY)
                    .build();

            byte[] budgetBytes =
                    encoded(pipeline, Budget.class, pipeline.topics.budgets().name(), budget);
            byte[] pricesBytes = encoded(
                    pipeline, ModelPrices.class, pipeline.topics.prices().name(), Pipeline.gpt4o());

            // When
            for (int i = 0; i < DEFINITIONS; i++) {
                pipeline.define(new TestRecord<>(utf8("daily"), mutations.bytes(budgetBytes)));
                pipeline.put(pipeline.topics.prices(), new TestRecord<>(utf8("gpt-4o"), mutations.bytes(pricesBytes)));
            }

            // Then
            long budgets = pipeline.refusedOf(pipeline.topics.budgets());
            long prices = pipeline.refusedOf(pipeline.topics.prices());
            System.out.printf(
                    "fuzzed definitions: %d of budgets, %d refused; %d of prices, %d refused (seed %d)%n",
                    DEFINITIONS, budgets, DEFINITIONS, prices, SEED);
            assertThat(List.of(budgets, prices))
                    .allSatisfy(refused -> assertThat(refused).isPositive());
            pipeline.publish(Pipeline.event("after").build());
            assertThat(pipeline.tally.get("counted")).isEqualTo(1);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static <T extends SpecificRecord> byte[] encoded(Pipeline pipeline, Class<T> type, String topic, T record) {
        return new AvroSerde<>(type, pipeline.registry).serializer().serialize(topic, record);
    }
}
