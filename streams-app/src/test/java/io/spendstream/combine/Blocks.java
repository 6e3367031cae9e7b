package io.spendstream.combine;

import io.spendstream.usage.MeteredUsage;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Blocks of deltas as the combiner sends them, for tests of those who read them. */
public final class Blocks {

    private Blocks() {}

    /** All that the events of one commit add, in one block. */
    public static byte[] of(List<MeteredUsage> usages, String... tagDimensions) {
        return byPartition(1, usages, tagDimensions).get(0);
    }

    /** The same for several partitions: a block for each that gets something. */
    public static Map<Integer, byte[]> byPartition(int partitions, List<MeteredUsage> usages, String... tagDimensions) {
        Combiner combiner = new Combiner(new Destinations(partitions), List.of(tagDimensions), Integer.MAX_VALUE);
        usages.forEach(event -> combiner.add(event, DeltaBlock.IN_TIME));
        Map<Integer, byte[]> blocks = new TreeMap<>();
        combiner.drain(null, blocks::put);
        return blocks;
    }
}
