package io.spendstream.combine;

import io.spendstream.usage.Dimension;
import io.spendstream.usage.MeteredUsage;
import io.spendstream.usage.Resolution;
import io.spendstream.usage.UsageRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Sums what the events of one task add, between two commits: per cell of the cube, and per user and UTC day.
 */
final class Combiner {

    private final Destinations destinations;
    private final List<String> tagDimensions;
    private final int dimensionCount;
    private final int blockBytesMax;
    private final Sums cells = new Sums();
    private final Sums users = new Sums();

    Combiner(Destinations destinations, List<String> tagDimensions, int blockBytesMax) {
        this.destinations = destinations;
        this.tagDimensions = tagDimensions;
        this.dimensionCount = Dimension.COUNT + tagDimensions.size();
        this.blockBytesMax = blockBytesMax;
    }

    void add(MeteredUsage usage) {
        UsageRecord event = usage.event();
        long quarterHour = Resolution.QUARTER_HOUR.bucketOf(event.timeMs);
        cells.add(dimensionsOf(event), quarterHour, usage.measures(), usage.otherUnits());
        // Also where no user is given, so that users add up to the whole.
        String[] user = {event.tenant(), event.user};
        users.add(user, Resolution.DAY.bucketOf(event.timeMs), usage.measures(), Map.of());
    }

    /** Hands out the sums as blocks, each with the partition it is for, and starts again from nothing. */
    void drain(BiConsumer<Integer, byte[]> send) {
        if (cells.isEmpty()) {
            return;
        }
        DeltaBlock.Writer[] writers = new DeltaBlock.Writer[destinations.partitions()];
        cells.forEach(sum -> {
            String tenant = sum.key[Dimension.TENANT.ordinal()];
            writerFor(writers, tenant, sum.key[Dimension.FEATURE.ordinal()]).cell(sum.key, sum.bucket, sum.delta);
        });
        users.forEach(sum -> writerFor(writers, sum.key[0], sum.key[1] == null ? "" : sum.key[1])
                .user(sum.key[0], sum.key[1], sum.bucket, sum.delta));
        cells.clear();
        users.clear();
        for (int partition = 0; partition < writers.length; partition++) {
            if (writers[partition] != null) {
                for (byte[] block : writers[partition].take()) {
                    send.accept(partition, block);
                }
            }
        }
    }

    private DeltaBlock.Writer writerFor(DeltaBlock.Writer[] writers, String tenant, String name) {
        int partition = destinations.of(tenant, name);
        if (writers[partition] == null) {
            writers[partition] = new DeltaBlock.Writer(dimensionCount, blockBytesMax);
        }
        return writers[partition];
    }

    private String[] dimensionsOf(UsageRecord event) {
        if (tagDimensions.isEmpty()) {
            return event.dimensions;
        }
        List<String> values = new ArrayList<>(dimensionCount);
        values.addAll(Arrays.asList(event.dimensions));
        tagDimensions.forEach(tag -> values.add(event.tags.get(tag)));
        return values.toArray(new String[0]);
    }
}
