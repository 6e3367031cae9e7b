package io.spendstream.connect.notify;

/** Alerts to a Prometheus Alertmanager by its API v2, open and resolved. */
public final class AlertmanagerSinkConnector extends AlertSinkConnector {

    /** Called by Connect. */
    public AlertmanagerSinkConnector() {
        super(Target.ALERTMANAGER);
    }
}
