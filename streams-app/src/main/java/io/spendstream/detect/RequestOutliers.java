package io.spendstream.detect;

import io.spendstream.anomaly.DetectorSettings;
import io.spendstream.anomaly.Detectors;
import io.spendstream.anomaly.RequestSketch;
import io.spendstream.anomaly.Scope;
import io.spendstream.combine.ByteSink;
import io.spendstream.combine.ByteSource;
import io.spendstream.combine.DeltaBlock;
import io.spendstream.combine.UsageFeed;
import io.spendstream.usage.Dimension;
import io.spendstream.usage.Measure;
import io.spendstream.usage.MeteredUsage;
import io.spendstream.usage.Resolution;
import io.spendstream.usage.UsageRecord;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Finds single requests that cost far more, or have far more tokens, than others of their feature and model. Each source
 * goes by its own requests, of which it has a fair part: events are spread by their ids.
 */
public final class RequestOutliers implements UsageFeed {

    /** The logged store of what requests cost. */
    public static final String STORE = "request-sketches";

    /** Further combinations are judged by the ceilings that are set for all features, until idle ones are let go. */
    private static final int SKETCHES_MAX = 10_000;

    /** Written one by one in a commit while there is no block. */
    private static final int FEW = 8;

    /** Blocks, mostly of a commit each, until what changed meanwhile is written one by one. */
    static final int BLOCKS_MAX = 64;

    /** Of one block; a record may have 1 MiB by default. */
    private static final int BLOCK_BYTES_MAX = 400_000;

    /** Of a request with an input, output and cache. */
    private static final Measure[] TOKENS = {
        Measure.INPUT_TOKENS,
        Measure.OUTPUT_TOKENS,
        Measure.CACHE_READ_TOKENS,
        Measure.CACHE_WRITE_5M_TOKENS,
        Measure.CACHE_WRITE_1H_TOKENS,
        Measure.AUDIO_INPUT_TOKENS,
        Measure.AUDIO_OUTPUT_TOKENS
    };

    /** What the requests of one tenant, feature and model are like. */
    private static final class Kind {
        private final Key of;
        private final RequestSketch sketch;
        private final DetectorSettings.Values values;
        private boolean changed;

        private Kind(Key of, RequestSketch sketch, DetectorSettings.Values values) {
            this.of = of;
            this.sketch = sketch;
            this.values = values;
        }
    }

    private record Key(String tenant, String feature, String model) {}

    private record Found(long cameIn, Key of) {}

    private final int partitions;
    private final DetectorSettings settings;
    private final Map<Key, Kind> kinds = new HashMap<>();
    /** Without samples: those that there is no room for. */
    private final Kind others;

    /** Since the last commit. */
    private final Map<Key, Kind> changed = new HashMap<>();

    /** In a block, and not written by themselves since. */
    private final Map<Key, Kind> unsettled = new HashMap<>();

    private final ByteSink block = new ByteSink(4096);
    private final Map<Found, Outlier> found = new HashMap<>();
    private KeyValueStore<Bytes, byte[]> store;
    private CloseBlock.Writer[] writers;
    private long firstBlock;
    private long nextBlock;
    private long forgottenOn;

    /** @param partitions of the topic that outliers go to */
    public RequestOutliers(int partitions, DetectorSettings settings) {
        this.partitions = partitions;
        this.settings = settings;
        this.others = kind(new Key("", "", ""), new RequestSketch());
    }

    @Override
    public void start(ProcessorContext<?, ?> context) {
        start(
                context.<KeyValueStore<Bytes, byte[]>>getStateStore(STORE),
                context.taskId().partition());
    }

    /** @param partition of the events */
    void start(KeyValueStore<Bytes, byte[]> sketchStore, int partition) {
        store = sketchStore;
        writers = new CloseBlock.Writer[partitions];
        Arrays.setAll(writers, i -> new CloseBlock.Writer(source(partitions, partition)));
        kinds.clear();
        changed.clear();
        unsettled.clear();
        found.clear();
        block.clear();
        firstBlock = 0;
        nextBlock = 0;
        forgottenOn = Long.MIN_VALUE;
        // In the order of keys: sketches, and then blocks with later ones, in theirs.
        try (KeyValueIterator<Bytes, byte[]> sketches = store.all()) {
            sketches.forEachRemaining(this::restore);
        }
    }

    private void restore(KeyValue<Bytes, byte[]> entry) {
        if (SeriesKeys.isSketch(entry.key)) {
            restore(entry.key, entry.value);
            return;
        }
        long number = new SeriesKeys.Parts(entry.key).number();
        firstBlock = nextBlock == 0 ? number : firstBlock;
        nextBlock = number + 1;
        ByteSource sketches = new ByteSource(entry.value);
        while (sketches.hasMore()) {
            Bytes key = Bytes.wrap(sketches.readBytes(sketches.readCount()));
            Kind kind = restore(key, sketches.readBytes(sketches.readCount()));
            unsettled.put(kind.of, kind);
        }
    }

    private Kind restore(Bytes key, byte[] sketch) {
        SeriesKeys.Parts parts = new SeriesKeys.Parts(key);
        Key of = new Key(parts.text(), parts.text(), parts.text());
        Kind kind = kind(of, RequestSketch.decode(sketch));
        kinds.put(of, kind);
        return kind;
    }

    private Kind kind(Key of, RequestSketch sketch) {
        Scope feature = new Scope(of.tenant(), Scope.Kind.FEATURE, of.feature());
        return new Kind(of, sketch, settings.of(feature));
    }

    @Override
    public void add(MeteredUsage usage, long cameIn) {
        long[] measures = usage.measures();
        UsageRecord event = usage.event();
        if (measures[Measure.REQUESTS.ordinal()] == 0 || event.responseCached) {
            // A correction, or no call at all.
            return;
        }
        Key of = new Key(event.tenant(), event.dimension(Dimension.FEATURE), event.model());
        long day = Resolution.DAY.bucketOf(event.timeMs);
        Kind kind = kinds.get(of);
        if (kind == null ? kinds.size() < SKETCHES_MAX : kind.sketch.isOver(day)) {
            // One that is over is as good as none, so that nothing depends on when it is let go.
            kind = kind(of, new RequestSketch());
            kinds.put(of, kind);
        } else if (kind == null) {
            kind = others;
        }
        long cost = measures[Measure.COST.ordinal()];
        long tokens = tokens(measures);
        RequestSketch.Finding finding = kind.sketch.judge(cost, tokens, kind.values);
        if (finding != RequestSketch.Finding.NONE) {
            long quarterHour = Resolution.QUARTER_HOUR.bucketOf(event.timeMs);
            long came = cameIn == DeltaBlock.IN_TIME ? quarterHour : cameIn;
            found.merge(new Found(came, of), outlier(finding, event, cost, tokens, kind.sketch), Outlier::and);
        }
        if (kind == others) {
            return;
        }
        boolean changes = kind.sketch.add(hash(event.id), day, cost, tokens);
        if (changes && !kind.changed) {
            kind.changed = true;
            changed.put(of, kind);
        }
    }

    private static Outlier outlier(
            RequestSketch.Finding finding, UsageRecord event, long cost, long tokens, RequestSketch sketch) {
        return new Outlier(
                1,
                finding,
                event.id,
                event.timeMs,
                event.user,
                cost,
                tokens,
                finding.isOfTokens() ? sketch.ceilingTokens() : sketch.ceilingCost(),
                finding.isOfTokens() ? sketch.medianTokens() : sketch.medianCost());
    }

    private static long tokens(long[] measures) {
        long sum = 0;
        for (Measure measure : TOKENS) {
            sum += measures[measure.ordinal()];
        }
        return sum;
    }

    /** The finalizer of MurmurHash3 over the text's own hash: the low bits decide whether an event is a sample. */
    private static long hash(String id) {
        long hash = id.hashCode() * 0x9E3779B97F4A7C15L;
        hash = (hash ^ hash >>> 33) * 0xFF51AFD7ED558CCDL;
        hash = (hash ^ hash >>> 33) * 0xC4CEB9FE1A85EC53L;
        return hash ^ hash >>> 33;
    }

    /** What this source is called among those that send closes: after the tasks of the cube. */
    static int source(int partitions, int partition) {
        return partitions + partition;
    }

    /** So that a quarter-hour is judged when all that stood out in it is there. */
    @Override
    public void clock(DeltaBlock.Clock clock) {
        sendFound();
        for (CloseBlock.Writer writer : writers) {
            writer.closed(clock.open());
        }
        forgetIdle(Detectors.dayOf(clock.open()));
    }

    /** Those of which nothing is left make room, once a day of event time. */
    private void forgetIdle(long today) {
        if (today > forgottenOn) {
            forgottenOn = today;
            // A block would bring them back.
            settle();
            kinds.values().removeIf(kind -> {
                boolean over = kind.sketch.isOver(today);
                if (over) {
                    store.delete(key(kind.of));
                }
                return over;
            });
        }
    }

    private static Bytes key(Key of) {
        return SeriesKeys.sketch(of.tenant(), of.feature(), of.model());
    }

    private void sendFound() {
        found.forEach((of, outlier) -> writers[QuarterCloses.destination(of.of().tenant(), partitions)].outlier(
                of.cameIn(),
                new Combination(
                        of.of().tenant(), of.of().feature(), null, of.of().model()),
                outlier));
        found.clear();
    }

    @Override
    public void drain(long receivedMs, BiConsumer<Integer, byte[]> send) {
        write();
        sendFound();
        for (int partition = 0; partition < partitions; partition++) {
            for (byte[] sent : writers[partition].take()) {
                send.accept(partition, sent);
            }
        }
    }

    /**
     * A busy task changes most sketches between two commits. A record for each, in store and changelog, costs more than what
     * the sketches are for, so those of a commit are one record, and are written by themselves once in many commits.
     */
    private void write() {
        boolean few = unsettled.isEmpty() && changed.size() <= FEW;
        if (few || nextBlock - firstBlock >= BLOCKS_MAX) {
            settle();
            return;
        }
        unsettled.putAll(changed);
        for (Kind kind : changed.values()) {
            kind.changed = false;
            block.writeSized(key(kind.of).get()).writeSized(kind.sketch.encode());
            if (block.size() >= BLOCK_BYTES_MAX) {
                writeBlock();
            }
        }
        changed.clear();
        if (block.size() > 0) {
            writeBlock();
        }
    }

    private void writeBlock() {
        store.put(SeriesKeys.sketches(nextBlock++), block.toBytes());
        block.clear();
    }

    /** Writes each that changed by itself; the blocks are needed no more. */
    private void settle() {
        unsettled.putAll(changed);
        changed.clear();
        unsettled.forEach((of, kind) -> {
            kind.changed = false;
            store.put(key(of), kind.sketch.encode());
        });
        unsettled.clear();
        for (; firstBlock < nextBlock; firstBlock++) {
            store.delete(SeriesKeys.sketches(firstBlock));
        }
    }
}
