package io.spendstream.runtime;

import io.spendstream.pricing.Charge;
import io.spendstream.pricing.CompiledCard;
import io.spendstream.pricing.PriceBook;
import io.spendstream.pricing.Rating;
import io.spendstream.query.Prices;
import io.spendstream.usage.Dimension;
import io.spendstream.usage.Meter;
import io.spendstream.usage.UsageRecord;
import io.spendstream.v1.ModelPrices;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.producer.Producer;

/** The price book, changed by producing to {@code prices}: what every instance, this one too, takes its prices from. */
final class PricesTopic implements Prices, AutoCloseable {

    private final PriceBook book;
    private final DefinitionWriter<ModelPrices> writer;

    PricesTopic(PriceBook book, String topic, Producer<String, ModelPrices> producer) {
        this.book = book;
        this.writer = new DefinitionWriter<>("price list", topic, producer);
    }

    @Override
    public List<ModelPrices> list() {
        return List.copyOf(book.all());
    }

    @Override
    public Optional<ModelPrices> get(String model) {
        return Optional.ofNullable(book.get(model));
    }

    @Override
    public CompletionStage<Void> put(ModelPrices prices) {
        String model = prices.getModel();
        return writer.write(
                model,
                prices,
                offset -> DefinitionWriter.isInForce(book, model, offset, () -> prices.equals(book.get(model)), ""));
    }

    @Override
    public Quote quote(UsageRecord event) {
        Rating rating = Rating.of(event, book);
        if (!rating.isPriced()) {
            CompiledCard card = book.cardFor(event.model(), event.dimension(Dimension.PROVIDER), event.timeMs);
            return new Quote(card == null ? null : card(card), rating.unpricedBecause(), List.of(), 0, false, false);
        }
        Charge charge = rating.charge();
        return new Quote(
                card(rating.card()),
                null,
                lines(charge),
                charge.costNanoUsd(),
                charge.tierFallback(),
                charge.longContext());
    }

    private static Card card(CompiledCard card) {
        return new Card(
                card.model(),
                Instant.ofEpochMilli(card.effectiveFromMs()),
                card.effectiveToMs() == Long.MAX_VALUE ? null : Instant.ofEpochMilli(card.effectiveToMs()),
                card.provider(),
                card.source());
    }

    private static List<Line> lines(Charge charge) {
        List<Line> lines = new ArrayList<>();
        for (int i = 0; i < Meter.COUNT; i++) {
            Meter meter = Meter.at(i);
            if (charge.quantity(meter) != 0) {
                lines.add(new Line(
                        meter.field(),
                        charge.quantity(meter),
                        charge.picoUsdPerUnit(meter),
                        charge.costNanoUsd(meter)));
            }
        }
        for (Charge.OtherUnit unit : charge.otherUnits()) {
            lines.add(new Line(unit.name(), unit.quantity(), unit.picoUsdPerUnit(), unit.costNanoUsd()));
        }
        return lines;
    }

    @Override
    public void close() {
        writer.close();
    }
}
