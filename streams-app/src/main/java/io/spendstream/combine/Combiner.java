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
    private final Delta added = new Delta();

    Combiner(Destinations destinations, List<String> tagDimensions, int blockBytesMax) {
        this.destinations = destinations;
        this.tagDimensions = tagDimensions;
        this.dimensionCount = Dimension.COUNT + tagDimensions.size();
        this.blockBytesMax = blockBytesMax;
    }

    /** @param cameIn the quarter-hour in which it came late, or {@link DeltaBlock#IN_TIME} */
    void add(MeteredUsage usage, long cameIn) {
        UsageRecord event = usage.event();
        long quarterHour = Resolution.QUARTER_HOUR.bucketOf(event.timeMs);
        added.set(usage.measures(), usage.otherUnits());
        cells.add(dimensionsOf(event), quarterHour, cameIn, added);
        // Also where no user is given, so that users add up to the whole.
        String[] user = {event.tenant(), event.user};
        if (!usage.otherUnits().isEmpty()) {
            added.set(usage.measures(), Map.of());
        }
        users.add(user, Resolution.DAY.bucketOf(event.timeMs), DeltaBlock.IN_TIME, added);
    }

    /** How many sums there are to hand out. */
    int size() {
        return cells.size() + users.size();
    }

    /**
     * Hands out the sums as blocks, each with the partition it is for, and starts again from nothing.
     *
     * @param clock told to every partition at the end of what is for it; null: to none
     */
    void drain(DeltaBlock.Clock clock, BiConsumer<Integer, byte[]> send) {
        if (cells.isEmpty() && clock == null) {
            return;
        }
        DeltaBlock.Writer[] writers = new DeltaBlock.Writer[destinations.partitions()];
        cells.forEach(sum -> {
            String tenant = sum.key[Dimension.TENANT.ordinal()];
            writerFor(writers, tenant, sum.key[Dimension.FEATURE.ordinal()])
                    .cell(sum.key, sum.bucket, sum.cameIn, sum.delta);
        });
        users.forEach(sum -> writerFor(writers, sum.key[0], sum.key[1] == null ? "" : sum.key[1])
                .user(sum.key[0], sum.key[1], sum.bucket, sum.delta));
        cells.clear();
        users.clear();
        for (int partition = 0; partition < writers.length; partition++) {
            if (clock != null) {
                writerOf(writers, partition).clock(clock);
            }
            if (writers[partition] != null) {
                for (byte[] block : writers[partition].take()) {
                    send.accept(partition, block);
                }
            }
        }
    }

    private DeltaBlock.Writer writerFor(DeltaBlock.Writer[] writers, String tenant, String name) {
        return writerOf(writers, destinations.of(tenant, name));
    }

    private DeltaBlock.Writer writerOf(DeltaBlock.Writer[] writers, int partition) {
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
