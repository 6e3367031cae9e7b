package io.spendstream.anomaly;

import io.spendstream.combine.ByteSink;
import io.spendstream.combine.ByteSource;

/**
 * What single requests of one tenant, feature and model cost and how many tokens they have, and from where on one is an
 * outlier. At most {@link #MAX_BYTES} bytes encoded and about 1 KB in memory, however many requests there are.
 *
 * <p>{@link #judge} is two comparisons with ceilings that are kept ready. {@link #add} takes every request of a day until
 * {@value #ALL_OF_DAY}, then one in 16, from sixteen times as many on one in 256, chosen by a hash of the event's id and
 * weighted by as much, so that what a busy feature writes does not grow with its traffic and a replay in the same order
 * gives the same. Each new day halves what was before.
 *
 * <p>The ceiling is, with samples enough, {@code q99 × max(factor, (q99 / q90)^3)}:
 * the straight line through the 90 % and 99 % points of a distribution with a heavy tail (Pareto), drawn on to one request
 * in 100,000. As the line is three times as long as what it is drawn through, the 99 % point is taken two standard errors
 * high (those of the binomial distribution; samples that weigh more than one make it no surer). An absolute ceiling that somebody set always counts, the default one
 * only until there are samples enough: it knows nothing of what requests of this feature and model are. Smaller costs than a minimum are only judged by the absolute ceilings. What stands out
 * day after day is a habit ({@link OutlierHabit}).
 */
public final class RequestSketch {

    public static final int MAX_BYTES = 96 + 2 * LogHistogram.MAX_BYTES + OutlierHabit.MAX_BYTES;

    /** What is wrong with a request. */
    public enum Finding {
        NONE,
        /** Above the absolute ceiling of cost. */
        COST_CEILING,
        /** Above the absolute ceiling of tokens. */
        TOKENS_CEILING,
        /** Far above what requests of its feature and model cost. */
        COST_FAR_ABOVE,
        /** Far above the tokens of requests of its feature and model. */
        TOKENS_FAR_ABOVE;

        /** Whether its tokens are what is odd about it, and not its cost. */
        public boolean isOfTokens() {
            return this == TOKENS_CEILING || this == TOKENS_FAR_ABOVE;
        }

        /** Whether it is above a ceiling that is set, and not above what is usual. */
        public boolean isAboveSet() {
            return this == COST_CEILING || this == TOKENS_CEILING;
        }
    }

    static final int ALL_OF_DAY = 4096;

    private static final int VERSION = 1;

    /** As {@link #VERSION}, with a habit at the end. */
    private static final int WITH_HABIT = 2;

    private static final int RENEW_EVERY = 64;
    private static final int SURE_DEVIATIONS = 2;

    /** Aged so often, nothing of it is left. */
    private static final int DAYS_UNTIL_NOTHING = 31;

    private final LogHistogram costs;
    private final LogHistogram tokens;
    private final OutlierHabit habit;
    private long day;

    /** Requests of the day, as those that were taken weigh. */
    private long ofDay;

    private long changes;

    /** What ceilings are made of: kept, so that they are the same after a restart. */
    private Points costPoints = Points.NONE;

    private Points tokenPoints = Points.NONE;

    private DetectorSettings.Values ceilingsOf;
    private long absoluteCost;
    private long absoluteTokens;
    private long ceilingCost = Long.MAX_VALUE;
    private long ceilingTokens = Long.MAX_VALUE;

    /** From where on a request stands out, whether or not that is a habit. */
    private long farCost = Long.MAX_VALUE;

    private long farTokens = Long.MAX_VALUE;

    /** @param samples that they were made of */
    private record Points(long samples, long q90, long q99) {

        private static final Points NONE = new Points(0, 0, 0);

        static Points of(LogHistogram histogram) {
            return new Points(
                    histogram.total(),
                    Math.round(histogram.quantile(0.9)),
                    Math.round(histogram.quantile(surely99(histogram.total()))));
        }

        /** The quantile of the samples that is not below the 99 % point of all requests, but by a chance of 2 %. */
        private static double surely99(long samples) {
            double deviation = StrictMath.sqrt(0.99 * 0.01 / Math.max(1, Math.min(ALL_OF_DAY, samples)));
            return Math.min(1, 0.99 + SURE_DEVIATIONS * deviation);
        }

        long ceiling(double factor) {
            double ratio = (double) q99 / Math.max(1, q90);
            return (long) Math.min(Long.MAX_VALUE, q99 * Math.max(factor, ratio * ratio * ratio));
        }

        void writeTo(ByteSink to) {
            to.writeVarint(samples).writeVarint(q90).writeVarint(q99);
        }

        static Points readFrom(ByteSource from) {
            return new Points(from.readVarint(), from.readVarint(), from.readVarint());
        }
    }

    public RequestSketch() {
        this(new LogHistogram(), new LogHistogram(), new OutlierHabit());
    }

    private RequestSketch(LogHistogram costs, LogHistogram tokens, OutlierHabit habit) {
        this.costs = costs;
        this.tokens = tokens;
        this.habit = habit;
    }

    /**
     * Judges a request by those added before it.
     *
     * @param cost nano-USD
     * @param values the same object from call to call while they do not change
     */
    public Finding judge(long cost, long tokens, DetectorSettings.Values values) {
        if (values != ceilingsOf) {
            renewCeilings(values);
        }
        return cost <= ceilingCost && tokens <= ceilingTokens ? Finding.NONE : find(cost, tokens);
    }

    private Finding find(long cost, long tokens) {
        if (cost > absoluteCost) {
            return Finding.COST_CEILING;
        }
        if (tokens > absoluteTokens) {
            return Finding.TOKENS_CEILING;
        }
        return cost > ceilingCost ? Finding.COST_FAR_ABOVE : Finding.TOKENS_FAR_ABOVE;
    }

    /**
     * Adds a request.
     *
     * @param idHash a hash of the event's id whose bits are all as good as random
     * @param epochDay of the event; one of an earlier day than the sketch's counts with the sketch's
     * @return whether the sketch changed and must be written
     */
    public boolean add(long idHash, long epochDay, long cost, long tokens) {
        boolean newDay = epochDay > day;
        if (newDay) {
            startDay(epochDay);
        }
        boolean far = cost > farCost || tokens > farTokens;
        boolean changed = far && habit.note(day, cost, tokens) || newDay;
        int weight = weight();
        if ((idHash & (weight - 1)) != 0) {
            return changed;
        }
        costs.add(cost, weight);
        this.tokens.add(tokens, weight);
        ofDay += weight;
        changes++;
        if (changes % RENEW_EVERY == 0) {
            costPoints = Points.of(costs);
            tokenPoints = Points.of(this.tokens);
            ceilingsOf = null;
        }
        return true;
    }

    /** Whether nothing of it would be left on a day: it can be let go. */
    public boolean isOver(long epochDay) {
        return day != 0 && epochDay - day >= DAYS_UNTIL_NOTHING;
    }

    private void startDay(long epochDay) {
        long passed = day == 0 ? 0 : Math.min(epochDay - day, DAYS_UNTIL_NOTHING);
        for (long i = 0; i < passed; i++) {
            costs.age();
            tokens.age();
        }
        day = epochDay;
        ofDay = 0;
        ceilingsOf = null;
    }

    /** One in so many is taken: a power of two. */
    private int weight() {
        if (ofDay < ALL_OF_DAY) {
            return 1;
        }
        return ofDay < 16L * ALL_OF_DAY ? 16 : 256;
    }

    private void renewCeilings(DetectorSettings.Values values) {
        ceilingsOf = values;
        absoluteCost = values.nanoUsd(Parameter.OUTLIER_COST);
        absoluteTokens = (long) values.get(Parameter.OUTLIER_TOKENS);
        ceilingCost = absoluteCost;
        ceilingTokens = absoluteTokens;
        farCost = Long.MAX_VALUE;
        farTokens = Long.MAX_VALUE;
        if (!values.isEnabled(Detector.REQUEST_OUTLIER)) {
            ceilingCost = Long.MAX_VALUE;
            ceilingTokens = Long.MAX_VALUE;
        } else if (costPoints.samples() >= values.get(Parameter.OUTLIER_MIN_SAMPLES)) {
            absoluteCost = values.isSet(Parameter.OUTLIER_COST) ? absoluteCost : Long.MAX_VALUE;
            absoluteTokens = values.isSet(Parameter.OUTLIER_TOKENS) ? absoluteTokens : Long.MAX_VALUE;
            double factor = values.get(Parameter.OUTLIER_FACTOR);
            farCost = Math.max(values.nanoUsd(Parameter.OUTLIER_MIN_COST), costPoints.ceiling(factor));
            farTokens = Math.max((long) values.get(Parameter.OUTLIER_MIN_TOKENS), tokenPoints.ceiling(factor));
            ceilingCost = Math.min(absoluteCost, Math.max(farCost, habit.cost(day)));
            ceilingTokens = Math.min(absoluteTokens, Math.max(farTokens, habit.tokens(day)));
        }
    }

    /** The median cost of requests, in nano-USD, within 9 %. */
    public long medianCost() {
        return Math.round(costs.quantile(0.5));
    }

    /** The median tokens of requests, within 9 %. */
    public long medianTokens() {
        return Math.round(tokens.quantile(0.5));
    }

    /** A request that costs more is found, in nano-USD. */
    public long ceilingCost() {
        return ceilingCost;
    }

    /** A request of more tokens is found. */
    public long ceilingTokens() {
        return ceilingTokens;
    }

    public byte[] encode() {
        ByteSink to = new ByteSink(256)
                .writeByte(habit.isEmpty() ? VERSION : WITH_HABIT)
                .writeSigned(day)
                .writeVarint(ofDay);
        to.writeVarint(changes);
        costPoints.writeTo(to);
        tokenPoints.writeTo(to);
        costs.writeTo(to);
        tokens.writeTo(to);
        if (!habit.isEmpty()) {
            habit.writeTo(to);
        }
        return to.toBytes();
    }

    /** @throws IllegalStateException where {@link #encode()} did not write the bytes, or that of a newer release did */
    public static RequestSketch decode(byte[] bytes) {
        ByteSource from = new ByteSource(bytes);
        int version = from.readByte();
        if (version != VERSION && version != WITH_HABIT) {
            throw new IllegalStateException(
                    "a sketch of version " + version + "; this release reads " + VERSION + " and " + WITH_HABIT);
        }
        long day = from.readSigned();
        long ofDay = from.readVarint();
        long changes = from.readVarint();
        Points costPoints = Points.readFrom(from);
        Points tokenPoints = Points.readFrom(from);
        RequestSketch sketch = new RequestSketch(
                LogHistogram.readFrom(from),
                LogHistogram.readFrom(from),
                version == WITH_HABIT ? OutlierHabit.readFrom(from) : new OutlierHabit());
        sketch.day = day;
        sketch.ofDay = ofDay;
        sketch.changes = changes;
        sketch.costPoints = costPoints;
        sketch.tokenPoints = tokenPoints;
        return sketch;
    }
}
