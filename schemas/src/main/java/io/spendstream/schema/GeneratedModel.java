package io.spendstream.schema;

import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.data.TimeConversions;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.specific.SpecificData;

/**
 * The Avro model that the generated classes use. Avro 1.12.2 refuses to load a class by its schema's name unless a system
 * property or a process-wide setting trusts it; this model trusts the package of the generated classes, for itself only,
 * and leaves every other name to Avro's rules.
 */
public final class GeneratedModel extends SpecificData {

    private static final String PACKAGE = "io.spendstream.v1";

    private final Map<String, Class<?>> classes = new ConcurrentHashMap<>();

    public GeneratedModel() {
        // The generator gives a record's model the conversions of its own fields only, not those of records inside it.
        addLogicalTypeConversion(new TimeConversions.TimestampMillisConversion());
    }

    @Override
    @SuppressWarnings("rawtypes") // as the method it overrides
    public Class getClass(Schema schema) {
        boolean generated = switch (schema.getType()) {
            case RECORD, ENUM, FIXED -> PACKAGE.equals(schema.getNamespace());
            default -> false;
        };
        return generated ? classes.computeIfAbsent(schema.getFullName(), GeneratedModel::load) : super.getClass(schema);
    }

    /** A plain list: that of Avro compares its elements without this model, and fails where they hold a time. */
    @Override
    public Object newArray(Object old, int size, Schema schema) {
        if (old instanceof ArrayList<?> list) {
            list.clear();
            return list;
        }
        return new ArrayList<>(size);
    }

    /** Records whose arrays are plain lists already: readers fill the list they find. */
    @Override
    public InstanceSupplier getNewRecordSupplier(Schema schema) {
        InstanceSupplier supplier = super.getNewRecordSupplier(schema);
        int[] arrays = schema.getFields().stream()
                .filter(field -> field.schema().getType() == Schema.Type.ARRAY)
                .mapToInt(Schema.Field::pos)
                .toArray();
        if (arrays.length == 0) {
            return supplier;
        }
        return (old, recordSchema) -> {
            IndexedRecord record = (IndexedRecord) supplier.newInstance(old, recordSchema);
            for (int field : arrays) {
                record.put(field, new ArrayList<>());
            }
            return record;
        };
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, true, GeneratedModel.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            // No mapping is kept: Avro then works with a generic record, as for any schema without a class.
            return null;
        }
    }
}
