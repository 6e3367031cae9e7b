package io.spendstream.connect.notify;

import io.spendstream.connect.ConnectData;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertSeverity;
import io.spendstream.v1.AlertState;
import io.spendstream.v1.Contributor;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.sink.SinkRecord;

/** Alerts as tests need them. */
public final class Alerts {

    static final Instant OPENED = Instant.parse("2026-11-21T12:00:00Z");
    static final String TOPIC = "budget-alerts";

    private Alerts() {}

    /** A budget's alert, opened at {@link #OPENED} and changed with its state. */
    static Alert.Builder budget(String id, AlertState state) {
        return budget(id, state, OPENED);
    }

    public static Alert.Builder budget(String id, AlertState state, Instant openedAt) {
        return Alert.newBuilder()
                .setId(id)
                .setKind("budget_threshold")
                .setState(state)
                .setSeverity(state == AlertState.OPEN ? AlertSeverity.WARNING : AlertSeverity.CRITICAL)
                .setNotify(true)
                .setTenant("acme")
                .setScope(Map.of("feature", "chat"))
                .setBudget("daily")
                .setThreshold(800_000L)
                .setAction("notify")
                .setMeasure("cost")
                .setLimit(100_000_000_000L)
                .setValue(80_000_000_001L)
                .setPeriodStart(Instant.parse("2026-11-21T00:00:00Z"))
                .setPeriodEnd(Instant.parse("2026-11-22T00:00:00Z"))
                .setZone("UTC")
                .setOpenedAt(openedAt)
                .setChangedAt(openedAt.plusSeconds(60L * state.ordinal()))
                .setSummary("80 % of the budget daily are spent")
                .setContributors(List.of(new Contributor("model", "large", 61_250_000_000L, 765_625L)))
                .setLabels(Map.of("owner", "search"));
    }

    static SinkRecord sinkRecord(Alert alert, long offset) {
        return sinkRecord(alert, 0, offset);
    }

    static SinkRecord sinkRecord(Alert alert, int partition, long offset) {
        SchemaAndValue data = ConnectData.of(alert);
        return new SinkRecord(
                TOPIC,
                partition,
                Schema.STRING_SCHEMA,
                alert.getId(),
                data.schema(),
                data.value(),
                offset,
                alert.getChangedAt().toEpochMilli(),
                TimestampType.CREATE_TIME);
    }

    /** Of the transition. */
    public static String key(Alert alert) {
        return alertRecord(alert).transitionKey();
    }

    static AlertRecord alertRecord(Alert alert) {
        return AlertRecord.of(sinkRecord(alert, 0));
    }
}
