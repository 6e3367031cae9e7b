package io.spendstream.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spendstream.query.Peers.Membership;
import io.spendstream.query.Peers.Peer;
import io.spendstream.usage.Measure;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SpendTest {

    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final CubeDimensions DIMENSIONS = new CubeDimensions(List.of("region"));

    private final FakeCells zero = new FakeCells(0)
            .spend("2026-11-21T00:00:00Z", Map.of("feature", "chat", "model", "m1"), "ann", 5)
            .spend("2026-11-21T00:20:00Z", Map.of("feature", "chat", "model", "m2", "team", "red"), "bob", 7)
            .spend("2026-11-20T23:59:59Z", Map.of("feature", "chat", "model", "m1", "tags.region", "eu"), "ann", 100);
    private final FakeCells one = new FakeCells(1)
            .spend("2026-11-21T00:00:00Z", Map.of("feature", "search", "model", "m1"), "ann", 11)
            .spend("2026-11-21T13:00:00Z", Map.of("feature", "search", "model", "m1", "tenant", "acme"), "ann", 13);

    @Test
    void groups_add_up_over_partitions_and_totals_over_groups() {
        // When
        SpendAnswer answer = whole(query(Granularity.TOTAL, List.of("model"), Map.of()));

        // Then
        assertThat(costs(answer)).containsExactly("[m1] 2026-11-20T00:00:00Z 129", "[m2] 2026-11-20T00:00:00Z 7");
        assertThat(answer.totals().measure(Measure.COST)).isEqualTo(136);
        assertThat(answer.totals().measure(Measure.REQUESTS)).isEqualTo(5);
    }

    @Test
    void buckets_without_data_have_no_row() {
        // When
        SpendAnswer answer = whole(new SpendQuery(
                Instant.parse("2026-11-20T00:00:00Z"),
                Instant.parse("2026-11-22T00:00:00Z"),
                ZoneId.of("UTC"),
                Granularity.HOUR,
                List.of(),
                Map.of(),
                Order.START,
                10));

        // Then
        assertThat(costs(answer))
                .containsExactly(
                        "[] 2026-11-20T23:00:00Z 100", "[] 2026-11-21T00:00:00Z 23", "[] 2026-11-21T13:00:00Z 13");
    }

    @Test
    void filters_take_values_together_and_dimensions_apart() {
        assertThat(total(Map.of("feature", Set.of("chat", "search")))).isEqualTo(136);
        assertThat(total(Map.of("feature", Set.of("chat"), "model", Set.of("m1"))))
                .isEqualTo(105);
        assertThat(total(Map.of("tenant", Set.of("acme")))).isEqualTo(13);
        assertThat(total(Map.of("tags.region", Set.of("eu")))).isEqualTo(100);
        assertThat(total(Map.of("team", Set.of("")))).isEqualTo(129);
        assertThat(total(Map.of("team", Set.of("", "red")))).isEqualTo(136);
        assertThat(total(Map.of("team", Set.of("blue")))).isZero();
    }

    @Test
    void users_are_totals_per_tenant_and_utc_day() {
        // When
        SpendAnswer answer = whole(query(Granularity.DAY, List.of("tenant", "user"), Map.of()));

        // Then
        assertThat(costs(answer))
                .containsExactly(
                        "[default, ann] 2026-11-20T00:00:00Z 100",
                        "[default, ann] 2026-11-21T00:00:00Z 16",
                        "[acme, ann] 2026-11-21T00:00:00Z 13",
                        "[default, bob] 2026-11-21T00:00:00Z 7");
        assertThat(total(Map.of("user", Set.of("ann")))).isEqualTo(129);
        assertThat(total(Map.of("user", Set.of("ann"), "tenant", Set.of("acme"))))
                .isEqualTo(13);
    }

    @Test
    void the_limit_cuts_rows_after_the_merge_and_never_the_totals() {
        // Given
        FakeCells a = new FakeCells(0);
        FakeCells b = new FakeCells(1);
        for (int i = 0; i < 10; i++) {
            // In each partition alone, f0 is the cheapest and f9 the dearest; together all but f0 cost the same.
            a.spend("2026-11-21T00:00:00Z", Map.of("feature", "f" + i), null, i == 0 ? 60 : i);
            b.spend("2026-11-21T00:00:00Z", Map.of("feature", "f" + i), null, i == 0 ? 50 : 100 - i);
        }
        SpendQuery query = new SpendQuery(
                Instant.parse("2026-11-20T00:00:00Z"),
                Instant.parse("2026-11-22T00:00:00Z"),
                ZoneId.of("UTC"),
                Granularity.TOTAL,
                List.of("feature"),
                Map.of(),
                Order.COST_DESCENDING,
                2);

        // When
        SpendAnswer answer =
                cluster(Map.of("self", local(a), "other", local(b))).spend(query);

        // Then
        assertThat(costs(answer)).containsExactly("[f0] 2026-11-20T00:00:00Z 110", "[f1] 2026-11-20T00:00:00Z 100");
        assertThat(answer.truncated()).isTrue();
        assertThat(answer.rowCount()).isEqualTo(10);
        assertThat(answer.totals().measure(Measure.COST)).isEqualTo(110 + 9 * 100);
    }

    @Test
    void other_units_add_up_by_name() {
        // Given
        FakeCells a = new FakeCells(0)
                .spend("2026-11-21T00:00:00Z", Map.of(), null, 30, Map.of("images", new long[] {2, 20}))
                .spend("2026-11-21T00:00:00Z", Map.of(), null, 30, Map.of("web_searches", new long[] {1, 10}));
        FakeCells b =
                new FakeCells(1).spend("2026-11-21T00:00:00Z", Map.of(), null, 5, Map.of("images", new long[] {1, 5}));

        // When
        SpendAnswer answer = cluster(Map.of("self", local(a, b))).spend(query(Granularity.TOTAL, List.of(), Map.of()));

        // Then
        assertThat(answer.totals().otherUnits().keySet()).containsExactly("images", "web_searches");
        assertThat(answer.totals().otherUnits().get("images")).containsExactly(3, 25);
        assertThat(answer.rows().get(0).sums()).isEqualTo(answer.totals());
    }

    @Test
    void a_sum_that_does_not_fit_is_an_error() {
        // Given
        FakeCells cells = new FakeCells(0)
                .spend("2026-11-21T00:00:00Z", Map.of(), null, Long.MAX_VALUE)
                .spend("2026-11-21T00:00:00Z", Map.of(), null, 1);

        // When, Then
        assertThatThrownBy(() -> local(cells).read(query(Granularity.TOTAL, List.of(), Map.of())))
                .isInstanceOf(QueryRefused.class)
                .hasMessageContaining("does not fit 64 bits");
    }

    @Test
    void too_many_rows_are_refused_with_advice() {
        // Given
        FakeCells cells = new FakeCells(0);
        for (int i = 0; i < 4; i++) {
            cells.spend("2026-11-21T00:00:00Z", Map.of("feature", "f" + i), null, 1);
        }
        LocalSpend small = new LocalSpend(() -> List.of(cells), DIMENSIONS, () -> new Lag(0, NOW), 3);

        // When, Then
        assertThatThrownBy(() -> small.read(query(Granularity.TOTAL, List.of("feature"), Map.of())))
                .isInstanceOf(QueryRefused.class)
                .hasMessageContaining("more than 3")
                .hasMessageContaining("filter more");
    }

    @Test
    void freshness_is_that_of_the_stalest() {
        // Given
        LocalSpend a = new LocalSpend(() -> List.of(zero), DIMENSIONS, () -> new Lag(3, NOW.minusMillis(50)), 10);
        LocalSpend b = new LocalSpend(() -> List.of(one), DIMENSIONS, () -> new Lag(4, NOW.minusMillis(800)), 10);

        // When
        SpendAnswer answer =
                cluster(Map.of("self", a, "other", b)).spend(query(Granularity.TOTAL, List.of(), Map.of()));

        // Then
        assertThat(answer.freshness()).isEqualTo(new Freshness(true, NOW.minusMillis(800), 7, 800));
    }

    @Test
    void a_partition_that_two_instances_claim_is_counted_once_from_the_fresher_one() {
        // Given
        FakeCells stale = new FakeCells(0).spend("2026-11-21T00:00:00Z", Map.of("feature", "chat"), null, 1);
        LocalSpend a = new LocalSpend(() -> List.of(stale, one), DIMENSIONS, () -> new Lag(0, NOW.minusMillis(9)), 10);
        LocalSpend b = new LocalSpend(() -> List.of(zero), DIMENSIONS, () -> new Lag(0, NOW), 10);

        // When
        SpendAnswer answer =
                cluster(Map.of("self", a, "other", b)).spend(query(Granularity.TOTAL, List.of(), Map.of()));

        // Then
        assertThat(answer.totals().measure(Measure.COST)).isEqualTo(136);
    }

    @Test
    void an_answer_that_lacks_a_partition_is_never_given() {
        // Given
        Cluster cluster = cluster(Map.of("self", local(zero)));

        // When, Then
        assertThatThrownBy(() -> cluster.spend(query(Granularity.TOTAL, List.of(), Map.of())))
                .hasCauseInstanceOf(NotAllThere.class)
                .hasMessageContaining("of 2 partitions, no instance answered for [1]")
                .hasMessageContaining("http.advertised");
    }

    @Test
    void an_instance_that_does_not_answer_is_named() {
        // Given
        Cluster cluster = cluster(Map.of("self", local(zero), "gone", local()));

        // When, Then
        assertThatThrownBy(() -> cluster.spend(query(Granularity.TOTAL, List.of(), Map.of())))
                .hasCauseInstanceOf(NotAllThere.class)
                .hasMessageContaining("gone: java.io.IOException: no route");
    }

    @Test
    void an_instance_that_does_not_answer_does_no_harm_when_others_have_its_partitions() {
        // Given
        Cluster cluster = cluster(Map.of("self", local(zero), "gone", local(), "other", local(one)));

        // When
        SpendAnswer answer = cluster.spend(query(Granularity.TOTAL, List.of(), Map.of()));

        // Then
        assertThat(answer.totals().measure(Measure.COST)).isEqualTo(136);
        assertThat(answer.freshness().complete()).isTrue();
    }

    @Test
    void a_second_try_asks_the_instances_known_by_then() {
        // Given
        Cluster cluster = cluster(Map.of("self", local(zero), "gone", local(), "other", local(one)));
        cluster.memberships.add(new Membership(List.of(new Peer("self", true), new Peer("gone", false)), 2));
        cluster.memberships.add(new Membership(List.of(new Peer("self", true), new Peer("other", false)), 2));

        // When
        SpendAnswer answer = cluster.spend(query(Granularity.TOTAL, List.of(), Map.of()));

        // Then
        assertThat(answer.totals().measure(Measure.COST)).isEqualTo(136);
    }

    @Test
    void before_partitions_are_assigned_there_is_no_answer() {
        // Given
        Cluster cluster = cluster(Map.of("self", local()));
        cluster.memberships.add(new Membership(List.of(), 0));
        cluster.memberships.add(new Membership(List.of(), 0));

        // When, Then
        assertThatThrownBy(() -> cluster.spend(query(Granularity.TOTAL, List.of(), Map.of())))
                .hasCauseInstanceOf(NotAllThere.class)
                .hasMessageContaining("not assigned yet");
    }

    @Test
    void what_an_instance_refuses_is_refused() {
        // Given
        SpendQuery unknown = query(Granularity.TOTAL, List.of("tags.planet"), Map.of("tags.moon", Set.of("x")));

        // When, Then
        assertThatThrownBy(() -> cluster(Map.of("self", local(zero))).spend(unknown))
                .hasCauseInstanceOf(QueryRefused.class)
                .hasMessageContaining("group_by: 'tags.planet' is not a dimension; accepted: tenant,")
                .hasMessageContaining("tags.moon: is not a dimension to filter by");
    }

    // --- helpers ---

    private static SpendQuery query(Granularity granularity, List<String> groupBy, Map<String, Set<String>> filters) {
        return new SpendQuery(
                Instant.parse("2026-11-20T00:00:00Z"),
                Instant.parse("2026-11-22T00:00:00Z"),
                ZoneId.of("UTC"),
                granularity,
                groupBy,
                filters,
                Order.COST_DESCENDING,
                100);
    }

    private static LocalSpend local(FakeCells... cells) {
        return new LocalSpend(() -> Arrays.asList(cells), DIMENSIONS, () -> new Lag(0, NOW), 1_000);
    }

    private SpendAnswer whole(SpendQuery query) {
        return cluster(Map.of("self", local(zero, one))).spend(query);
    }

    private long total(Map<String, Set<String>> filters) {
        return whole(query(Granularity.TOTAL, List.of(), filters)).totals().measure(Measure.COST);
    }

    private static List<String> costs(SpendAnswer answer) {
        return answer.rows().stream()
                .map(row -> row.group() + " " + Instant.ofEpochMilli(row.startMs()) + " "
                        + row.sums().measure(Measure.COST))
                .collect(Collectors.toList());
    }

    private static Cluster cluster(Map<String, LocalSpend> instances) {
        return new Cluster(instances);
    }

    /** Instances in one process; the one called "self" asks, one called "gone" is out of reach. */
    private static final class Cluster {
        private final Map<String, LocalSpend> instances;
        private final Deque<Membership> memberships = new ArrayDeque<>();

        Cluster(Map<String, LocalSpend> instances) {
            this.instances = new HashMap<>(instances);
        }

        SpendAnswer spend(SpendQuery query) {
            ClusterSpend reader = new ClusterSpend(
                    instances.get("self"),
                    this::membership,
                    this::ask,
                    Runnable::run,
                    Retention.DEFAULT,
                    () -> NOW,
                    1_000);
            return reader.spend(query).toCompletableFuture().join();
        }

        private Membership membership() {
            return memberships.isEmpty()
                    ? new Membership(
                            instances.keySet().stream()
                                    .map(name -> new Peer(name, name.equals("self")))
                                    .toList(),
                            2)
                    : memberships.remove();
        }

        private CompletableFuture<InstanceSpend> ask(Peer peer, SpendQuery query, Trace trace) {
            return peer.url().equals("gone")
                    ? CompletableFuture.failedFuture(new IOException("no route"))
                    : CompletableFuture.supplyAsync(
                            () -> instances.get(peer.url()).read(query), Runnable::run);
        }
    }
}
