package io.spendstream.watch;

import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertState;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The last state of the alerts that changed last, in memory: one thread writes, any number read. */
public final class AlertView {

    /** More are forgotten here, resolved ones first; the topic has them all. */
    public static final int ALERTS_MAX = 20_000;

    /** Is told of every alert that is read. */
    @FunctionalInterface
    public interface Reader {

        /** @param causedAtMs when what it is about was received */
        void read(Alert alert, long causedAtMs);
    }

    /** In the order in which they changed. */
    private final Map<String, Alert> alerts = new LinkedHashMap<>();

    private final Reader reader;

    public AlertView(Reader reader) {
        this.reader = reader;
    }

    /**
     * Takes a record of {@code budget-alerts}.
     *
     * @param alert null takes back the one before
     * @param causedAtMs the record's time: when what it is about was received
     */
    public void put(String id, Alert alert, long causedAtMs) {
        put(id, alert);
        if (alert != null) {
            reader.read(alert, causedAtMs);
        }
    }

    private synchronized void put(String id, Alert alert) {
        alerts.remove(id);
        if (alert != null) {
            alerts.put(id, alert);
            if (alerts.size() > ALERTS_MAX) {
                forgetOne();
            }
        }
    }

    private void forgetOne() {
        Iterator<Alert> oldestFirst = alerts.values().iterator();
        while (oldestFirst.hasNext()) {
            if (oldestFirst.next().getState() == AlertState.RESOLVED) {
                oldestFirst.remove();
                return;
            }
        }
        alerts.remove(alerts.keySet().iterator().next());
    }

    /** All that are known, the last changed last. */
    public synchronized List<Alert> all() {
        return new ArrayList<>(alerts.values());
    }
}
