package io.spendstream.combine;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.utils.Utils;

/**
 * Which partition owns a key. Part of the format of the stores: another rule would split cells between partitions.
 *
 * @param partitions of the deltas' topic
 */
record Destinations(int partitions) {

    /** Cells go by tenant and feature, user totals by tenant and user. */
    int of(String tenant, String name) {
        byte[] bytes = (tenant + '\0' + name).getBytes(StandardCharsets.UTF_8);
        return Utils.toPositive(Utils.murmur2(bytes)) % partitions;
    }
}
