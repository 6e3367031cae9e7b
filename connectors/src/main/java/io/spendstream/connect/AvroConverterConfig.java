package io.spendstream.connect;

import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigException;

/**
 * The settings of {@link AvroConverter}, each by the name that it has after {@code value.converter.}.
 *
 * @param url one URL of the registry or several, separated by commas
 * @param clientProperties for the registry's client
 */
record AvroConverterConfig(String url, Map<String, String> clientProperties) {

    static final String URL = "schema.registry.url";
    static final String AUTO_REGISTER = "auto.register.schemas";

    static final ConfigDef DEFINITION = new ConfigDef()
            .define(
                    URL,
                    Type.STRING,
                    ConfigDef.NO_DEFAULT_VALUE,
                    ConfigDef.LambdaValidator.with(AvroConverterConfig::checkUrl, () -> "http://host:port, ..."),
                    Importance.HIGH,
                    "URL of a Confluent-compatible schema registry, or several separated by commas.")
            .define(
                    AUTO_REGISTER,
                    Type.BOOLEAN,
                    true,
                    Importance.MEDIUM,
                    "Whether a schema that is written and not known yet is registered; false: it is looked up.")
            .define("basic.auth.credentials.source", Type.STRING, null, Importance.LOW, "USER_INFO or URL.")
            .define("basic.auth.user.info", Type.PASSWORD, null, Importance.LOW, "name:password for the registry.")
            .define("bearer.auth.credentials.source", Type.STRING, null, Importance.LOW, "STATIC_TOKEN or OAUTHBEARER.")
            .define("bearer.auth.token", Type.PASSWORD, null, Importance.LOW, "Token for the registry.")
            .define(
                    "http.connect.timeout.ms",
                    Type.INT,
                    2_000,
                    ConfigDef.Range.between(1, 600_000),
                    Importance.LOW,
                    "How long a connection to the registry may take.")
            .define(
                    "http.read.timeout.ms",
                    Type.INT,
                    5_000,
                    ConfigDef.Range.between(1, 600_000),
                    Importance.LOW,
                    "How long an answer of the registry may take.");

    /** Passed on as they are. */
    private static final String TLS_PREFIX = "schema.registry.ssl.";

    private static final String BEARER_PREFIX = "bearer.auth.";
    /** Connect itself adds it. */
    private static final String CONVERTER_TYPE = "converter.type";

    /** @throws ConfigException names the key that is wrong or not known, and why */
    static AvroConverterConfig of(Map<String, ?> configs, boolean isKey) {
        if (isKey) {
            throw new ConfigException(
                    "key.converter",
                    AvroConverter.class.getName(),
                    "it takes values; keys are text: use org.apache.kafka.connect.storage.StringConverter");
        }
        Map<String, Object> parsed = DEFINITION.parse(configs);
        Map<String, String> client = new TreeMap<>();
        configs.forEach((key, value) -> {
            if (!DEFINITION.names().contains(key) && !isPassedOn(key) && !key.equals(CONVERTER_TYPE)) {
                // Without the value: a misspelt password's key has a password.
                throw new ConfigException(key + " is not a setting of " + AvroConverter.class.getName() + "; it has "
                        + String.join(", ", new TreeMap<>(DEFINITION.configKeys()).keySet()) + " and " + TLS_PREFIX
                        + "*");
            }
            if (value != null && !key.equals(URL) && !key.equals(CONVERTER_TYPE)) {
                client.put(key, value.toString());
            }
        });
        return new AvroConverterConfig((String) parsed.get(URL), client);
    }

    private static boolean isPassedOn(String key) {
        return key.startsWith(TLS_PREFIX) || key.startsWith(BEARER_PREFIX);
    }

    private static void checkUrl(String name, Object value) {
        // A value from elsewhere, such as ${env:REGISTRY_URL}, is put in before this is asked.
        String urls = value == null ? "" : value.toString();
        for (String url : urls.split(",", -1)) {
            if (!url.strip().matches("(?i)(https?|mock)://.+")) {
                throw new ConfigException(name, value, "a URL starts with http:// or https://");
            }
        }
    }
}
