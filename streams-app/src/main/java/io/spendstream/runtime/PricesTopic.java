package io.spendstream.runtime;

import io.spendstream.pricing.Charge;
import io.spendstream.pricing.CompiledCard;
import io.spendstream.pricing.PriceBook;
import io.spendstream.pricing.Rating;
import io.spendstream.query.IntakeFailure;
import io.spendstream.query.Prices;
import io.spendstream.usage.Dimension;
import io.spendstream.usage.Meter;
import io.spendstream.usage.UsageRecord;
import io.spendstream.v1.ModelPrices;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The price book, changed by producing to {@code prices}: what every instance, this one too, takes its prices from. */
final class PricesTopic implements Prices, AutoCloseable {

    private static final Duration VISIBLE_WITHIN = Duration.ofSeconds(10);
    private static final long LOOK_EVERY_MS = 10;

    private final PriceBook book;
    private final String topic;
    private final Producer<String, ModelPrices> producer;
    private final Executor waiting;

    PricesTopic(PriceBook book, String topic, Producer<String, ModelPrices> producer) {
        this.book = book;
        this.topic = topic;
        this.producer = producer;
        this.waiting = CompletableFuture.delayedExecutor(LOOK_EVERY_MS, TimeUnit.MILLISECONDS);
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
        CompletableFuture<Void> stored = new CompletableFuture<>();
        try {
            producer.send(new ProducerRecord<>(topic, prices.getModel(), prices), (metadata, failure) -> {
                if (failure == null) {
                    stored.complete(null);
                } else {
                    stored.completeExceptionally(
                            unavailable("Kafka did not store the prices: " + failure.getMessage()));
                }
            });
        } catch (RuntimeException e) {
            stored.completeExceptionally(unavailable("The prices cannot be stored now: " + e.getMessage()));
        }
        long deadline = System.nanoTime() + VISIBLE_WITHIN.toNanos();
        return stored.thenCompose(done -> visible(prices, deadline));
    }

    /** Completes when this instance prices by the record. */
    private CompletableFuture<Void> visible(ModelPrices prices, long deadline) {
        if (prices.equals(book.get(prices.getModel()))) {
            return CompletableFuture.completedFuture(null);
        }
        if (System.nanoTime() > deadline) {
            return CompletableFuture.failedFuture(
                    unavailable("The prices are stored, but this instance does not price by" + " them after "
                            + VISIBLE_WITHIN.toSeconds() + " s; see whether it is ready"));
        }
        return CompletableFuture.supplyAsync(() -> null, waiting).thenCompose(again -> visible(prices, deadline));
    }

    private static IntakeFailure unavailable(String message) {
        return new IntakeFailure(IntakeFailure.Reason.UNAVAILABLE, message, Duration.ofSeconds(5));
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
        producer.close(Duration.ofSeconds(5));
    }
}
