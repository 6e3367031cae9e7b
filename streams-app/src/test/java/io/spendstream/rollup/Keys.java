package io.spendstream.rollup;

import io.spendstream.combine.ByteSink;
import io.spendstream.usage.Resolution;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.utils.Bytes;

/** Keys of cells and users as the stages write them, for tests. */
final class Keys {

    private Keys() {}

    static Bytes cell(Resolution resolution, String[] dimensions, long bucket) {
        ByteSink key = new ByteSink(64);
        CellKeys.writeCell(key, resolution, dimensions, bucket);
        return Bytes.wrap(key.toBytes());
    }

    static Bytes user(String tenant, long day, String user) {
        ByteSink key = new ByteSink(64);
        CellKeys.writeUser(key, tenant, day, user.getBytes(StandardCharsets.UTF_8));
        return Bytes.wrap(key.toBytes());
    }
}
