package io.spendstream.detect;

import io.spendstream.alert.AlertBytes;
import io.spendstream.alert.LifeCycle;
import io.spendstream.anomaly.Scope;
import io.spendstream.combine.ByteSink;
import io.spendstream.combine.ByteSource;
import io.spendstream.usage.Resolution;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertSeverity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The alerts that are open, and those resolved so lately that they may open again or that the day's sum has what they were
 * of. Written at once: they are few.
 */
final class OpenAlerts {

    /** An alert and where it is in its life. */
    record Held(LifeCycle.State state, Alert alert) {

        boolean isOpen() {
            return state.phase() == LifeCycle.Phase.OPEN;
        }
    }

    private final KeyValueStore<Bytes, byte[]> store;
    private final Map<Scope, Map<AlertKey, Held>> held = new HashMap<>();

    OpenAlerts(KeyValueStore<Bytes, byte[]> store) {
        this.store = store;
        Bytes from = SeriesKeys.alertsFrom();
        try (KeyValueIterator<Bytes, byte[]> alerts = store.range(from, SeriesKeys.after(from))) {
            alerts.forEachRemaining(this::restore);
        }
    }

    private void restore(KeyValue<Bytes, byte[]> entry) {
        SeriesKeys.Parts parts = new SeriesKeys.Parts(entry.key);
        String tenant = parts.text();
        String detector = parts.text();
        Scope scope = new Scope(tenant, Scope.Kind.values()[(int) parts.number()], parts.text());
        AlertKey key = new AlertKey(detector, scope, parts.text());
        ByteSource value = new ByteSource(entry.value);
        LifeCycle.State state = new LifeCycle.State(
                LifeCycle.Phase.values()[value.readByte()],
                AlertSeverity.values()[value.readByte()],
                value.readSigned(),
                value.readSigned(),
                value.readSigned(),
                value.readSigned());
        byScope(scope).put(key, new Held(state, AlertBytes.decode(value.readRest())));
    }

    private Map<AlertKey, Held> byScope(Scope scope) {
        return held.computeIfAbsent(scope, s -> new LinkedHashMap<>());
    }

    /** Null where there is none. */
    Held get(AlertKey key) {
        return held.getOrDefault(key.scope(), Map.of()).get(key);
    }

    boolean hasOpen(Scope scope) {
        return held.getOrDefault(scope, Map.of()).values().stream().anyMatch(Held::isOpen);
    }

    /** The open ones of a scope. */
    List<AlertKey> openOf(Scope scope) {
        return held.getOrDefault(scope, Map.of()).entrySet().stream()
                .filter(entry -> entry.getValue().isOpen())
                .map(Map.Entry::getKey)
                .toList();
    }

    /** All of a tenant, open or not. */
    Map<AlertKey, Held> of(String tenant) {
        Map<AlertKey, Held> all = new HashMap<>();
        held.forEach((scope, alerts) -> {
            if (scope.tenant().equals(tenant)) {
                all.putAll(alerts);
            }
        });
        return all;
    }

    void put(AlertKey key, Held alert) {
        Held before = byScope(key.scope()).put(key, alert);
        if (alert.equals(before)) {
            return;
        }
        LifeCycle.State state = alert.state();
        store.put(
                SeriesKeys.alert(key),
                new ByteSink(512)
                        .writeByte(state.phase().ordinal())
                        .writeByte(state.severity().ordinal())
                        .writeSigned(state.openedAt())
                        .writeSigned(state.clearSince())
                        .writeSigned(state.heardAt())
                        .writeSigned(state.resolvedAt())
                        .writeBytes(AlertBytes.encode(alert.alert()))
                        .toBytes());
    }

    void remove(AlertKey key) {
        Map<AlertKey, Held> of = byScope(key.scope());
        of.remove(key);
        if (of.isEmpty()) {
            held.remove(key.scope());
        }
        store.delete(SeriesKeys.alert(key));
    }

    /** Forgets those that were resolved so long ago that they cannot come back, and on a day that is over. */
    void forgetResolved(LifeCycle lifeCycle, long atMs) {
        List<AlertKey> over = new ArrayList<>();
        for (Map<AlertKey, Held> alerts : held.values()) {
            alerts.forEach((key, alert) -> {
                if (!alert.isOpen()
                        && Resolution.DAY.bucketOf(alert.state().resolvedAt()) < Resolution.DAY.bucketOf(atMs)
                        && lifeCycle
                                        .next(alert.state(), LifeCycle.Finding.CLEAR, null, atMs)
                                        .state()
                                == null) {
                    over.add(key);
                }
            });
        }
        over.forEach(this::remove);
    }
}
