package io.spendstream.combine;

/**
 * Which partition owns a key. Part of the format of the stores: another rule would split cells between partitions.
 *
 * @param partitions of the deltas' topic
 */
record Destinations(int partitions) {

    /**
     * Cells go by tenant and feature, user totals by tenant and user. From {@link String#hashCode}, which the language
     * fixes, and which a string keeps once it was asked for.
     */
    int of(String tenant, String name) {
        int hash = 31 * tenant.hashCode() + name.hashCode();
        // The finalizer of MurmurHash3: similar names must not go to the same few partitions.
        hash = (hash ^ hash >>> 16) * 0x85EBCA6B;
        hash = (hash ^ hash >>> 13) * 0xC2B2AE35;
        return Math.floorMod(hash ^ hash >>> 16, partitions);
    }
}
