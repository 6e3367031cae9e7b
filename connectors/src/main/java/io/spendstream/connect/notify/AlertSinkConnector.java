package io.spendstream.connect.notify;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.Config;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.sink.SinkConnector;

/** What the sinks of alerts have in common: they differ in where alerts go. */
public abstract class AlertSinkConnector extends SinkConnector {

    /** Of the jar; not known where classes lie about, as in a build. */
    static final String VERSION = version(AlertSinkConnector.class.getPackage().getImplementationVersion());

    private final Target target;
    private Map<String, String> props = Map.of();

    AlertSinkConnector(Target target) {
        this.target = target;
    }

    private static String version(String manifest) {
        return manifest == null ? "unknown" : manifest;
    }

    @Override
    public final String version() {
        return VERSION;
    }

    @Override
    public final ConfigDef config() {
        return target.definition();
    }

    @Override
    public final void start(Map<String, String> given) {
        props = new HashMap<>(given);
    }

    @Override
    public final void stop() {}

    @Override
    public final Class<? extends Task> taskClass() {
        return AlertSinkTask.class;
    }

    @Override
    public final List<Map<String, String>> taskConfigs(int tasksMax) {
        Map<String, String> task = new HashMap<>(props);
        task.put(AlertSinkConfig.TARGET, target.name());
        return Collections.nCopies(tasksMax, task);
    }

    /** Says of every key what is wrong with it: values, templates, what contradicts another key, and names misspelt. */
    @Override
    public final Config validate(Map<String, String> given) {
        Map<String, ConfigValue> values = new LinkedHashMap<>();
        super.validate(given).configValues().forEach(value -> values.put(value.name(), value));
        AlertSinkConfig.unresolved(given).forEach((key, reason) -> values.put(key, refused(key, reason)));
        boolean sound =
                values.values().stream().allMatch(value -> value.errorMessages().isEmpty());
        if (sound) {
            AlertSinkConfig.contradictions(target, given)
                    .forEach((key, reason) -> values.put(key, refused(key, reason)));
        }
        AlertSinkConfig.unknown(target, given)
                .forEach(key -> values.put(key, refused(key, "there is no such key for this connector")));
        return new Config(new ArrayList<>(values.values()));
    }

    /** Without the value, which may be a secret under a misspelt name. */
    private static ConfigValue refused(String key, String reason) {
        return new ConfigValue(key, null, List.of(), new ArrayList<>(List.of(reason)));
    }
}
