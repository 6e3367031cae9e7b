package io.spendstream.connect.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spendstream.alert.AlertMeasure;
import io.spendstream.connect.AlertUnits;
import io.spendstream.connect.ConnectData;
import io.spendstream.topic.Topic;
import io.spendstream.topic.Topics;
import io.spendstream.usage.Measure;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertSeverity;
import io.spendstream.v1.AlertState;
import io.spendstream.v1.BudgetMeasure;
import io.spendstream.v1.BudgetStatus;
import io.spendstream.v1.Contributor;
import io.spendstream.v1.MeterCost;
import io.spendstream.v1.PricedUsage;
import io.spendstream.v1.SpendRollup;
import io.spendstream.v1.UnitTotal;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TableRowsTest {

    private static final Instant TIME = Instant.parse("2026-11-21T23:45:00Z");

    private final TableRows<SinkRecord> rows = rows("");

    private static TableRows<SinkRecord> rows(String prefix) {
        TableRows<SinkRecord> rows = new TableRows<>();
        rows.configure(Map.of("topic.prefix", prefix));
        return rows;
    }

    private static SinkRecord record(String topic, Object key, SpecificRecord value) {
        SchemaAndValue data = value == null ? SchemaAndValue.NULL : ConnectData.of(value);
        return new SinkRecord(
                topic, 3, Schema.STRING_SCHEMA, key, data.schema(), data.value(), 7, 99L, TimestampType.CREATE_TIME);
    }

    private Struct row(String topic, SpecificRecord value) {
        return (Struct) rows.apply(record(topic, "k", value)).value();
    }

    private static SpendRollup.Builder rollup() {
        return SpendRollup.newBuilder()
                .setBucketStart(TIME)
                .setBucketEnd(TIME.plusSeconds(900))
                .setTenant("acme")
                .setFeature("chat")
                .setModel("m")
                .setMeasures(Map.of("requests", 3L, "cost_nano_usd", 1L, "cache_savings_nano_usd", -1_500_000_000L));
    }

    @Test
    void a_rollup_has_a_column_for_every_measure() {
        // When
        Struct row = row(
                "spend-rollups",
                rollup().setTags(Map.of("b", "2", "a", "1"))
                        .setOtherUnits(Map.of("images", new UnitTotal(2L, 80_000_001L)))
                        .build());

        // Then
        assertThat(row.getString("bucket_start")).isEqualTo("2026-11-21T23:45:00Z");
        assertThat(row.schema().field("bucket_start").schema().name()).isEqualTo("io.debezium.time.ZonedTimestamp");
        assertThat(row.getString("team")).isNull();
        assertThat(row.getString("service_tier")).isEqualTo("STANDARD");
        assertThat(row.getString("tags")).isEqualTo("{\"a\":\"1\",\"b\":\"2\"}");
        assertThat(row.getInt64("requests")).isEqualTo(3L);
        assertThat(row.getInt64("errors")).isZero();
        assertThat(row.get("cost_usd")).isEqualTo(new BigDecimal("0.000000001"));
        assertThat(row.get("cache_savings_usd")).isEqualTo(new BigDecimal("-1.500000000"));
        assertThat(row.get("retry_cost_usd")).isEqualTo(new BigDecimal("0.000000000"));
        assertThat(row.getString("other_units")).isEqualTo("{\"images\":{\"quantity\":2,\"cost_usd\":0.080000001}}");
    }

    @Test
    void a_measure_without_a_column_stops_rather_than_is_lost() {
        SpendRollup later = rollup().setMeasures(Map.of("requests", 1L, "video_cost_nano_usd", 1L))
                .build();

        assertThatThrownBy(() -> row("spend-rollups", later))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("video_cost_nano_usd");
    }

    @Test
    void the_topic_becomes_the_table_and_the_key_its_primary_key() {
        SinkRecord made = rows("prod.").apply(record("prod.spend-rollups", "[\"k\"]", rollup().build()));

        assertThat(made.topic()).isEqualTo("spend_rollups");
        assertThat(((Struct) made.key()).getString("id")).isEqualTo("[\"k\"]");
        assertThat(made.kafkaPartition()).isEqualTo(3);
        assertThat(made.originalTopic()).isEqualTo("prod.spend-rollups");
        assertThat(made.timestamp()).isEqualTo(99L);
    }

    @Test
    void a_tombstone_stays_one() {
        SinkRecord made = rows.apply(record("budget-status", "k", null));

        assertThat(made.topic()).isEqualTo("budget_status");
        assertThat(((Struct) made.key()).getString("id")).isEqualTo("k");
        assertThat(made.value()).isNull();
        assertThat(made.valueSchema()).isNull();
    }

    private static PricedUsage.Builder priced() {
        return PricedUsage.newBuilder()
                .setId("e")
                .setTime(TIME)
                .setTenant("t")
                .setFeature("f")
                .setModel("m")
                .setUser("ann");
    }

    @ParameterizedTest
    @CsvSource({
        // cost on the topic, answered by a cache, cost_usd, response_cache_savings_usd
        "1500000000, false, 1.500000000, 0.000000000",
        "1500000000, true,  0.000000000, 1.500000000",
        "0,          false, 0.000000000, 0.000000000",
        ",           false,            ,            ",
        ",           true,             ,            "
    })
    void what_a_cache_answered_costs_nothing(Long nanoUsd, boolean cached, BigDecimal cost, BigDecimal saved) {
        Struct row = row(
                "usage-priced",
                priced().setCostNanoUsd(nanoUsd).setResponseCached(cached).build());

        assertThat(row.get("cost_usd")).isEqualTo(cost);
        assertThat(row.get("response_cache_savings_usd")).isEqualTo(saved);
        assertThat(row.getString("user_name")).isEqualTo("ann");
    }

    @Test
    void meters_are_exact_in_json() {
        Struct row = row(
                "usage-priced",
                priced().setMeters(List.of(new MeterCost("input_tokens", 3L, 2_500_000L, 9_007_199_254_740_993L)))
                        .build());

        assertThat(row.getString("meters"))
                .isEqualTo("[{\"meter\":\"input_tokens\",\"quantity\":3,\"pico_usd_per_unit\":2500000,"
                        + "\"cost_usd\":9007199.254740993}]");
    }

    @ParameterizedTest
    @CsvSource({"COST, 2.500000000", "REQUESTS, 2500000000.000000000"})
    void amounts_of_a_status_are_in_the_unit_of_its_measure(BudgetMeasure measure, BigDecimal spent) {
        Map<String, String> group = new HashMap<>();
        group.put("feature", null);
        Struct row = row(
                "budget-status",
                BudgetStatus.newBuilder()
                        .setBudget("b")
                        .setScope("s")
                        .setGroup(group)
                        .setMeasure(measure)
                        .setLimit(5_000_000_000L)
                        .setSpent(2_500_000_000L)
                        .setRemaining(2_500_000_000L)
                        .setDaysUntilLimitPpm(83_333L)
                        .setFractionPpm(500_000L)
                        .setZone("UTC")
                        .setPeriodStart(TIME)
                        .setMeasuredFrom(TIME)
                        .setUpdatedAt(TIME)
                        .setAsOf(TIME)
                        .setCrossedPpm(List.of(500_000L))
                        .build());

        assertThat(row.get("spent")).isEqualTo(spent);
        assertThat(row.get("remaining")).isEqualTo(spent);
        assertThat(row.get("days_until_limit")).isEqualTo(new BigDecimal("0.083333"));
        assertThat(row.get("fraction")).isEqualTo(new BigDecimal("0.500000"));
        assertThat(row.getString("measure")).isEqualTo(measure.name().toLowerCase(Locale.ROOT));
        assertThat(row.getString("group_values")).isEqualTo("{\"feature\":null}");
        assertThat(row.getString("crossed")).isEqualTo("[0.500000]");
        assertThat(row.getString("period_end")).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "cost,           2.500000000,          2.500000000",
        "cost_share,     2500.000000000,       2.500000000",
        "reconciliation_drift, 2500.000000000, 2.500000000",
        "cache_hit_rate, 2500.000000000,       2500000000",
        "requests,       2500000000.000000000, 2500000000"
    })
    void amounts_of_an_alert_are_in_the_unit_of_its_measure(String measure, BigDecimal value, String contributed) {
        Struct row = row(
                "anomaly-alerts",
                Alert.newBuilder()
                        .setId("a")
                        .setKind("k")
                        .setState(AlertState.OPEN)
                        .setSeverity(AlertSeverity.WARNING)
                        .setMeasure(measure)
                        .setValue(2_500_000_000L)
                        .setThreshold(800_000L)
                        .setOpenedAt(TIME)
                        .setChangedAt(TIME)
                        .setSummary("s")
                        .setContributors(List.of(new Contributor("model", null, 2_500_000_000L, 1_000_000L)))
                        .build());

        assertThat(row.get("value")).isEqualTo(value);
        assertThat(row.get("threshold")).isEqualTo(new BigDecimal("0.800000"));
        assertThat(row.getString("severity")).isEqualTo("warning");
        assertThat(row.getString("contributors"))
                .isEqualTo("[{\"field\":\"model\",\"value\":null,\"amount\":" + contributed + ",\"share\":1.000000}]");
    }

    @Test
    void what_is_not_of_these_topics_is_refused() {
        assertRefused(record("prices", "k", rollup().build()), "no table for the topic prices");
        assertRefused(record("usage-priced", "k", rollup().build()), "needs io.spendstream.v1.PricedUsage");
        assertRefused(record("spend-rollups", null, rollup().build()), "StringConverter");
        assertRefused(record("spend-rollups", new byte[] {1}, rollup().build()), "StringConverter");
        assertRefused(
                new SinkRecord("spend-rollups", 0, null, "k", null, "text", 0), "io.spendstream.connect.AvroConverter");
    }

    private void assertRefused(SinkRecord record, String reason) {
        assertThatThrownBy(() -> rows.apply(record))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void a_wrong_or_unknown_setting_is_named() {
        assertThatThrownBy(() -> rows("a b"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("topic.prefix");
        assertThatThrownBy(() -> new TableRows<SinkRecord>().configure(Map.of("topic.prefx", "p")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("topic.prefx");
    }

    @Test
    void every_measure_of_the_application_has_a_column() {
        assertThat(Stream.concat(Tables.COUNTS.stream(), Tables.COSTS.stream().map(name -> name + Tables.NANO_USD)))
                .containsExactlyInAnyOrderElementsOf(
                        Stream.of(Measure.values()).map(Measure::avroField).toList());
    }

    @Test
    void the_units_of_alerts_are_those_of_the_application() {
        for (AlertMeasure measure : AlertMeasure.values()) {
            AlertMeasure.Unit unit = AlertMeasure.unitOf(measure.id());
            assertThat(AlertUnits.MEASURES_USD.contains(measure.id())).isEqualTo(unit == AlertMeasure.Unit.NANO_USD);
            assertThat(AlertUnits.MEASURES_PPM.contains(measure.id())).isEqualTo(unit == AlertMeasure.Unit.PPM);
        }
    }

    @Test
    void the_topics_are_those_of_the_application() {
        assertThat(Topics.withPrefix("").all()).extracting(Topic::name).containsAll(Tables.BY_TOPIC.keySet());
    }

    /** A field that a record gets and no column shows would be missed by nobody. */
    @Test
    void every_field_of_the_records_is_in_a_column() {
        Map.of(
                        Tables.SPEND_ROLLUPS, SpendRollup.getClassSchema(),
                        Tables.USAGE_PRICED, PricedUsage.getClassSchema(),
                        Tables.BUDGET_STATUS, BudgetStatus.getClassSchema(),
                        Tables.ALERTS, Alert.getClassSchema())
                .forEach((table, schema) -> {
                    Set<String> shown =
                            table.columns().stream().map(Column::source).collect(Collectors.toSet());
                    Set<String> fields = schema.getFields().stream()
                            .map(org.apache.avro.Schema.Field::name)
                            .collect(Collectors.toCollection(TreeSet::new));
                    // The key has it.
                    fields.remove("id");
                    assertThat(shown).as(table.name()).isEqualTo(fields);
                    assertThat(table.recordName()).isEqualTo(schema.getFullName());
                });
    }

    @Test
    void tables_sql_has_these_tables_and_columns() throws IOException {
        String sql = Files.readString(Path.of("sql/tables.sql"));
        Matcher create = Pattern.compile("CREATE TABLE IF NOT EXISTS (\\w+) \\((.*?)\\n\\);", Pattern.DOTALL)
                .matcher(sql);
        List<String> seen = new ArrayList<>();
        while (create.find()) {
            create.group(2)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .forEach(line ->
                            seen.add(create.group(1) + " " + line.strip().split(" ")[0]));
        }

        List<String> expected = new ArrayList<>();
        for (Table table : List.of(Tables.SPEND_ROLLUPS, Tables.USAGE_PRICED, Tables.BUDGET_STATUS, Tables.ALERTS)) {
            expected.add(table.name() + " id");
            table.columns().forEach(column -> expected.add(table.name() + " " + column.name()));
        }
        assertThat(seen).isEqualTo(expected);
    }
}
