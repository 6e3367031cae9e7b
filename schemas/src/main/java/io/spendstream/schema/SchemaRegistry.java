package io.spendstream.schema;

import java.util.Map;

/**
 * Avro schemas by number. Implementations are safe for use by several threads and remember what the registry said, so
 * that an id seen once never needs the registry again.
 *
 * <p>Every method throws {@link RegistryUnavailableException} where the registry gave no usable answer; that says
 * nothing about the schema asked for, and the call may be tried again.
 */
public interface SchemaRegistry extends AutoCloseable {

    /**
     * The id of a schema under a subject, registering it where it is new there.
     *
     * @param schemaJson Avro schema, complete in itself
     * @throws SchemaRejectedException where the registry refuses it: incompatible with earlier versions, or invalid
     */
    int register(String subject, String schemaJson);

    /**
     * The schema of an id as Avro JSON, references resolved.
     *
     * @throws UnknownSchemaException where the registry answered that it has no Avro schema of that id
     */
    String schemaById(int id) throws UnknownSchemaException;

    /**
     * Every Avro schema registered under a subject, by id; empty where the subject is not known. Called once at start it
     * makes {@link #schemaById} independent of the registry for all of them.
     */
    Map<Integer, String> versions(String subject);

    /**
     * Sets which changes the registry lets into a subject.
     *
     * @param level as the registry spells it, such as {@code BACKWARD_TRANSITIVE}
     * @throws SchemaRejectedException where the registry does not know the level
     */
    void setCompatibility(String subject, String level);

    @Override
    void close();
}
