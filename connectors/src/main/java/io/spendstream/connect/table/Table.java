package io.spendstream.connect.table;

import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;

/** A table: of which record it has a row, and its columns besides the primary key {@code id}, the record's key. */
final class Table {

    static final String KEY = "id";

    private static final Schema KEY_SCHEMA =
            SchemaBuilder.struct().field(KEY, Schema.STRING_SCHEMA).build();

    private final String name;
    private final String recordName;
    private final List<Column> columns;
    private final Consumer<Struct> check;
    private final Schema rowSchema;

    /** @param check throws a {@link DataException} where a record holds what there is no column for */
    Table(String name, String recordName, List<Column> columns, Consumer<Struct> check) {
        this.name = name;
        this.recordName = recordName;
        this.check = check;
        this.columns = List.copyOf(columns);
        SchemaBuilder row = SchemaBuilder.struct().name("io.spendstream.table." + name);
        columns.forEach(column -> row.field(column.name(), column.type()));
        this.rowSchema = row.build();
    }

    String name() {
        return name;
    }

    List<Column> columns() {
        return columns;
    }

    Schema keySchema() {
        return KEY_SCHEMA;
    }

    /** The same for every record, whatever its writer's schema: a change would cut the sink's batches. */
    Schema rowSchema() {
        return rowSchema;
    }

    /** The full name of the record's schema. */
    String recordName() {
        return recordName;
    }

    /** @throws DataException where the key is no text */
    Struct key(Object recordKey, String topic) {
        if (!(recordKey instanceof String key) || key.isEmpty()) {
            throw new DataException("A record of " + topic + " has the key " + recordKey + "; a row of " + name
                    + " needs a text: set key.converter=org.apache.kafka.connect.storage.StringConverter");
        }
        return new Struct(KEY_SCHEMA).put(KEY, key);
    }

    /** @throws DataException where the value is of another type, or holds what there is no column for */
    Struct row(Object value, String topic) {
        if (!(value instanceof Struct struct)
                || !recordName.equals(struct.schema().name())) {
            throw new DataException("A record of " + topic + " is "
                    + (value instanceof Struct other
                            ? other.schema().name()
                            : value.getClass().getName())
                    + "; a row of " + name + " needs " + recordName
                    + ": set value.converter=io.spendstream.connect.AvroConverter");
        }
        check.accept(struct);
        Struct row = new Struct(rowSchema);
        for (Column column : columns) {
            row.put(column.name(), column.value().apply(struct));
        }
        return row;
    }
}
