package io.spendstream.connect.notify;

/** Alerts as signed JSON to any HTTP endpoint. */
public final class WebhookSinkConnector extends AlertSinkConnector {

    /** Called by Connect. */
    public WebhookSinkConnector() {
        super(Target.WEBHOOK);
    }
}
