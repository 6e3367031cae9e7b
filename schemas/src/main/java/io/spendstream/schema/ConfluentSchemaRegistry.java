package io.spendstream.schema;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLException;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.SchemaProvider;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.avro.AvroSchema;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.avro.AvroSchemaProvider;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.SchemaMetadata;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.RestService;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.testutil.MockSchemaRegistry;

/**
 * {@link SchemaRegistry} by the genuine Confluent client. The only class that names its package, so that whoever has
 * Confluent's own repository can swap the artefact by changing the imports here.
 *
 * <p>The address is one URL or several separated by commas, tried in turn, or {@code mock://scope} for a registry in
 * memory that everybody in this process shares by scope. Properties are those of the client, with or without the prefix
 * {@code schema.registry.}:
 *
 * <ul>
 *   <li>{@code http.connect.timeout.ms} (here 2000) and {@code http.read.timeout.ms} (here 5000), per URL
 *   <li>{@code basic.auth.credentials.source=USER_INFO} with {@code basic.auth.user.info=name:password}; or the name and
 *       password in the URL
 *   <li>{@code bearer.auth.credentials.source=STATIC_TOKEN} with {@code bearer.auth.token}; or {@code OAUTHBEARER} with
 *       {@code bearer.auth.issuer.endpoint.url}, {@code .client.id}, {@code .client.secret}, {@code .scope}
 *   <li>{@code ssl.truststore.location}, {@code ssl.keystore.location} and the other {@code ssl.} ones of Kafka
 *   <li>{@code auto.register.schemas=false}: schemas are looked up, never registered
 *   <li>{@code missing.id.cache.ttl.sec} (here 5): for how long an unknown id is not asked for again
 * </ul>
 */
public final class ConfluentSchemaRegistry implements SchemaRegistry {

    private static final String PREFIX = "schema.registry.";
    private static final String BASIC_SOURCE = "basic.auth.credentials.source";
    private static final String AUTO_REGISTER = "auto.register.schemas";
    private static final int SCHEMAS_MAX = 10_000;
    private static final int SUBJECT_NOT_FOUND = 40401;
    private static final int SCHEMA_NOT_FOUND = 40403;

    private final String address;
    private final boolean autoRegister;
    private final SchemaRegistryClient client;
    /** Null for a mock, which has no HTTP side. */
    private final RestService rest;

    private final Map<Integer, String> schemas = new ConcurrentHashMap<>();

    public ConfluentSchemaRegistry(String urls) {
        this(urls, Map.of());
    }

    /** Does not connect; the first call does. */
    public ConfluentSchemaRegistry(String urls, Map<String, String> properties) {
        List<String> given = split(urls);
        List<String> addresses =
                given.stream().map(ConfluentSchemaRegistry::withoutCredentials).toList();
        List<SchemaProvider> providers = List.of(new AvroSchemaProvider());
        Map<String, Object> settings = settings(properties);
        useCredentialsInUrls(given, settings);
        String scope = MockSchemaRegistry.validateAndMaybeGetMockScope(addresses);
        this.address = String.join(",", addresses);
        this.autoRegister = !"false".equals(settings.remove(AUTO_REGISTER));
        this.rest = scope == null ? new RestService(addresses) : null;
        this.client = scope == null
                ? new CachedSchemaRegistryClient(rest, SCHEMAS_MAX, providers, settings, Map.of())
                : MockSchemaRegistry.getClientForScope(scope, providers);
    }

    @Override
    public int register(String subject, String schemaJson) {
        String what = (autoRegister ? "registering" : "looking up") + " the schema of " + subject;
        try {
            AvroSchema schema = new AvroSchema(schemaJson);
            int id = autoRegister ? client.register(subject, schema) : client.getId(subject, schema);
            remember(id, schemaJson);
            return id;
        } catch (RestClientException e) {
            if (e.getStatus() == 409 || e.getStatus() == 422) {
                throw new SchemaRejectedException(
                        "Schema registry " + address + " refuses the schema of " + subject + ": " + e.getMessage(), e);
            }
            if (!autoRegister && isNotFound(e)) {
                throw new SchemaRejectedException(
                        "Schema registry " + address + " does not have this schema under " + subject + ", and "
                                + AUTO_REGISTER + "=false: have it registered there first",
                        e);
            }
            throw unavailable(what, e);
        } catch (IOException e) {
            throw unavailable(what, e);
        }
    }

    @Override
    public String schemaById(int id) throws UnknownSchemaException {
        String known = schemas.get(id);
        if (known != null) {
            return known;
        }
        String schema = fetch(id);
        remember(id, schema);
        return schema;
    }

    @Override
    public Map<Integer, String> versions(String subject) {
        String what = "listing the schemas of " + subject;
        Map<Integer, String> found = new LinkedHashMap<>();
        try {
            for (int version : client.getAllVersions(subject)) {
                SchemaMetadata metadata = client.getSchemaMetadata(subject, version);
                if (AvroSchema.TYPE.equals(metadata.getSchemaType())) {
                    // Without references the text is complete already.
                    if (metadata.getReferences().isEmpty()) {
                        remember(metadata.getId(), metadata.getSchema());
                    }
                    found.put(metadata.getId(), schemaById(metadata.getId()));
                }
            }
            return found;
        } catch (RestClientException e) {
            if (isNotFound(e)) {
                return found;
            }
            throw unavailable(what, e);
        } catch (IOException | UnknownSchemaException e) {
            throw unavailable(what, e);
        }
    }

    @Override
    public void setCompatibility(String subject, String level) {
        try {
            client.updateCompatibility(subject, level);
        } catch (RestClientException e) {
            if (e.getStatus() == 422) {
                throw new SchemaRejectedException(
                        "Schema registry " + address + " does not take the compatibility " + level + " for " + subject
                                + ": " + e.getMessage(),
                        e);
            }
            throw unavailable("setting the compatibility of " + subject, e);
        } catch (IOException e) {
            throw unavailable("setting the compatibility of " + subject, e);
        }
    }

    @Override
    public void close() {
        try {
            client.close();
        } catch (IOException e) {
            throw unavailable("closing", e);
        }
    }

    private String fetch(int id) throws UnknownSchemaException {
        String what = "fetching schema " + id;
        try {
            // The raw schema has references resolved, unlike the canonical string.
            return ((AvroSchema) client.getSchemaById(id)).rawSchema().toString();
        } catch (RestClientException e) {
            if (isNotFound(e)) {
                throw new UnknownSchemaException(id, "Schema registry " + address + " has no schema " + id);
            }
            throw unavailable(what, e);
        } catch (IOException e) {
            if (!isOfTheConnection(e) && isAnswered(id)) {
                throw new UnknownSchemaException(
                        id, "Schema registry " + address + " has no Avro schema " + id + ": " + e.getMessage());
            }
            throw unavailable(what, e);
        }
    }

    /** To ask again after such a failure would only double the wait. */
    private static boolean isOfTheConnection(IOException e) {
        return e instanceof SocketException
                || e instanceof InterruptedIOException // a time-out
                || e instanceof UnknownHostException
                || e instanceof SSLException;
    }

    /**
     * Whether the registry has something of this id after all. The client reports a schema that is not Avro, or not
     * valid, like a broken connection; taken for one, a single such record would stop its reader for ever.
     */
    private boolean isAnswered(int id) {
        try {
            return rest != null && rest.getId(id) != null;
        } catch (RestClientException | IOException e) {
            return false;
        }
    }

    private void remember(int id, String schemaJson) {
        if (schemas.size() >= SCHEMAS_MAX) {
            schemas.clear();
        }
        schemas.put(id, schemaJson);
    }

    private RegistryUnavailableException unavailable(String what, Exception cause) {
        String how = cause instanceof RestClientException e ? "answered " + e.getStatus() : "does not answer";
        return new RegistryUnavailableException(
                "Schema registry " + address + " " + how + " (" + what + "): " + cause.getMessage() + ". "
                        + advice(cause),
                cause);
    }

    private static String advice(Exception cause) {
        if (cause instanceof RestClientException e && (e.getStatus() == 401 || e.getStatus() == 403)) {
            return "Check the credentials (basic.auth.user.info or bearer.auth.*) and what they are allowed to do.";
        }
        if (cause instanceof RestClientException e && e.getStatus() < 500) {
            return "Check that the URL is that of a Confluent-compatible schema registry, with the right path.";
        }
        if (cause instanceof RestClientException) {
            return "Look into the registry's log.";
        }
        if (cause instanceof SSLException) {
            return "Check the TLS settings (ssl.truststore.location, ssl.keystore.location).";
        }
        return "Check that it is running and that the URL is right.";
    }

    private static boolean isNotFound(RestClientException e) {
        return e.getErrorCode() == SUBJECT_NOT_FOUND || e.getErrorCode() == SCHEMA_NOT_FOUND;
    }

    private static List<String> split(String urls) {
        List<String> addresses = Arrays.stream(urls.split(","))
                .map(String::strip)
                .filter(url -> !url.isEmpty())
                .toList();
        if (addresses.isEmpty()) {
            throw new IllegalArgumentException(
                    "The schema registry needs a URL such as http://localhost:8081, or several separated by commas");
        }
        for (String url : addresses) {
            if (!url.matches("(?i)(https?|mock)://.+")) {
                throw new IllegalArgumentException("'" + url.replaceAll("//[^/]*@", "//")
                        + "' is not the URL of a schema registry; it starts with http://, https:// or mock://");
            }
        }
        return addresses;
    }

    /** The client wants the prefix on {@code ssl.} properties and on no other, and some numbers as such. */
    private static Map<String, Object> settings(Map<String, String> properties) {
        Map<String, String> texts = new HashMap<>();
        texts.put("http.connect.timeout.ms", "2000");
        texts.put("http.read.timeout.ms", "5000");
        texts.put("missing.id.cache.ttl.sec", "5");
        texts.put("missing.cache.size", "10000");
        properties.forEach((name, value) -> {
            String bare = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
            texts.put(bare.startsWith("ssl.") ? PREFIX + bare : bare, value);
        });
        Map<String, Object> settings = new HashMap<>();
        texts.forEach((name, value) -> settings.put(name, typed(name, value)));
        return settings;
    }

    private static Object typed(String name, String value) {
        try {
            return switch (name) {
                case "http.connect.timeout.ms", "http.read.timeout.ms", "missing.cache.size", "proxy.port" ->
                    Integer.valueOf(value);
                case "missing.id.cache.ttl.sec", "missing.version.cache.ttl.sec", "missing.schema.cache.ttl.sec" ->
                    Long.valueOf(value);
                case "bearer.auth.cache.expiry.buffer.seconds" -> Short.valueOf(value);
                default -> value;
            };
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "Schema registry property " + name + ": '" + value + "' is not a whole number", e);
        }
    }

    /** Left in the URL, the client would write them to the log with every failed request. */
    private static void useCredentialsInUrls(List<String> urls, Map<String, Object> settings) {
        Object source = settings.get(BASIC_SOURCE);
        if (source != null && !"URL".equals(source)) {
            return;
        }
        urls.stream()
                .map(ConfluentSchemaRegistry::credentials)
                .filter(Objects::nonNull)
                .findFirst()
                .ifPresent(credentials -> {
                    settings.put(BASIC_SOURCE, "USER_INFO");
                    settings.put("basic.auth.user.info", credentials);
                });
    }

    private static String credentials(String url) {
        return uri(url).getUserInfo();
    }

    private static String withoutCredentials(String url) {
        String credentials = uri(url).getRawUserInfo();
        return credentials == null ? url : url.replace(credentials + "@", "");
    }

    private static URI uri(String url) {
        try {
            return new URI(url);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(
                    "'" + url.replaceAll("//[^/]*@", "//") + "' is not the URL of a schema registry: " + e.getReason());
        }
    }
}
