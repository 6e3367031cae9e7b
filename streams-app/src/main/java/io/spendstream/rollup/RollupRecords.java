package io.spendstream.rollup;

import io.spendstream.combine.Delta;
import io.spendstream.usage.Dimension;
import io.spendstream.usage.Measure;
import io.spendstream.usage.Resolution;
import io.spendstream.v1.ServiceTier;
import io.spendstream.v1.SpendRollup;
import io.spendstream.v1.UnitTotal;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Bytes;

/** Quarter-hour cells as the records that are published. */
final class RollupRecords {

    private final List<String> tagDimensions;

    RollupRecords(List<String> tagDimensions) {
        this.tagDimensions = tagDimensions;
    }

    SpendRollup of(Bytes cell, Delta total) {
        CellKeys.Parts parts = new CellKeys.Parts(cell);
        parts.kind();
        String tenant = parts.text();
        String feature = parts.text();
        long bucket = parts.bucket();
        String[] dimensions =
                parts.dimensions(tenant, feature, new CellKeys.LastTexts(Dimension.COUNT + tagDimensions.size()));
        long start = Resolution.QUARTER_HOUR.startMs(bucket);
        return SpendRollup.newBuilder()
                .setBucketStart(Instant.ofEpochMilli(start))
                .setBucketEnd(Instant.ofEpochMilli(start + Resolution.QUARTER_HOUR.sizeMs()))
                .setTenant(tenant)
                .setFeature(feature)
                .setModel(dimensions[Dimension.MODEL.ordinal()])
                .setProvider(dimensions[Dimension.PROVIDER.ordinal()])
                .setTeam(dimensions[Dimension.TEAM.ordinal()])
                .setProject(dimensions[Dimension.PROJECT.ordinal()])
                .setEnvironment(dimensions[Dimension.ENVIRONMENT.ordinal()])
                .setUserTier(dimensions[Dimension.USER_TIER.ordinal()])
                .setServiceTier(ServiceTier.valueOf(dimensions[Dimension.SERVICE_TIER.ordinal()]))
                .setOperation(dimensions[Dimension.OPERATION.ordinal()])
                .setTags(tags(dimensions))
                .setMeasures(measures(total.measures()))
                .setOtherUnits(otherUnits(total.otherUnits()))
                .build();
    }

    /**
     * The record's key: a JSON array of the bucket's start, the dimensions in their order and the tags, so that it is
     * unique, readable and the same for every record of the cell.
     */
    static String key(SpendRollup rollup) {
        StringBuilder key = new StringBuilder(160).append('[');
        quote(key, rollup.getBucketStart().toString());
        for (String value : new String[] {
            rollup.getTenant(),
            rollup.getFeature(),
            rollup.getModel(),
            rollup.getProvider(),
            rollup.getTeam(),
            rollup.getProject(),
            rollup.getEnvironment(),
            rollup.getUserTier(),
            rollup.getServiceTier().name(),
            rollup.getOperation()
        }) {
            quote(key.append(','), value);
        }
        new TreeMap<>(rollup.getTags()).forEach((tag, value) -> quote(key.append(','), tag + "=" + value));
        return key.append(']').toString();
    }

    /** Valid events hold no control characters, so the quotation mark and the backslash are all there is to escape. */
    private static void quote(StringBuilder json, String text) {
        if (text == null) {
            json.append("null");
        } else {
            json.append('"')
                    .append(text.replace("\\", "\\\\").replace("\"", "\\\""))
                    .append('"');
        }
    }

    private Map<String, String> tags(String[] dimensions) {
        Map<String, String> tags = new HashMap<>();
        for (int i = 0; i < tagDimensions.size(); i++) {
            if (dimensions[Dimension.COUNT + i] != null) {
                tags.put(tagDimensions.get(i), dimensions[Dimension.COUNT + i]);
            }
        }
        return tags;
    }

    private static Map<String, Long> measures(long[] sums) {
        Map<String, Long> measures = new HashMap<>();
        for (int i = 0; i < sums.length; i++) {
            if (sums[i] != 0) {
                measures.put(Measure.at(i).avroField(), sums[i]);
            }
        }
        return measures;
    }

    private static Map<String, UnitTotal> otherUnits(Map<String, long[]> sums) {
        Map<String, UnitTotal> units = new HashMap<>();
        sums.forEach((unit, sum) -> units.put(unit, new UnitTotal(sum[0], sum[1])));
        return units;
    }
}
