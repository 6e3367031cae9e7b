package io.spendstream.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spendstream.schema.AvroSerde;
import io.spendstream.schema.ConfluentSchemaRegistry;
import io.spendstream.schema.SchemaRegistry;
import io.spendstream.schema.WireFormat;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertSeverity;
import io.spendstream.v1.AlertState;
import io.spendstream.v1.BudgetMeasure;
import io.spendstream.v1.BudgetStatus;
import io.spendstream.v1.Contributor;
import io.spendstream.v1.MeterCost;
import io.spendstream.v1.PricedUsage;
import io.spendstream.v1.ServiceTier;
import io.spendstream.v1.SpendRollup;
import io.spendstream.v1.Status;
import io.spendstream.v1.UnitTotal;
import io.spendstream.v1.UsageEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.errors.RetriableException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class AvroConverterTest {

    private static final Instant TIME = Instant.parse("2026-11-21T23:59:59.999Z");

    private final String url = "mock://" + UUID.randomUUID();
    private final SchemaRegistry registry = new ConfluentSchemaRegistry(url);
    private final AvroConverter converter = new AvroConverter();

    @BeforeEach
    void configure() {
        converter.configure(Map.of("schema.registry.url", url), false);
    }

    @AfterEach
    void close() {
        converter.close();
        registry.close();
    }

    /** Records with every kind of field: enums, logical types, maps of nulls and records, lists, unions with null. */
    static Stream<SpecificRecord> records() {
        Map<String, String> group = new HashMap<>();
        group.put("feature", "größe 日本");
        group.put("team", null);
        return Stream.of(
                UsageEvent.newBuilder()
                        .setId("e1")
                        .setTime(TIME)
                        .setFeature("chat")
                        .setModel("m")
                        .setServiceTier(ServiceTier.FLEX)
                        .setStatus(Status.ABORTED)
                        .setQualityScore(0.5)
                        .setLatencyMs(Long.MAX_VALUE)
                        .setOtherUnits(Map.of("images", 3L))
                        .setTags(Map.of("region", "eu"))
                        .build(),
                PricedUsage.newBuilder()
                        .setId("e1")
                        .setTime(TIME)
                        .setTenant("t")
                        .setFeature("chat")
                        .setModel("m")
                        .setCostNanoUsd(-1L)
                        .setMeters(List.of(new MeterCost("input_tokens", 3L, 2_500_000L, 7_500L)))
                        .setCardEffectiveFrom(Instant.EPOCH)
                        .build(),
                SpendRollup.newBuilder()
                        .setBucketStart(TIME)
                        .setBucketEnd(TIME)
                        .setTenant("")
                        .setFeature("chat")
                        .setModel("m")
                        .setMeasures(Map.of("requests", 1L, "cost_nano_usd", 9_007_199_254_740_993L))
                        .setOtherUnits(Map.of("images", new UnitTotal(1L, 2L)))
                        .build(),
                BudgetStatus.newBuilder()
                        .setBudget("b")
                        .setScope("s")
                        .setGroup(group)
                        .setMeasure(BudgetMeasure.TOKENS)
                        .setLimit(10L)
                        .setSpent(1L)
                        .setFractionPpm(100_000L)
                        .setZone("UTC")
                        .setPeriodStart(TIME)
                        .setMeasuredFrom(TIME)
                        .setUpdatedAt(TIME)
                        .setAsOf(TIME)
                        .setCrossedPpm(List.of(50_000L, 100_000L))
                        .build(),
                Alert.newBuilder()
                        .setId("a")
                        .setKind("budget_threshold")
                        .setState(AlertState.ESCALATED)
                        .setSeverity(AlertSeverity.CRITICAL)
                        .setScope(group)
                        .setValue(1L)
                        .setOpenedAt(TIME)
                        .setChangedAt(TIME)
                        .setSummary("s")
                        .setContributors(List.of(new Contributor("model", null, 5L, 1_000_000L)))
                        .build());
    }

    private <T extends SpecificRecord> byte[] written(String topic, T record) {
        @SuppressWarnings("unchecked")
        Class<T> type = (Class<T>) record.getClass();
        return new AvroSerde<>(type, registry).serializer().serialize(topic, record);
    }

    @ParameterizedTest
    @MethodSource("records")
    void a_record_is_the_same_after_the_way_there_and_back(SpecificRecord record) {
        byte[] bytes = written("t", record);

        SchemaAndValue data = converter.toConnectData("t", bytes);
        byte[] again = converter.fromConnectData("t", data.schema(), data.value());

        // The id is that of the record's own schema, and nothing new was registered. Maps have no order.
        assertThat(WireFormat.schemaId(again)).isEqualTo(WireFormat.schemaId(bytes));
        assertThat(registry.versions("t-value")).hasSize(1);
        assertThat(again).hasSameSizeAs(bytes);
        assertThat(read(record.getClass(), again)).isEqualTo(record);
    }

    private SpecificRecord read(Class<? extends SpecificRecord> type, byte[] bytes) {
        return new AvroSerde<>(type, registry).deserializer().deserialize("t", bytes);
    }

    @Test
    void logical_types_enums_maps_and_nulls_are_those_of_connect() {
        // Given
        SpecificRecord event = records().findFirst().orElseThrow();

        // When
        Struct data = (Struct) converter.toConnectData("t", written("t", event)).value();

        // Then
        assertThat(data.schema().name()).isEqualTo("io.spendstream.v1.UsageEvent");
        assertThat(data.schema().field("time").schema().name()).isEqualTo(Timestamp.LOGICAL_NAME);
        assertThat(data.get("time")).isEqualTo(Date.from(TIME));
        assertThat(data.getString("service_tier")).isEqualTo("FLEX");
        assertThat(data.getMap("other_units")).isEqualTo(Map.of("images", 3L));
        assertThat(data.schema().field("team").schema().isOptional()).isTrue();
        assertThat(data.get("team")).isNull();
        assertThat(data.getInt64("latency_ms")).isEqualTo(Long.MAX_VALUE);
        assertThat(data.getFloat64("quality_score")).isEqualTo(0.5);
    }

    @Test
    void a_tombstone_is_one_both_ways() {
        assertThat(converter.toConnectData("t", null)).isEqualTo(SchemaAndValue.NULL);
        assertThat(converter.fromConnectData("t", null, null)).isNull();
    }

    @Test
    void what_a_source_makes_is_registered_and_read_by_the_serde() {
        // Given: what a connector knows, in another order and without what has a default
        Schema schema = SchemaBuilder.struct()
                .name("io.spendstream.v1.UsageEvent")
                .field("model", Schema.STRING_SCHEMA)
                .field("feature", Schema.STRING_SCHEMA)
                .field("time", Timestamp.SCHEMA)
                .field("id", Schema.STRING_SCHEMA)
                .field("team", Schema.OPTIONAL_STRING_SCHEMA)
                .build();
        Struct value = new Struct(schema)
                .put("id", "e1")
                .put("time", Date.from(TIME))
                .put("feature", "chat")
                .put("model", "m");

        // When
        byte[] bytes = converter.fromConnectData("t", schema, value);

        // Then
        UsageEvent event =
                new AvroSerde<>(UsageEvent.class, registry).deserializer().deserialize("t", bytes);
        assertThat(event.getTime()).isEqualTo(TIME);
        assertThat(event.getTeam()).isNull();
        assertThat(event.getTenant()).isEqualTo("default");
    }

    @Test
    void bytes_that_are_no_such_record_are_refused_for_good() {
        byte[] record = written("t", records().findFirst().orElseThrow());
        byte[] cut = Arrays.copyOf(record, record.length - 1);
        byte[] longer = Arrays.copyOf(record, record.length + 1);

        assertRefused("{}".getBytes(StandardCharsets.UTF_8), "wire format");
        assertRefused(new byte[] {1, 0, 0, 0, 1, 0}, "0x00");
        assertRefused(new byte[] {0, 0, 0, 1, 0, 0}, "not there");
        assertRefused(cut, "does not follow its schema");
        assertRefused(longer, "bytes");
    }

    private void assertRefused(byte[] bytes, String reason) {
        assertThatThrownBy(() -> converter.toConnectData("t", bytes))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void values_without_a_schema_are_refused() {
        assertThatThrownBy(() -> converter.fromConnectData("t", null, Map.of("id", "e1")))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("without a schema");
        assertThatThrownBy(() -> converter.fromConnectData("t", Schema.STRING_SCHEMA, "e1"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("STRING");
    }

    @Test
    void a_registry_that_does_not_answer_is_asked_again_later() {
        AvroConverter alone = new AvroConverter();
        alone.configure(Map.of("schema.registry.url", "http://127.0.0.1:1"), false);

        assertThatThrownBy(() -> alone.toConnectData("t", new byte[] {0, 0, 0, 0, 1, 0}))
                .isInstanceOf(RetriableException.class);
        alone.close();
    }

    @ParameterizedTest
    @CsvSource({
        "schema.registry.url, localhost:8081",
        "schema.registry.url, ''",
        "auto.register.schemas, perhaps",
        "http.read.timeout.ms, 0",
        "http.read.timeout.ms, soon",
        "schema.regsitry.url, http://localhost:8081"
    })
    void a_wrong_or_unknown_setting_is_named(String key, String value) {
        Map<String, String> config = new HashMap<>(Map.of("schema.registry.url", url));
        config.put(key, value);

        assertThatThrownBy(() -> new AvroConverter().configure(config, false))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(key);
    }

    @Test
    void it_is_not_for_keys() {
        assertThatThrownBy(() -> new AvroConverter().configure(Map.of("schema.registry.url", url), true))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("key.converter")
                .hasMessageContaining("StringConverter");
    }
}
