package io.spendstream.acceptance.guarantee;

import io.spendstream.acceptance.Await;
import io.spendstream.acceptance.EventStream;
import io.spendstream.acceptance.SamplePrices;
import io.spendstream.acceptance.Scene;
import io.spendstream.acceptance.SpendClient;
import io.spendstream.v1.ModelPrices;
import io.spendstream.v1.Rate;
import io.spendstream.v1.RateCard;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;

/** What is counted and what it costs is defined anew in the middle. */
final class Definitions implements Fault {

    private static final String RENEWED = "renewed";
    private static final long DEARER = 333_333;

    /** Later than what the load sends. */
    private static final Duration RENEWED_AFTER = Duration.ofSeconds(125);

    /** Events of this stream lie on both sides of it. */
    private static final Duration AHEAD = Duration.ofSeconds(100);

    private static final int EVENTS = 1_500;

    @Override
    public String name() {
        return "definitions";
    }

    @Override
    public String description() {
        return "prices and budgets are made and changed while events that they are about come in";
    }

    @Override
    public boolean leavesMetrics() {
        return true;
    }

    @Override
    public void strike(Trial trial) throws IOException, InterruptedException, ExecutionException {
        Scene scene = trial.scene();
        trial.define(SampleBudget.LATE);
        trial.struck();
        scene.price(trial.client(0), List.of(SamplePrices.late()));
        trial.struck();
        trial.progress();
        scene.deployment.define(List.of(SampleBudget.COSTS.definition("counts on")));
        trial.struck();
        renew(trial, scene.now.plus(RENEWED_AFTER));
        trial.struck();
        trial.send(trial.stream(EventStream.Mix.BUSY, scene.now.plus(AHEAD)).take(EVENTS));
        trial.catchUp();
    }

    /** A rate card from a time on that no event has reached: an event's price is that of its own time. */
    private static void renew(Trial trial, Instant from) throws InterruptedException, ExecutionException {
        ModelPrices before = SamplePrices.at(trial.scene().now).stream()
                .filter(prices -> prices.getModel().equals(RENEWED))
                .findFirst()
                .orElseThrow();
        RateCard last = before.getCards().get(before.getCards().size() - 1);
        List<RateCard> cards = new ArrayList<>(before.getCards());
        cards.add(RateCard.newBuilder(last)
                .setEffectiveFrom(from)
                .setRates(last.getRates().stream()
                        .map(rate -> Rate.newBuilder(rate)
                                .setPicoUsdPerUnit(rate.getPicoUsdPerUnit() + DEARER)
                                .build())
                        .toList())
                .build());
        ModelPrices renewed = new ModelPrices(RENEWED, before.getAliases(), cards);
        trial.scene().deployment.publish(List.of(renewed));
        for (SpendClient client : trial.clients()) {
            Await.until(
                    "the new rate card",
                    Scene.PATIENCE,
                    () -> client.get("/v1/prices/" + RENEWED),
                    reply -> reply.body().contains(from.toString()));
        }
        trial.scene().load.price(renewed);
    }
}
