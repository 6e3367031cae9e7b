package io.spendstream.runtime;

import io.spendstream.access.ApiKeys;
import io.spendstream.access.PeerSecret;
import java.nio.file.Path;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;

/** The part of the configuration that says who may call. Its text never has a secret. */
public final class SecurityConfig {

    public static final String MODE = "security.mode";
    public static final String KEYS_FILE = "security.keys.file";
    public static final String REQUESTS_PER_SECOND = "security.requests.per.second";
    public static final String METRICS_OPEN = "security.metrics.open";
    public static final String PEER_SECRET = "security.peer.secret";

    private static final String ON = "on";
    private static final String OFF = "off";

    private final AbstractConfig values;

    SecurityConfig(AbstractConfig values) {
        this.values = values;
    }

    /** Adds the keys. */
    static ConfigDef define(ConfigDef definition) {
        return definition
                .define(
                        MODE,
                        Type.STRING,
                        ON,
                        ValidString.in(ON, OFF),
                        Importance.HIGH,
                        "Whether callers of the HTTP interface must say who they are; on needs keys or tokens. off: anyone"
                                + " who reaches it may do anything.")
                .define(
                        KEYS_FILE,
                        Type.STRING,
                        "",
                        Importance.HIGH,
                        "File with the API keys that are taken, a line each as 'spendstream keys create' prints it; read"
                                + " again when it changes. Empty: none.")
                .define(
                        REQUESTS_PER_SECOND,
                        Type.INT,
                        1_000,
                        Range.between(1, ApiKeys.REQUESTS_PER_SECOND_MAX),
                        Importance.MEDIUM,
                        "How often one key or token may call this instance, where its line does not say; twice as many"
                                + " may come at once.")
                .define(
                        METRICS_OPEN,
                        Type.BOOLEAN,
                        false,
                        Importance.MEDIUM,
                        "Whether /metrics is for anyone; else it takes the scope read and all tenants.")
                .define(
                        PEER_SECRET,
                        Type.PASSWORD,
                        "",
                        Importance.HIGH,
                        "The same random text on all instances, 16 characters or more, by which they know each other; not"
                                + " needed where there is one.");
    }

    public boolean isOn() {
        return values.getString(MODE).equals(ON);
    }

    /** Null where there is none. */
    Path keysFile() {
        String file = values.getString(KEYS_FILE);
        return file.isEmpty() ? null : Path.of(file);
    }

    int requestsPerSecond() {
        return values.getInt(REQUESTS_PER_SECOND);
    }

    boolean isMetricsOpen() {
        return values.getBoolean(METRICS_OPEN);
    }

    /** Null where none is configured. */
    PeerSecret peerSecret() {
        String secret = values.getPassword(PEER_SECRET).value();
        try {
            return secret.isEmpty() ? null : new PeerSecret(secret);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(PEER_SECRET + ": " + e.getMessage());
        }
    }

    /** @throws IllegalArgumentException where nobody could ever call; says what is missing */
    void requireUsable() {
        if (isOn() && keysFile() == null) {
            throw new IllegalArgumentException("Nobody could call: " + KEYS_FILE + " is needed (see"
                    + " 'spendstream keys create --help'), or, where anyone may do anything, " + MODE + "=" + OFF);
        }
    }
}
