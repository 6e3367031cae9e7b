package io.spendstream.connect.table;

import java.util.Map;
import java.util.TreeSet;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.connector.ConnectRecord;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.transforms.Transformation;

/**
 * Makes rows of the records of {@code spend-rollups}, {@code usage-priced}, {@code budget-status},
 * {@code budget-alerts} and {@code anomaly-alerts}, for a JDBC sink that upserts by the record's key: money as exact
 * decimals in USD, times with their zone, maps and lists as JSON, one column per measure. The record's topic becomes the
 * table's name, so that the sink takes {@code collection.name.format=${topic}}; a tombstone stays one and deletes the
 * row. Nothing is configured but the prefix of the topics, where they have one.
 */
public final class TableRows<R extends ConnectRecord<R>> implements Transformation<R> {

    static final String TOPIC_PREFIX = "topic.prefix";

    private static final ConfigDef DEFINITION = new ConfigDef()
            .define(
                    TOPIC_PREFIX,
                    Type.STRING,
                    "",
                    ConfigDef.LambdaValidator.with(TableRows::checkPrefix, () -> "as in the application"),
                    Importance.MEDIUM,
                    "What goes before the name of every topic: the application's topic.prefix.");

    private String prefix = "";

    @Override
    public ConfigDef config() {
        return DEFINITION;
    }

    /** @throws ConfigException names the key that is wrong or not known, and why */
    @Override
    public void configure(Map<String, ?> configs) {
        configs.keySet().stream()
                .filter(key -> !DEFINITION.names().contains(key) && !isOfConnect(key))
                .findFirst()
                .ifPresent(key -> {
                    throw new ConfigException(key + " is not a setting of " + TableRows.class.getName()
                            + "; it has only " + TOPIC_PREFIX);
                });
        prefix = (String) DEFINITION.parse(configs).get(TOPIC_PREFIX);
    }

    /** Those of every transform, which Connect hands over too. */
    private static boolean isOfConnect(String key) {
        return key.equals("type") || key.equals("predicate") || key.equals("negate") || key.startsWith("plugin.");
    }

    private static void checkPrefix(String name, Object value) {
        if (value == null || !value.toString().matches("[A-Za-z0-9._-]*")) {
            throw new ConfigException(name, value, "topics have letters, digits, '.', '_' and '-' in their names");
        }
    }

    /** @throws DataException where the record is not one of those topics, or not as it is there */
    @Override
    public R apply(R record) {
        Table table = tableOf(record.topic());
        Object row = record.value() == null ? null : table.row(record.value(), record.topic());
        return record.newRecord(
                table.name(),
                record.kafkaPartition(),
                table.keySchema(),
                table.key(record.key(), record.topic()),
                row == null ? null : table.rowSchema(),
                row,
                record.timestamp());
    }

    private Table tableOf(String topic) {
        Table table = topic.startsWith(prefix) ? Tables.BY_TOPIC.get(topic.substring(prefix.length())) : null;
        if (table == null) {
            throw new DataException("There is no table for the topic " + topic + "; there is one for "
                    + String.join(", ", new TreeSet<>(Tables.BY_TOPIC.keySet()))
                    + ", each after the prefix '" + prefix + "' (" + TOPIC_PREFIX + ")");
        }
        return table;
    }

    @Override
    public void close() {}
}
