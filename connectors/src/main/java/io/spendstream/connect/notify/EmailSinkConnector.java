package io.spendstream.connect.notify;

/** Alerts as mails by SMTP. */
public final class EmailSinkConnector extends AlertSinkConnector {

    /** Called by Connect. */
    public EmailSinkConnector() {
        super(Target.EMAIL);
    }
}
