package io.spendstream.pricing;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.TestStores;
import io.spendstream.Usages;
import io.spendstream.combine.CommitsWhenTold;
import io.spendstream.usage.Measure;
import io.spendstream.usage.Meter;
import io.spendstream.usage.MeteredUsage;
import io.spendstream.usage.UsageRecord;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PriceStageTest {

    private static final int PRICED_PER_PUNCTUATION = 5_000;

    private final PriceBook book = new PriceBook();
    private final KeyValueStore<Bytes, byte[]> store = TestStores.inMemory(PriceStage.UNPRICED);
    private final CommitsWhenTold commit = new CommitsWhenTold();
    private final MockProcessorContext<byte[], Object> context = new MockProcessorContext<>();
    private final PriceStage stage = new PriceStage(book, new PriceStage.Ways("counted", "unpriced", "priced"));

    @BeforeEach
    void start() {
        context.setCurrentStreamTimeMs(Cards.FEBRUARY.toEpochMilli());
        context.addStateStore(store);
        context.addStateStore(commit);
        stage.init(context);
    }

    private void process(String id, String model) {
        UsageRecord event = Usages.event("chat", model, null, Cards.FEBRUARY.toEpochMilli());
        event.id = id;
        event.meters[Meter.INPUT_TOKENS.ordinal()] = 1_000;
        stage.process(new Record<>(id.getBytes(StandardCharsets.UTF_8), event, event.timeMs));
    }

    private void price(String model) {
        assertThat(book.put(Cards.model(model, Cards.card(Cards.JANUARY, 1_000_000))))
                .isEmpty();
    }

    private void look() {
        List<MockProcessorContext.CapturedPunctuator> scheduled = context.scheduledPunctuators();
        scheduled.get(scheduled.size() - 1).getPunctuator().punctuate(0);
    }

    private long sum(Measure measure) {
        return context.forwarded("counted").stream()
                .mapToLong(f -> ((MeteredUsage) f.record().value()).measures()[measure.ordinal()])
                .sum();
    }

    @Test
    void aPriceThatArrivesIsAddedOnceHoweverOftenTheStageLooks() {
        // Given
        process("a", "m");
        process("b", "m");
        process("c", "other");
        look();
        assertThat(sum(Measure.COST)).isZero();

        // When
        price("m");
        look();
        look();

        // Then
        assertThat(sum(Measure.COST)).isEqualTo(2_000_000);
        assertThat(sum(Measure.UNPRICED_REQUESTS)).isEqualTo(1);
        assertThat(sum(Measure.REQUESTS)).isEqualTo(3);
        assertThat(TestStores.entries(store)).hasSize(1);
    }

    /** The restored store holds the event again, and the price book has not changed since: look all the same. */
    @Test
    void aCorrectionThatWasAbortedIsMadeAgain() {
        // Given
        process("a", "m");
        price("m");
        List<KeyValue<Bytes, byte[]>> committed = TestStores.entries(store);
        look();
        assertThat(sum(Measure.COST)).isEqualTo(1_000_000);

        // When
        commit.abort();
        context.resetForwards();
        committed.forEach(entry -> store.put(entry.key, entry.value));
        stage.init(context);
        look();

        // Then
        assertThat(sum(Measure.COST)).isEqualTo(1_000_000);
        assertThat(sum(Measure.UNPRICED_REQUESTS)).isEqualTo(-1);
    }

    @Test
    void manyAreCorrectedInStepsSoThatNoTransactionGetsTooLong() {
        // Given
        for (int i = 0; i <= PRICED_PER_PUNCTUATION; i++) {
            process("e" + i, "m");
        }
        price("m");

        // When, Then
        look();
        assertThat(sum(Measure.COST)).isEqualTo(PRICED_PER_PUNCTUATION * 1_000_000L);
        look();
        assertThat(sum(Measure.COST)).isEqualTo((PRICED_PER_PUNCTUATION + 1) * 1_000_000L);
        assertThat(sum(Measure.UNPRICED_REQUESTS)).isZero();
        assertThat(TestStores.entries(store)).isEmpty();
    }
}
