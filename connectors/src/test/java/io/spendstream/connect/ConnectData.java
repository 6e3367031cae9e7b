package io.spendstream.connect;

import io.apicurio.registry.utils.converter.avro.AvroData;
import io.apicurio.registry.utils.converter.avro.AvroDataConfig;
import java.io.IOException;
import java.util.Map;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.connect.data.SchemaAndValue;

/** Records of the topics as the converter hands them to transforms and sinks. */
public final class ConnectData {

    private ConnectData() {}

    public static SchemaAndValue of(SpecificRecord value) {
        try {
            byte[] bytes = new BinaryMessageEncoder<SpecificRecord>(
                            SpecificData.getForClass(value.getClass()), value.getSchema())
                    .encode(value)
                    .array();
            // Ten bytes say which schema it is.
            GenericRecord generic = new GenericDatumReader<GenericRecord>(value.getSchema())
                    .read(null, DecoderFactory.get().binaryDecoder(bytes, 10, bytes.length - 10, null));
            return new AvroData(new AvroDataConfig(Map.of("enhanced.avro.schema.support", true)))
                    .toConnectData(value.getSchema(), generic);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
