package io.spendstream.connect.notify;

import org.apache.kafka.common.config.ConfigDef;

/** Where alerts go. */
enum Target {
    WEBHOOK("webhook.", SinkKeys.http(SinkKeys.SECRET, SinkKeys.SECRET_PREVIOUS, SinkKeys.WEBHOOK_TEMPLATE)),
    SLACK("slack.", SinkKeys.http(SinkKeys.SLACK_TEMPLATE)),
    ALERTMANAGER(
            "alertmanager.",
            SinkKeys.http(SinkKeys.LABELS, SinkKeys.REPEAT_MS, SinkKeys.EXPIRE_MS, SinkKeys.DESCRIPTION_TEMPLATE)),
    EMAIL("mail.", SinkKeys.email());

    private final String prefix;
    private final ConfigDef definition;

    Target(String prefix, ConfigDef definition) {
        this.prefix = prefix;
        this.definition = definition;
    }

    /** Of the keys that it has alone. */
    String prefix() {
        return prefix;
    }

    ConfigDef definition() {
        return definition;
    }
}
