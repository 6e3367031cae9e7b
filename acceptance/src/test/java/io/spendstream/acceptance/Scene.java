package io.spendstream.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

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

/** What every test of a guarantee has: a deployment, an oracle, a load, and prices. */
final class Scene implements AutoCloseable {

    /** Long enough for a test machine that is busy with other things. */
    static final Duration PATIENCE = Duration.ofSeconds(90);

    final Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    final Deployment deployment;
    final Oracle oracle;
    final Load load;
    final int schemaId;
    final int otherSchemaId;

    Scene(Cluster cluster, String name) {
        this(cluster, name, Duration.ofDays(35));
    }

    Scene(Cluster cluster, String name, Duration age) {
        deployment = cluster.deploy(name);
        schemaId = deployment.usageSchemaId();
        otherSchemaId = deployment.otherSchemaId();
        oracle = new Oracle(deployment.schemas(), Duration.ofMinutes(5), age);
        load = new Load(deployment, oracle);
    }

    EventStream stream(long seed, EventStream.Mix mix, Instant... edges) {
        return new EventStream("e" + seed, seed, mix, now, schemaId, otherSchemaId, List.of(edges));
    }

    /** Starts an instance in this process, and waits until it is ready. */
    Spendstream startHere(Map<String, String> more) throws IOException, InterruptedException, TimeoutException {
        Spendstream app = Spendstream.start(AppConfig.of(deployment.config("here", more)));
        app.awaitReady(PATIENCE);
        return app;
    }

    /** An instance in a process of its own, not started. */
    AppProcess process(String name, Map<String, String> more) throws IOException {
        return new AppProcess(deployment.directory(), name, deployment.config(name, more));
    }

    /** Publishes the sample prices and waits until an instance has them. */
    void price(SpendClient client) throws InterruptedException, ExecutionException {
        price(client, SamplePrices.at(now));
    }

    void price(SpendClient client, List<ModelPrices> prices) throws InterruptedException, ExecutionException {
        deployment.publish(prices);
        client.awaitPrices(prices.stream().map(ModelPrices::getModel).toList());
        prices.forEach(oracle::price);
    }

    /** All that was ever sent, in one row. */
    SpendQuestion everything() {
        Instant day = now.truncatedTo(ChronoUnit.DAYS);
        return SpendQuestion.between(day.minus(Duration.ofDays(500)), day.plus(Duration.ofDays(2)));
    }

    /** Waits until an instance answers for as many requests as the oracle; the rest may still be wrong. */
    SpendClient.Answer awaitCounted(SpendClient client) {
        return Await.until(
                oracle.counted() + " requests",
                PATIENCE,
                () -> client.spend(everything()),
                answer -> answer.requests() >= oracle.counted());
    }

    /** All of an answer is as the oracle says. */
    void assertExact(SpendClient client, SpendQuestion question) {
        SpendClient.Answer answer = client.spend(question);
        assertThat(answer.status()).as(question.toString()).isEqualTo(200);
        assertThat(answer.complete()).isTrue();
        assertThat(oracle.spend(question).differencesTo(answer.table()))
                .as("%s: expected and seen", question)
                .isEmpty();
        assertThat(answer.table().sumOfRows())
                .as("the sum of the rows of " + question)
                .isEqualTo(answer.table().totals());
    }

    @Override
    public void close() {
        load.close();
        deployment.close();
    }
}
