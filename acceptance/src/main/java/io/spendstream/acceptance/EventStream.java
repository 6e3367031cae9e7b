package io.spendstream.acceptance;

import io.spendstream.v1.ServiceTier;
import io.spendstream.v1.Status;
import io.spendstream.v1.UsageEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongSupplier;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;

/**
 * An endless stream of deliveries: usage events of many kinds, repeats and bad records. The same seed, mix and schema
 * ids give the same stream, but for the time of delivery. Ids begin with the name of the stream, so that several
 * streams can go to one topic.
 */
public final class EventStream {

    /**
     * How many of a thousand deliveries are what.
     *
     * @param bad records that are rejected
     * @param repeats of an earlier event
     * @param unpriced events of models without a price
     * @param pastDays how far back events lie
     * @param ageDays how far back they may lie; the bad ones that are too old are a little older than that
     * @param rich whether every dimension varies, so that nearly every event is in a cell of its own, or only tenant,
     *     feature and model, as is usual
     */
    public record Mix(int bad, int repeats, int unpriced, int pastDays, int ageDays, boolean rich) {

        /** Good events, now and then one twice. */
        public static final Mix GOOD = new Mix(0, 20, 0, 34, 35, false);

        /** All that may happen. */
        public static final Mix WILD = new Mix(150, 150, 50, 34, 35, true);

        /** All that may happen, in few cells: for long runs. */
        public static final Mix BUSY = new Mix(100, 100, 50, 1, 35, false);
    }

    private static final List<String> TENANTS = List.of("default", "acme", "globex", "a, \"quoted\" \\ one");
    private static final List<String> FEATURES = List.of(
            "chat", "search", "summaries", "translation", "code review", "ocr", "voice", "agents/plan", "größe", "日本");
    private static final List<String> TEAMS = List.of("red", "blue", "green", "", "a,b");
    private static final List<String> REGIONS = List.of("eu", "us", "ap");
    private static final List<String> OPERATIONS = List.of("chat", "embeddings", "speech");
    private static final int USERS = 200;
    private static final int REMEMBERED = 5_000;
    private static final Duration QUARTER_HOUR = Duration.ofMinutes(15);

    private final String name;
    private final Random random;
    private final Mix mix;
    private final Instant now;
    private final int schemaId;
    private final BadRecords bad;
    private final List<Instant> edges;
    private final LongSupplier clockMs;
    private final List<UsageEvent> sent = new ArrayList<>();
    private final GenericDatumWriter<UsageEvent> writer =
            new GenericDatumWriter<>(UsageEvent.getClassSchema(), SpecificData.getForClass(UsageEvent.class));
    private long number;
    /** The event that was sent in a bad form, and will be in a good one: having been rejected, it is no repeat. */
    private UsageEvent corrected;

    /**
     * @param schemaId of {@link UsageEvent} in the registry
     * @param otherSchemaId of a schema in the registry that is no usage event
     * @param edges times about which many events lie, such as changes of clocks
     */
    public EventStream(
            String name, long seed, Mix mix, Instant now, int schemaId, int otherSchemaId, List<Instant> edges) {
        this(name, seed, mix, now, schemaId, otherSchemaId, edges, System::currentTimeMillis);
    }

    /** @param clockMs when each delivery is received, epoch milliseconds */
    public EventStream(
            String name,
            long seed,
            Mix mix,
            Instant now,
            int schemaId,
            int otherSchemaId,
            List<Instant> edges,
            LongSupplier clockMs) {
        this.clockMs = clockMs;
        this.name = name;
        this.random = new Random(seed);
        this.mix = mix;
        this.now = now;
        this.schemaId = schemaId;
        this.bad = new BadRecords(random, this::encode, otherSchemaId, Duration.ofDays(mix.ageDays()));
        this.edges = List.copyOf(edges);
    }

    public List<Delivery> take(int count) {
        List<Delivery> deliveries = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            deliveries.add(next());
        }
        return deliveries;
    }

    public Delivery next() {
        long receivedMs = clockMs.getAsLong();
        int kind = random.nextInt(1_000);
        if (kind < mix.bad()) {
            UsageEvent event = event();
            corrected = random.nextInt(4) == 0 ? event : null;
            return bad.of(event, receivedMs);
        }
        if (corrected != null) {
            UsageEvent event = remembered(corrected);
            corrected = null;
            return Delivery.of(keyOf(event), encode(event), receivedMs);
        }
        UsageEvent event = kind < mix.bad() + mix.repeats() && !sent.isEmpty() ? repeat() : remembered(event());
        return Delivery.of(keyOf(event), encode(event), receivedMs);
    }

    /** A record that is bad in one way. */
    public Delivery bad(BadRecords.Kind kind) {
        return bad.of(kind, event(), clockMs.getAsLong());
    }

    /** Mostly the id itself; any function of the event would do. */
    private static String keyOf(UsageEvent event) {
        return event.getId().endsWith("7") ? "key of " + event.getId() : event.getId();
    }

    private UsageEvent remembered(UsageEvent event) {
        if (sent.size() < REMEMBERED) {
            sent.add(event);
        } else {
            sent.set(random.nextInt(REMEMBERED), event);
        }
        return event;
    }

    /** The last one once more, or one of long ago; some by a client that says another time the second time. */
    private UsageEvent repeat() {
        UsageEvent first = sent.get(random.nextBoolean() ? sent.size() - 1 : random.nextInt(sent.size()));
        int shiftMs = random.nextInt(4) == 0 ? random.nextInt(120_001) - 60_000 : 0;
        return shiftMs == 0
                ? first
                : UsageEvent.newBuilder(first)
                        .setTime(first.getTime().plusMillis(shiftMs))
                        .build();
    }

    private UsageEvent event() {
        long n = number++;
        boolean cached = random.nextInt(40) == 0;
        UsageEvent.Builder event = UsageEvent.newBuilder()
                .setId(name + "-" + n)
                .setTime(time())
                .setTenant(one(TENANTS))
                .setFeature(one(FEATURES))
                .setModel(model())
                .setUser(maybe("user-" + random.nextInt(USERS)))
                .setSession(maybe("session " + random.nextInt(1_000)))
                .setResponseCached(cached)
                .setWorkUnits(random.nextInt(5))
                .setLatencyMs(random.nextBoolean() ? (Long) (long) random.nextInt(20_000) : null)
                .setQualityScore(random.nextInt(5) == 0 ? random.nextDouble() : null)
                .setTags(random.nextBoolean() ? Map.of("region", one(REGIONS), "run", "r" + n) : Map.of());
        if (mix.rich()) {
            enrich(event);
        }
        tokens(event);
        outcome(event, n);
        return event.build();
    }

    private void enrich(UsageEvent.Builder event) {
        event.setProvider(maybe(one(SamplePrices.PROVIDERS)))
                .setTeam(maybe(one(TEAMS)))
                .setProject(maybe("project " + random.nextInt(3)))
                .setEnvironment(maybe(random.nextBoolean() ? "production" : "staging"))
                .setUserTier(maybe(random.nextBoolean() ? "free" : "paid"))
                .setOperation(one(OPERATIONS))
                .setServiceTier(random.nextInt(3) == 0 ? one(List.of(ServiceTier.values())) : ServiceTier.STANDARD);
        if (random.nextInt(4) == 0) {
            event.setPromptTokens(Map.of(
                    "system",
                    (long) random.nextInt(2_000),
                    random.nextBoolean() ? "history" : "tools",
                    (long) random.nextInt(9_000),
                    "examples",
                    7L));
        }
    }

    private void tokens(UsageEvent.Builder event) {
        event.setInputTokens(random.nextInt(3_000)).setOutputTokens(random.nextInt(1_000));
        event.setReasoningTokens(random.nextInt(3) == 0 ? random.nextLong(event.getOutputTokens() + 1) : 0);
        if (random.nextInt(3) == 0) {
            event.setCacheReadTokens(random.nextInt(10_000))
                    .setCacheWrite5mTokens(random.nextInt(2_000))
                    .setCacheWrite1hTokens(random.nextInt(2_000));
        }
        switch (random.nextInt(30)) {
            case 0 -> event.setInputTokens(199_990 + random.nextInt(20)).setCacheReadTokens(0);
            case 1 -> event.setInputTokens(150_000).setCacheReadTokens(60_000);
            case 2 -> event.setInputTokens(0).setOutputTokens(0).setReasoningTokens(0);
            // The most that one event may have of a meter, where it costs less than any limit of sense.
            case 3 -> event.setModel("halves").setOutputTokens(1_000_000_000L);
            case 4 -> event.setOtherUnits(units());
            default -> {}
        }
        // The model "cached" prices neither audio nor units: such an event of it is unpriced as a whole.
        if (random.nextInt(20) == 0) {
            event.setAudioInputTokens(random.nextInt(5_000)).setAudioOutputTokens(random.nextInt(5_000));
        }
    }

    private Map<String, Long> units() {
        Map<String, Long> units = new HashMap<>();
        units.put("images", (long) random.nextInt(4));
        units.put("web_search_requests", (long) random.nextInt(10));
        return units;
    }

    private void outcome(UsageEvent.Builder event, long n) {
        event.setStatus(random.nextInt(10) == 0 ? one(List.of(Status.values())) : Status.SUCCESS);
        if (random.nextInt(10) == 0) {
            event.setRequestId("request " + n / 2).setAttempt(1 + random.nextInt(3));
        }
        if (random.nextInt(20) == 0) {
            event.setEscalatedFrom("plain");
        }
    }

    private String model() {
        if (random.nextInt(1_000) < mix.unpriced()) {
            return one(List.of(SamplePrices.LATE_MODEL, SamplePrices.UNKNOWN_MODEL, "expired"));
        }
        return one(SamplePrices.MODELS);
    }

    /** Spread over the past, but often now, and often at an edge or a millisecond beside it. */
    private Instant time() {
        int kind = random.nextInt(10);
        if (kind < 3) {
            return now.minusSeconds(random.nextInt(3_600)).plusSeconds(120);
        }
        if (kind < 5 && !edges.isEmpty()) {
            Instant edge = edges.get(random.nextInt(edges.size()));
            return edge.plus(QUARTER_HOUR.multipliedBy(random.nextInt(17) - 8)).plusMillis(random.nextInt(3) - 1);
        }
        Instant past = now.minusMillis((long) (random.nextDouble() * mix.pastDays() * 86_400_000L));
        if (kind < 7) {
            Instant quarterHour = Instant.ofEpochSecond(Math.floorDiv(past.getEpochSecond(), 900) * 900);
            return quarterHour.plusMillis(random.nextInt(3) - 1);
        }
        return Instant.ofEpochMilli(past.toEpochMilli());
    }

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private String maybe(String text) {
        return random.nextInt(5) == 0 ? null : text;
    }

    /** An event in the Confluent wire format. */
    public byte[] encode(UsageEvent event) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            bytes.write(0);
            bytes.write(ByteBuffer.allocate(4).putInt(schemaId).array());
            BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
            writer.write(event, encoder);
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
    }
}
