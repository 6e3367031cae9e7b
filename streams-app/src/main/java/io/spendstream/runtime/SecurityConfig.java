package io.spendstream.runtime;

import io.spendstream.access.ApiKeys;
import io.spendstream.access.OidcSettings;
import io.spendstream.access.PeerSecret;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
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

    public static final String TLS_CERTIFICATE = "http.tls.certificate";
    public static final String TLS_KEY = "http.tls.key";
    public static final String TLS_CLIENT_CA = "http.tls.client.ca";
    public static final String TLS_PEER_CA = "http.tls.peer.ca";
    public static final String OIDC_ISSUER = "security.oidc.issuer";
    public static final String OIDC_AUDIENCE = "security.oidc.audience";
    public static final String OIDC_JWKS = "security.oidc.jwks.url";
    public static final String OIDC_ALGORITHMS = "security.oidc.algorithms";
    public static final String OIDC_TENANTS = "security.oidc.tenants.claim";
    public static final String OIDC_ROLES = "security.oidc.roles.claim";
    public static final String OIDC_ROLE_PREFIX = "security.oidc.role.prefix";
    public static final String OIDC_SKEW_S = "security.oidc.clock.skew.seconds";

    private static final String ON = "on";
    private static final String OFF = "off";

    private final AbstractConfig values;

    SecurityConfig(AbstractConfig values) {
        this.values = values;
    }

    /** Adds the keys. */
    static ConfigDef define(ConfigDef definition) {
        return defineTls(defineOidc(definition
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
                                + " needed where there is one.")));
    }

    private static ConfigDef defineTls(ConfigDef definition) {
        return definition
                .define(
                        TLS_CERTIFICATE,
                        Type.STRING,
                        "",
                        Importance.HIGH,
                        "File with this instance's certificate and those between it and its authority, PEM; read again when"
                                + " it changes. Empty: no TLS.")
                .define(
                        TLS_KEY,
                        Type.STRING,
                        "",
                        Importance.HIGH,
                        "File with the certificate's key, PEM (PKCS#8, not encrypted). Needed with a certificate.")
                .define(
                        TLS_CLIENT_CA,
                        Type.STRING,
                        "",
                        Importance.MEDIUM,
                        "File with authorities, PEM: whoever connects must show a certificate of one of them. Empty: nobody"
                                + " needs one.")
                .define(
                        TLS_PEER_CA,
                        Type.STRING,
                        "",
                        Importance.MEDIUM,
                        "File with the authorities of the other instances' certificates, PEM. Empty: those that Java knows.");
    }

    /** How instances and callers reach this one. */
    public String scheme() {
        return values.getString(TLS_CERTIFICATE).isEmpty() ? "http" : "https";
    }

    /** Certificate, key and, or null in their places, authorities of clients and of instances; empty without TLS. */
    List<Path> tlsFiles() {
        if (scheme().equals("http")) {
            return List.of();
        }
        if (values.getString(TLS_KEY).isEmpty()) {
            throw new IllegalArgumentException(TLS_CERTIFICATE + " needs " + TLS_KEY);
        }
        return Arrays.asList(file(TLS_CERTIFICATE), file(TLS_KEY), file(TLS_CLIENT_CA), file(TLS_PEER_CA));
    }

    private Path file(String key) {
        String file = values.getString(key);
        return file.isEmpty() ? null : Path.of(file);
    }

    private static ConfigDef defineOidc(ConfigDef definition) {
        return definition
                .define(
                        OIDC_ISSUER,
                        Type.STRING,
                        "",
                        Importance.MEDIUM,
                        "Issuer of the tokens that are taken, exactly as in their iss. Empty: no tokens are taken.")
                .define(
                        OIDC_AUDIENCE,
                        Type.STRING,
                        "",
                        Importance.MEDIUM,
                        "What tokens must be for: one of their aud. Needed with an issuer.")
                .define(
                        OIDC_JWKS,
                        Type.STRING,
                        "",
                        Importance.MEDIUM,
                        "Where the issuer publishes its keys (JWKS), https. Needed with an issuer.")
                .define(
                        OIDC_ALGORITHMS,
                        Type.LIST,
                        "RS256,ES256",
                        Importance.MEDIUM,
                        "What tokens may be signed with: RS, PS or ES, with 256, 384 or 512.")
                .define(
                        OIDC_TENANTS,
                        Type.STRING,
                        "tenants",
                        Importance.MEDIUM,
                        "Claim with the tenants, a text or an array; dots go into objects.")
                .define(
                        OIDC_ROLES,
                        Type.STRING,
                        "roles",
                        Importance.MEDIUM,
                        "Claim with the roles, likewise, such as realm_access.roles.")
                .define(
                        OIDC_ROLE_PREFIX,
                        Type.STRING,
                        "spendstream.",
                        Importance.MEDIUM,
                        "Before the name of a scope in a role: spendstream.read is the scope read.")
                .define(
                        OIDC_SKEW_S,
                        Type.INT,
                        60,
                        Range.between(0, 300),
                        Importance.LOW,
                        "By how many seconds the issuer's clock may differ.");
    }

    /** Which tokens are taken; null: none. */
    OidcSettings oidc() {
        String issuer = values.getString(OIDC_ISSUER);
        if (issuer.isEmpty()) {
            return null;
        }
        try {
            return new OidcSettings(
                    issuer,
                    values.getString(OIDC_AUDIENCE),
                    URI.create(values.getString(OIDC_JWKS)),
                    values.getList(OIDC_ALGORITHMS),
                    values.getString(OIDC_TENANTS),
                    values.getString(OIDC_ROLES),
                    values.getString(OIDC_ROLE_PREFIX),
                    Duration.ofSeconds(values.getInt(OIDC_SKEW_S)),
                    requestsPerSecond());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("security.oidc.*: " + e.getMessage());
        }
    }

    public boolean isOn() {
        return values.getString(MODE).equals(ON);
    }

    /** Null where there is none. */
    Path keysFile() {
        return file(KEYS_FILE);
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
        if (isOn() && keysFile() == null && oidc() == null) {
            throw new IllegalArgumentException("Nobody could call: " + KEYS_FILE + " or " + OIDC_ISSUER
                    + " is needed (see" + " 'spendstream keys create --help'), or, where anyone may do anything, "
                    + MODE + "=" + OFF);
        }
    }
}
