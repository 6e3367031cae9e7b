package io.spendstream.connect.notify;

/** Alerts to an incoming webhook of Slack, or of what understands the same. */
public final class SlackSinkConnector extends AlertSinkConnector {

    /** Called by Connect. */
    public SlackSinkConnector() {
        super(Target.SLACK);
    }
}
