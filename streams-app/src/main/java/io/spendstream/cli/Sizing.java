package io.spendstream.cli;

/**
 * What an installation needs for its load: a rule of arithmetic over what was measured, rounded up.
 *
 * @param partitions of {@code usage-events} and of the cube; they cannot be changed once there is state
 * @param instances with two processing threads each; one of them may be away
 * @param coresPerInstance processors for an instance, which it uses when it catches up
 * @param milliCoresAtPeak of these, thousandths of one that the load takes at its peak while one instance is away
 * @param heapMb Java heap of an instance
 * @param memoryMb all memory of an instance
 * @param stateMbPerInstance disk of an instance for its state, with room for compaction and for the work of one that is away
 * @param topics what Kafka keeps, before it is replicated
 */
record Sizing(
        int partitions,
        int instances,
        int coresPerInstance,
        long milliCoresAtPeak,
        long heapMb,
        long memoryMb,
        long stateMbPerInstance,
        Topics topics) {

    /**
     * What is expected.
     *
     * @param eventsPerSecond at the peak
     * @param eventsPerDay in all; 0: a third of a day at the peak
     * @param usersPerDay that make a call in a day
     * @param cellsPerHour combinations of dimension values, in each quarter-hour in which they occur
     * @param daysKept of {@code usage-events} in Kafka
     * @param dedupeDays that ids are remembered
     * @param quarterHoursKeptDays of the cube
     * @param daysKeptDays of the cube
     * @param standbys copies of the state on other instances
     * @param priced whether {@code usage-priced} is published
     */
    record Load(
            long eventsPerSecond,
            long eventsPerDay,
            long usersPerDay,
            long cellsPerHour,
            int daysKept,
            int dedupeDays,
            int quarterHoursKeptDays,
            int daysKeptDays,
            int standbys,
            boolean priced) {

        long eventsADay() {
            return eventsPerDay > 0 ? eventsPerDay : eventsPerSecond * SECONDS_PER_DAY / PEAK_TO_MEAN;
        }
    }

    /**
     * Kafka's share, in MB, of one replica.
     *
     * @param usageEventsMb for as long as they are kept
     * @param usagePricedMb for as long as they are kept, which is as long as usage-events
     * @param rollupsMb the running totals of quarter-hours
     * @param changelogsMb what state is restored from
     */
    record Topics(long usageEventsMb, long usagePricedMb, long rollupsMb, long changelogsMb) {
        long allMb() {
            return usageEventsMb + usagePricedMb + rollupsMb + changelogsMb;
        }
    }

    /** docs/benchmarks: the least that all detectors left of the throughput was 0.83, 1,000 budgets 0.82; in 1/10,000. */
    private static final long WITH_ALL_ON = 83 * 82;
    /** docs/benchmarks: 237,000 events/s on two cores with the broker on them, without usage-priced; half is planned with. */
    static final long EVENTS_PER_CORE_SECOND = 237_000 * WITH_ALL_ON / 10_000 / 2 / 2;
    /** docs/benchmarks: 99,800 events/s with usage-priced, likewise. */
    static final long EVENTS_PER_CORE_SECOND_PRICED = 99_800 * WITH_ALL_ON / 10_000 / 2 / 2;
    /** README: 8 bytes per event and window, in the store and in its changelog. */
    static final long ID_BYTES = 8;
    /** README: about 150 bytes per cell and per user and day. */
    static final long CELL_BYTES = 150;
    /** README: one per 20,000 to 50,000 events/s at the peak. */
    static final long EVENTS_PER_PARTITION_SECOND = 25_000;

    /** docs/operations.md: what the demo's records took on the broker's disk, rounded up. */
    static final long USAGE_EVENT_BYTES = 100;

    static final long USAGE_PRICED_BYTES = 100;
    /** Likewise, once the totals that were replaced are compacted away. */
    static final long ROLLUP_BYTES = 150;

    static final long HEAP_BASE_MB = 512;
    static final long DEDUPE_MEMORY_MB_PER_PARTITION = 64;
    static final long ROCKSDB_MB = 64 + 64;
    static final long OFF_HEAP_MB = 384;
    static final int THREADS = 2;
    static final int PARTITIONS_MIN = 4;
    static final int PEAK_TO_MEAN = 3;

    private static final long SECONDS_PER_DAY = 86_400;
    private static final long MB = 1L << 20;

    static Sizing of(Load load) {
        long perCore = load.priced() ? EVENTS_PER_CORE_SECOND_PRICED : EVENTS_PER_CORE_SECOND;
        // One more than the load takes, so that one may be away.
        int instances = (int) up(load.eventsPerSecond(), perCore * THREADS) + 1;
        // As they can never be more: for twice the peak, and so that every thread has one.
        long wanted = Math.max(up(2 * load.eventsPerSecond(), EVENTS_PER_PARTITION_SECOND), (long) instances * THREADS);
        int partitions = (int) Math.max(PARTITIONS_MIN, up(wanted, PARTITIONS_MIN) * PARTITIONS_MIN);
        int serving = instances - 1;

        long idsBytes = load.eventsADay() * load.dedupeDays() * ID_BYTES;
        long cells = load.cellsPerHour() * 24 * load.quarterHoursKeptDays()
                // What occurs in an hour is taken to be what occurs in a day.
                + load.cellsPerHour() * load.daysKeptDays()
                + load.usersPerDay() * load.daysKeptDays();
        long stateBytes = idsBytes + cells * CELL_BYTES;
        long statePerInstance = 2 * up(stateBytes * (1 + load.standbys()), serving);

        long idsMb =
                Math.min(DEDUPE_MEMORY_MB_PER_PARTITION * up(partitions, serving), up(idsBytes, (long) serving * MB));
        long heap = HEAP_BASE_MB + 2 * idsMb;
        return new Sizing(
                partitions,
                instances,
                THREADS,
                up(load.eventsPerSecond() * 1_000, perCore * serving),
                heap,
                heap + ROCKSDB_MB + OFF_HEAP_MB,
                up(statePerInstance, MB),
                new Topics(
                        up(load.eventsADay() * load.daysKept() * USAGE_EVENT_BYTES, MB),
                        load.priced() ? up(load.eventsADay() * load.daysKept() * USAGE_PRICED_BYTES, MB) : 0,
                        up(load.cellsPerHour() * 24 * load.daysKeptDays() * ROLLUP_BYTES, MB),
                        up(stateBytes, MB)));
    }

    private static long up(long amount, long unit) {
        return Math.floorDiv(amount + unit - 1, unit);
    }
}
