package io.spendstream.acceptance;

import io.spendstream.Spendstream;
import io.spendstream.runtime.AppConfig;
import io.spendstream.v1.ModelPrices;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** What every proof of a guarantee has: a deployment, an oracle, a load, and prices. */
public final class Scene implements AutoCloseable {

    /** Long enough for a test machine that is busy with other things. */
    public static final Duration PATIENCE = Duration.ofSeconds(90);

    public final Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    public final Deployment deployment;
    public final Oracle oracle;
    public final Load load;
    public final int schemaId;
    public final int otherSchemaId;

    public Scene(Cluster cluster, String name) {
        this(cluster, name, Duration.ofDays(35));
    }

    public Scene(Cluster cluster, String name, Duration age) {
        this(cluster, name, age, sent -> {});
    }

    /** @param onSent is told of each delivery that Kafka took */
    public Scene(Cluster cluster, String name, Duration age, Consumer<Load.Sent> onSent) {
        deployment = cluster.deploy(name);
        schemaId = deployment.usageSchemaId();
        otherSchemaId = deployment.otherSchemaId();
        oracle = new Oracle(deployment.schemas(), Duration.ofMinutes(5), age);
        load = new Load(deployment, oracle, onSent);
    }

    public EventStream stream(long seed, EventStream.Mix mix, Instant... edges) {
        return new EventStream("e" + seed, seed, mix, now, schemaId, otherSchemaId, List.of(edges));
    }

    /** Starts an instance in this process, and waits until it is ready. */
    public Spendstream startHere(Map<String, String> more) throws IOException, InterruptedException, TimeoutException {
        Spendstream app = Spendstream.start(AppConfig.of(deployment.config("here", more)));
        app.awaitReady(PATIENCE);
        return app;
    }

    /** An instance in a process of its own, not started. */
    public AppProcess process(String name, Map<String, String> more) throws IOException {
        return new AppProcess(deployment.directory(), name, deployment.config(name, more));
    }

    /** Publishes the sample prices and waits until an instance has them. */
    public void price(SpendClient client) throws InterruptedException, ExecutionException {
        price(client, SamplePrices.at(now));
    }

    public void price(SpendClient client, List<ModelPrices> prices) throws InterruptedException, ExecutionException {
        deployment.publish(prices);
        client.awaitPrices(prices.stream().map(ModelPrices::getModel).toList());
        prices.forEach(load::price);
    }

    /** All that was ever sent, in one row. */
    public SpendQuestion everything() {
        Instant day = now.truncatedTo(ChronoUnit.DAYS);
        return SpendQuestion.between(day.minus(Duration.ofDays(500)), day.plus(Duration.ofDays(2)));
    }

    /** Waits until an instance answers for as many requests as the oracle; the rest may still be wrong. */
    public SpendClient.Answer awaitCounted(SpendClient client) {
        return Await.until(
                oracle.counted() + " requests",
                PATIENCE,
                () -> client.spend(everything()),
                answer -> answer.requests() >= oracle.counted());
    }

    /** What of an answer is not as the oracle says: the first few things in words; empty where all of it is exact. */
    public List<String> differences(SpendClient client, SpendQuestion question) {
        SpendClient.Answer answer = client.spend(question);
        if (answer.status() != 200 || !answer.complete()) {
            return List.of("status " + answer.status() + ", complete: " + answer.complete());
        }
        List<String> differences = oracle.spend(question).differencesTo(answer.table());
        if (differences.isEmpty()
                && !answer.table().sumOfRows().equals(answer.table().totals())) {
            return List.of("the rows add up to " + answer.table().sumOfRows() + " and the totals are "
                    + answer.table().totals());
        }
        return differences;
    }

    /**
     * All of an answer is as the oracle says.
     *
     * @throws AssertionError says what is not
     */
    public void assertExact(SpendClient client, SpendQuestion question) {
        List<String> differences = differences(client, question);
        if (!differences.isEmpty()) {
            throw new AssertionError(question + ": expected and seen: " + differences);
        }
    }

    @Override
    public void close() {
        load.close();
        deployment.close();
    }
}
