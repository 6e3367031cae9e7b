package io.spendstream.connect.notify;

import org.apache.kafka.common.config.ConfigDef;

/** Where alerts go. */
enum Target {
    WEBHOOK("webhook.", AlertSinkConfig.webhook()),
    SLACK("slack.", AlertSinkConfig.slack()),
    ALERTMANAGER("alertmanager.", AlertSinkConfig.alertmanager()),
    EMAIL("mail.", AlertSinkConfig.email());

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
