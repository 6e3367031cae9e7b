package io.spendstream.acceptance;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.Spendstream;
import io.spendstream.v1.PricedUsage;
import io.spendstream.v1.SpendRollup;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What an unknown model was used for is counted at once, and what it cost when its price is known. */
@ExtendWith(OneCluster.class)
class RepricingTest {

    private static final int RECORDS = 3_000;

    @Test
    void aPriceThatComesLateCorrectsAllThatWasCountedWithoutIt(Cluster cluster) throws Exception {
        try (Scene scene = new Scene(cluster, "repricing");
                Spendstream app = scene.startHere(Map.of())) {
            // Given
            SpendClient client = new SpendClient(app.url());
            scene.price(client);
            scene.load.send(scene.stream(6, new EventStream.Mix(20, 50, 300, 34, 35, true))
                    .take(RECORDS));
            scene.awaitCounted(client);
            scene.assertExact(client, scene.everything().by("model"));
            Set<String> withoutPrice = unpricedIds(scene);
            assertThat(withoutPrice).hasSizeGreaterThan(300);

            // When
            scene.price(client, List.of(SamplePrices.late()));

            // Then
            long unpriced = scene.oracle.unpriced();
            assertThat(unpriced).isPositive().isLessThan(withoutPrice.size());
            Await.until(
                    unpriced + " unpriced requests",
                    Scene.PATIENCE,
                    () -> client.spend(scene.everything()).table().total("unpriced_requests"),
                    seen -> seen.compareTo(BigDecimal.valueOf(unpriced)) <= 0);
            scene.assertExact(client, scene.everything().by("model"));
            scene.assertExact(client, scene.everything().by("tenant", "user"));
            assertThat(client.metrics().get("spendstream_events_repriced_total"))
                    .isEqualByComparingTo(BigDecimal.valueOf(scene.oracle.repriced()));
            assertPublished(scene, withoutPrice);
            assertRolledUp(scene, client);
        }
    }

    private static Set<String> unpricedIds(Scene scene) {
        Set<String> ids = new HashSet<>();
        scene.oracle.costs().forEach((id, cost) -> {
            if (cost == null) {
                ids.add(id);
            }
        });
        return ids;
    }

    /** {@code usage-unpriced} holds those without a price; {@code usage-priced} all, and the late ones once more. */
    private static void assertPublished(Scene scene, Set<String> withoutPrice) {
        Deployment deployment = scene.deployment;
        assertThat(deployment.readUnpriced())
                .allSatisfy(record ->
                        assertThat(record.getKey()).isEqualTo(record.getValue().getId()));
        assertThat(deployment.readUnpriced().stream().map(Map.Entry::getKey))
                .containsExactlyInAnyOrderElementsOf(withoutPrice);
        Map<String, List<PricedUsage>> published = deployment.readPriced().stream()
                .collect(groupingBy(Map.Entry::getKey, mapping(Map.Entry::getValue, toList())));
        Map<String, BigInteger> costs = scene.oracle.costs();
        assertThat(published.keySet()).isEqualTo(costs.keySet());
        published.forEach((id, records) -> {
            PricedUsage first = records.get(0);
            PricedUsage last = records.get(records.size() - 1);
            boolean corrected = withoutPrice.contains(id) && costs.get(id) != null;
            assertThat(records)
                    .as(id)
                    .hasSize(corrected ? 2 : 1)
                    .allMatch(record -> record.getId().equals(id));
            assertThat(first.getCorrection()).isFalse();
            assertThat(first.getUnpriced()).isEqualTo(withoutPrice.contains(id));
            assertThat(last.getCorrection()).isEqualTo(corrected);
            assertThat(last.getUnpriced()).isEqualTo(costs.get(id) == null);
            assertThat(nanoUsd(last)).as(id).isEqualTo(costs.get(id));
            assertThat(sumOfMeters(last)).isEqualTo(costs.get(id) == null ? BigInteger.ZERO : costs.get(id));
        });
    }

    private static BigInteger nanoUsd(PricedUsage usage) {
        return usage.getCostNanoUsd() == null ? null : BigInteger.valueOf(usage.getCostNanoUsd());
    }

    private static BigInteger sumOfMeters(PricedUsage usage) {
        return usage.getMeters().stream()
                .map(meter -> BigInteger.valueOf(meter.getCostNanoUsd()))
                .reduce(BigInteger.ZERO, BigInteger::add);
    }

    /** The last record of each key of {@code spend-rollups} adds up to what the cube answers. */
    private static void assertRolledUp(Scene scene, SpendClient client) {
        Map<String, BigDecimal> answered =
                new HashMap<>(client.spend(scene.everything()).table().totals());
        Await.until(
                "spend-rollups adds up to " + answered,
                Scene.PATIENCE,
                () -> sumOf(scene.deployment.readRollups()),
                answered::equals);
    }

    private static Map<String, BigDecimal> sumOf(Map<String, SpendRollup> rollups) {
        SpendTable sums = new SpendTable();
        rollups.values().forEach(rollup -> {
            rollup.getMeasures().forEach((measure, amount) -> add(sums, measure, amount));
            rollup.getOtherUnits().forEach((unit, total) -> {
                add(sums, "other_units." + unit + ".quantity", total.getQuantity());
                add(sums, "other_units." + unit + ".cost_nano_usd", total.getCostNanoUsd());
            });
        });
        return new TreeMap<>(sums.totals());
    }

    private static void add(SpendTable sums, String measure, long amount) {
        boolean money = measure.endsWith("_nano_usd");
        sums.addToTotals(
                money ? measure.replace("_nano_usd", "_usd") : measure,
                money ? BigDecimal.valueOf(amount, 9) : BigDecimal.valueOf(amount));
    }
}
