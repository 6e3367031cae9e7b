package io.spendstream.ingest;

import io.spendstream.schema.WireFormat;
import io.spendstream.usage.UsageRecord;

/**
 * The pipeline's decoder by itself, without its rules: for tools that read {@code usage-events} beside it. Not
 * thread-safe.
 */
public final class UsageDecoder {

    private final WriterSchemas schemas;
    private final NameCache names = new NameCache();
    private int lastId;
    private EventDecoder last;

    public UsageDecoder(WriterSchemas schemas) {
        this.schemas = schemas;
    }

    /**
     * Decodes the value of a record.
     *
     * @throws IllegalArgumentException where it is no usage event of a schema that the registry knows
     */
    public UsageRecord decode(byte[] value) {
        int id = WireFormat.schemaId(value);
        if (last == null || id != lastId) {
            if (!(schemas.of(id) instanceof WriterSchemas.Answer.Known known)) {
                throw new IllegalArgumentException("the registry does not answer for the schema of id " + id);
            }
            last = EventDecoder.of(known.schema(), names);
            lastId = id;
        }
        try {
            return last.decode(value, WireFormat.HEADER_LENGTH);
        } catch (AvroInput.Malformed e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }
}
