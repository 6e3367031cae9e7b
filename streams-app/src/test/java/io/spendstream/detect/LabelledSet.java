package io.spendstream.detect;

import io.spendstream.anomaly.Detector;
import io.spendstream.anomaly.ScopeView;
import io.spendstream.usage.Measure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.ToDoubleBiFunction;

/**
 * Labelled traffic: ten weeks of quarter-hours of tenants of many shapes, with anomalies whose beginning and end are
 * known. The same seed gives the same traffic ({@link Random} is specified to the bit).
 *
 * <p>Each tenant is one shape (family), two of each that has anomalies and one of each that has none. It has three features, teams and models. What is usual in a family, such as
 * its bursts, its weekends, holidays and gaps, is no anomaly. Anomalies are put on days 15 to 62, at least four days
 * apart in one tenant, at a random hour at which the family has traffic.
 */
final class LabelledSet {

    static final int DAYS = 70;
    static final int QUARTERS_OF_DAY = 96;

    /** So much after its quarter-hour comes what is late. */
    static final int LATE_QUARTERS = 16;

    /** A Monday. */
    static final long FIRST_DAY = 20_696;

    static final long FIRST = FIRST_DAY * QUARTERS_OF_DAY;
    private static final int QUIET_DAYS = 15;
    private static final int LAST_START = 62;
    private static final int APART_DAYS = 4;

    /** What is injected, how long it lasts in quarter-hours, and which detectors are to see it. */
    enum Kind {
        SPIKE_3X(8, 24, EnumSet.of(Detector.SEASONAL)),
        SPIKE_LARGE(8, 24, EnumSet.of(Detector.SEASONAL)),
        SPIKE_HUGE(6, 20, EnumSet.of(Detector.SEASONAL)),
        SPIKE_DAY(96, 96, EnumSet.of(Detector.SEASONAL, Detector.DAILY_RATIO, Detector.DAILY_ZSCORE)),
        LEVEL_SHIFT(384, 384, EnumSet.of(Detector.DAILY_RATIO, Detector.DAILY_ZSCORE)),
        /** Stays; after four days it should be no news. */
        NEW_LEVEL(384, 384, EnumSet.of(Detector.DAILY_RATIO, Detector.DAILY_ZSCORE)),
        DRIFT(576, 576, EnumSet.of(Detector.DAILY_RATIO)),
        LONG_PROMPTS(96, 192, EnumSet.of(Detector.COST_PER_REQUEST)),
        PRICE_CHANGE(288, 288, EnumSet.of(Detector.COST_PER_REQUEST)),
        CACHE_LOSS(24, 96, EnumSet.of(Detector.CACHE_HIT_RATE)),
        RETRY_STORM(8, 32, EnumSet.of(Detector.RETRY_WASTE)),
        ESCALATIONS(16, 64, EnumSet.of(Detector.ESCALATION_RATE)),
        UNPRICED(8, 48, EnumSet.of(Detector.UNPRICED_MODEL)),
        SILENCE(12, 40, EnumSet.of(Detector.SILENCE)),
        LATE(8, 24, EnumSet.of(Detector.LATE_SURGE)),
        ONE_USER(32, 48, EnumSet.of(Detector.CONCENTRATION)),
        /** A single request of 2 to 6 times what one usual request in 50 million has. */
        OUTLIER(1, 1, EnumSet.of(Detector.REQUEST_OUTLIER));

        private final int shortest;
        private final int longest;
        private final Set<Detector> seenBy;

        Kind(int shortest, int longest, Set<Detector> seenBy) {
            this.shortest = shortest;
            this.longest = longest;
            this.seenBy = seenBy;
        }

        Set<Detector> seenBy() {
            return seenBy;
        }
    }

    /** From quarter-hour {@code from} to before {@code to}, in the first feature of the tenant. */
    record Label(String tenant, Kind kind, long from, long to) {}

    /** One feature's quarter-hour. Late ones came in it and belong to four hours before. */
    record Quarter(String feature, String team, String model, long[] sums, long[] late, Requests requests) {}

    /**
     * What single requests of a quarter-hour cost, in nano-USD, and how many tokens they have. Those of a feature that had
     * an outlier add up to its sums only about: they are drawn on their own, so that sums are as they were without them.
     */
    record Requests(long[] costs, long[] tokens) {}

    /** Requests expected in a quarter-hour (of the whole time, from 0), made with the tenant's own random numbers. */
    interface Shape extends ToDoubleBiFunction<Integer, Random> {}

    record Family(String name, Shape shape, double requestSpread, Kind... anomalies) {}

    private static final Kind[] NONE = {};

    /** Of each tenant that has anomalies. */
    private static final int OUTLIERS = 2;

    private static final int TRIES = 200;

    /** A normal distribution is above it once in 50 million. */
    private static final double OUTLIER_SIGMAS = 5.5;

    private final Random random;
    private final long seed;
    private final int gap;

    LabelledSet(long seed) {
        this.seed = seed;
        this.random = new Random(seed);
        this.gap = 33 + random.nextInt(5);
    }

    /** A tenant's traffic and what is wrong with it. */
    final class Tenant {
        final String name;
        final Family family;
        final List<Label> labels = new ArrayList<>();
        private final Random numbers;
        /** Of single requests, so that the other numbers do not depend on them. */
        private final Random singles;

        private final double price;
        private final double usualRetries;
        private final double cached;
        private final double[] users = new double[12];
        private int userDay = -1;

        Tenant(Family family, int number) {
            this.family = family;
            this.name = family.name() + "-" + number;
            this.numbers = new Random(seed * 1_000_003 + name.hashCode());
            this.singles = new Random(seed * 7_000_003 + name.hashCode());
            this.price = StrictMath.exp(numbers.nextGaussian());
            this.usualRetries = 0.01 + 0.03 * numbers.nextDouble();
            this.cached = 0.5 + 0.3 * numbers.nextDouble();
            place();
            if (family.name().equals("gap")) {
                labels.add(new Label(name, Kind.SILENCE, FIRST + gap * 96L, FIRST + (gap + 6) * 96L));
            }
            if (family.anomalies().length > 0) {
                for (int i = 0; i < OUTLIERS; i++) {
                    placeOutlier();
                }
            }
        }

        /** On a day of its own: the day before and after it nothing else begins or ends. */
        private void placeOutlier() {
            for (int tried = 0; tried < TRIES; tried++) {
                int day = QUIET_DAYS + singles.nextInt(LAST_START - QUIET_DAYS);
                long at = FIRST + (long) day * QUARTERS_OF_DAY + (8 + singles.nextInt(7)) * 4L + singles.nextInt(4);
                boolean free = labels.stream()
                        .allMatch(label -> at + QUARTERS_OF_DAY < label.from()
                                || label.kind() != Kind.NEW_LEVEL && at - QUARTERS_OF_DAY > label.to());
                if (free && !isQuiet(day, 8)) {
                    labels.add(new Label(name, Kind.OUTLIER, at, at + 1));
                    return;
                }
            }
        }

        private void place() {
            int day = QUIET_DAYS + numbers.nextInt(4);
            for (Kind kind : family.anomalies()) {
                int hour =
                        kind.longest >= 96 && kind.seenBy.contains(Detector.DAILY_RATIO) ? 0 : 8 + numbers.nextInt(7);
                while (isQuiet(day, hour) && day <= LAST_START) {
                    day++;
                    hour = hour == 0 ? 0 : 12;
                }
                int from = day * QUARTERS_OF_DAY + hour * 4 + (hour == 0 ? 0 : numbers.nextInt(4));
                if (day > LAST_START) {
                    return;
                }
                int length = kind.shortest + numbers.nextInt(kind.longest - kind.shortest + 1);
                labels.add(new Label(name, kind, FIRST + from, FIRST + from + length));
                day += APART_DAYS + length / QUARTERS_OF_DAY + numbers.nextInt(3);
            }
        }

        /** Where there is hardly any traffic nothing can be injected into it. */
        private boolean isQuiet(int day, int hour) {
            Random other = new Random(1);
            double sum = 0;
            for (int q = 0; q < 96; q++) {
                sum += family.shape().applyAsDouble(day * 96 + q, other);
            }
            double there = 0;
            for (int q = 0; q < 8; q++) {
                there += family.shape().applyAsDouble(day * 96 + hour * 4 + q, other);
            }
            boolean rest = day % 7 >= 5;
            return hour > 0 && there < 0.3 * sum / 12 || rest || sum < 1 || isHoliday(day);
        }

        private double strength(int q, Kind kind) {
            for (Label label : labels) {
                boolean over = FIRST + q >= label.to() && kind != Kind.NEW_LEVEL;
                if (label.kind() == kind && FIRST + q >= label.from() && !over) {
                    return kind == Kind.DRIFT ? (FIRST + q - label.from()) / (double) (label.to() - label.from()) : 1;
                }
            }
            return 0;
        }

        /** What the tenant's features use in a quarter-hour. */
        List<Quarter> at(int q) {
            List<Quarter> all = new ArrayList<>();
            double expected = family.shape().applyAsDouble(q, numbers);
            for (int feature = 0; feature < 3; feature++) {
                double share = feature == 0 ? 0.5 : feature == 1 ? 0.3 : 0.2;
                all.add(quarter(q, feature, expected * share));
            }
            return all;
        }

        private Quarter quarter(int q, int feature, double usual) {
            boolean hit = feature == 0;
            double factor = 1;
            double price = this.price;
            double prompt = 1200;
            double cached = this.cached;
            double retries = usualRetries;
            double escalated = 0.05;
            if (hit) {
                factor += 2.2 * strength(q, Kind.SPIKE_3X) + 8 * strength(q, Kind.SPIKE_LARGE);
                factor += 25 * strength(q, Kind.SPIKE_HUGE) + 4 * strength(q, Kind.SPIKE_DAY);
                factor += 3 * Math.max(strength(q, Kind.LEVEL_SHIFT), strength(q, Kind.NEW_LEVEL))
                        + 6 * strength(q, Kind.DRIFT);
                factor *= strength(q, Kind.SILENCE) > 0 ? 0 : 1;
                price *= 1 + strength(q, Kind.PRICE_CHANGE);
                prompt *= 1 + 3 * strength(q, Kind.LONG_PROMPTS);
                cached *= strength(q, Kind.CACHE_LOSS) > 0 ? 0.05 : 1;
                retries += 0.45 * strength(q, Kind.RETRY_STORM);
                escalated += 0.35 * strength(q, Kind.ESCALATIONS);
            }
            long requests = poisson(usual * factor);
            long[] sums =
                    sums(requests, prompt, cached, price, retries, escalated, hit && strength(q, Kind.UNPRICED) > 0);
            spread(q, sums, hit ? strength(q, Kind.ONE_USER) : 0);
            long[] late = hit && strength(q, Kind.LATE) > 0
                    ? sums(Math.max(60, requests), prompt, cached, price, retries, escalated, false)
                    : null;
            Requests singly = requests(
                    (int) sums[Measure.REQUESTS.ordinal()],
                    hit && strength(q, Kind.OUTLIER) > 0,
                    prompt,
                    cached,
                    sums[Measure.UNPRICED_REQUESTS.ordinal()] > 0 ? 0 : price);
            if (hit && strength(q, Kind.OUTLIER) > 0) {
                int last = singly.costs().length - 1;
                sums[Measure.REQUESTS.ordinal()]++;
                sums[Measure.COST.ordinal()] += singly.costs()[last];
                sums[Measure.INPUT_COST.ordinal()] += singly.costs()[last];
                sums[Measure.INPUT_TOKENS.ordinal()] += singly.tokens()[last];
            }
            return new Quarter(
                    "feature-" + feature, "team-" + Math.min(feature, 1), "model-" + feature, sums, late, singly);
        }

        /** Log-normal, with the family's spread; the last one is the outlier, if there is one. */
        private Requests requests(int count, boolean outlier, double promptMean, double cached, double price) {
            int all = count + (outlier ? 1 : 0);
            Requests requests = new Requests(new long[all], new long[all]);
            double spread = family.requestSpread();
            for (int i = 0; i < all; i++) {
                double size = i < count ? 1 : StrictMath.exp(OUTLIER_SIGMAS * spread) * (2 + 4 * singles.nextDouble());
                double prompt = promptMean * (i < count ? StrictMath.exp(spread * singles.nextGaussian()) : size);
                double output = 300 * (i < count ? StrictMath.exp(spread * singles.nextGaussian()) : size);
                double inputPrice = 3000 * (1 - cached) + 300 * cached;
                requests.costs()[i] = Math.round((prompt * inputPrice + output * 12_000) * price);
                requests.tokens()[i] = Math.round(prompt + output);
            }
            return requests;
        }

        private long[] sums(
                long requests,
                double promptMean,
                double cached,
                double price,
                double retryShare,
                double escalatedShare,
                boolean unpriced) {
            long[] sums = new long[Measure.COUNT];
            if (requests == 0) {
                return sums;
            }
            double wobble = family.requestSpread() / Math.sqrt(requests);
            double prompt = requests * promptMean * StrictMath.exp(wobble * numbers.nextGaussian());
            double output = requests * 300 * StrictMath.exp(wobble * numbers.nextGaussian());
            double hits = Math.max(0, Math.min(1, cached + 0.3 * numbers.nextGaussian() / Math.sqrt(requests)));
            set(sums, Measure.REQUESTS, requests);
            set(sums, Measure.CACHE_READ_TOKENS, prompt * hits);
            set(sums, Measure.INPUT_TOKENS, prompt * (1 - hits));
            set(sums, Measure.OUTPUT_TOKENS, output);
            long retries = binomial(requests, retryShare);
            set(sums, Measure.RETRIES, retries);
            set(sums, Measure.ESCALATED, binomial(requests, escalatedShare));
            if (unpriced) {
                set(sums, Measure.UNPRICED_REQUESTS, requests);
                return sums;
            }
            set(sums, Measure.INPUT_COST, prompt * (1 - hits) * 3000 * price);
            set(sums, Measure.CACHE_READ_COST, prompt * hits * 300 * price);
            set(sums, Measure.OUTPUT_COST, output * 12_000 * price);
            set(
                    sums,
                    Measure.COST,
                    sums[Measure.INPUT_COST.ordinal()]
                            + sums[Measure.CACHE_READ_COST.ordinal()]
                            + sums[Measure.OUTPUT_COST.ordinal()]);
            set(sums, Measure.RETRY_COST, sums[Measure.COST.ordinal()] * (double) retries / requests);
            return sums;
        }

        private void spread(int q, long[] sums, double one) {
            if (q / QUARTERS_OF_DAY != userDay) {
                userDay = q / QUARTERS_OF_DAY;
                Arrays.fill(users, 0);
            }
            double cost = sums[Measure.COST.ordinal()];
            for (int user = 0; user < users.length; user++) {
                double usual = (0.7 + 0.6 * numbers.nextDouble()) / users.length;
                users[user] += cost * (user == 7 ? usual + 2 * one : usual);
            }
            if (one > 0) {
                set(sums, Measure.COST, cost * 3);
            }
        }

        /** What users spent of the day, the largest first. */
        List<ScopeView.UserSpend> users() {
            List<ScopeView.UserSpend> top = new ArrayList<>();
            for (int user = 0; user < users.length; user++) {
                top.add(new ScopeView.UserSpend("u" + user, Math.round(users[user])));
            }
            top.sort((a, b) -> Long.compare(b.cost(), a.cost()));
            return top;
        }

        private long poisson(double mean) {
            if (mean <= 0) {
                return 0;
            }
            if (mean > 50) {
                return Math.max(0, Math.round(mean + Math.sqrt(mean) * numbers.nextGaussian()));
            }
            double limit = StrictMath.exp(-mean);
            long count = 0;
            for (double product = numbers.nextDouble(); product > limit; product *= numbers.nextDouble()) {
                count++;
            }
            return count;
        }

        private long binomial(long of, double share) {
            double spread = Math.sqrt(of * share * (1 - share));
            return Math.max(0, Math.min(of, Math.round(of * share + spread * numbers.nextGaussian())));
        }
    }

    private static void set(long[] sums, Measure measure, double value) {
        sums[measure.ordinal()] = Math.round(value);
    }

    List<Tenant> tenants() {
        List<Tenant> tenants = new ArrayList<>();
        for (int number = 0; number < 2; number++) {
            for (Family family : families()) {
                if (number == 0 || family.anomalies().length > 0) {
                    tenants.add(new Tenant(family, number));
                }
            }
        }
        return tenants;
    }

    /** Public holidays and a week off. */
    private static boolean isHoliday(int day) {
        return day == 24 || day == 45 || (day >= 56 && day < 61);
    }

    private static double hours(int q) {
        return q % QUARTERS_OF_DAY / 4.0;
    }

    /** Two thirds of the day's traffic in working hours, a quarter of it at weekends. */
    private static double office(int q) {
        double day = StrictMath.exp(-StrictMath.pow((hours(q) - 13.5) / 4.5, 2));
        return (0.15 + day) * (q / QUARTERS_OF_DAY % 7 >= 5 ? 0.25 : 1);
    }

    private static double noise(Random random, double spread) {
        return StrictMath.exp(spread * random.nextGaussian());
    }

    /** Slow wandering that is the same whoever asks: a sum of waves that never meet. */
    private static double wander(int q, double phase) {
        double days = q / (double) QUARTERS_OF_DAY;
        return StrictMath.sin(days * 0.9 + phase)
                + StrictMath.sin(days * 2.3 + 2 * phase)
                + StrictMath.sin(days * 5.7 + 3 * phase);
    }

    private List<Family> families() {
        double phase = 6 * random.nextDouble();
        int shift = (30 + random.nextInt(5)) * QUARTERS_OF_DAY;
        return List.of(
                new Family(
                        "weekly",
                        (q, r) -> 200 * office(q) * noise(r, 0.1),
                        0.8,
                        Kind.SPIKE_3X,
                        Kind.CACHE_LOSS,
                        Kind.SPIKE_LARGE,
                        Kind.RETRY_STORM,
                        Kind.SPIKE_DAY,
                        Kind.SILENCE,
                        Kind.SPIKE_3X),
                new Family(
                        "llm",
                        (q, r) -> 300 * (0.3 + office(q)) * noise(r, 0.08),
                        1,
                        Kind.RETRY_STORM,
                        Kind.ESCALATIONS,
                        Kind.PRICE_CHANGE,
                        Kind.UNPRICED,
                        Kind.LATE,
                        Kind.CACHE_LOSS,
                        Kind.LONG_PROMPTS,
                        Kind.ONE_USER),
                new Family(
                        "holidays",
                        (q, r) -> 150 * office(q) * noise(r, 0.1) * (isHoliday(q / QUARTERS_OF_DAY) ? 0.25 : 1),
                        0.8,
                        Kind.SPIKE_3X,
                        Kind.LONG_PROMPTS,
                        Kind.SPIKE_DAY,
                        Kind.LEVEL_SHIFT,
                        Kind.RETRY_STORM),
                new Family(
                        "gap",
                        (q, r) -> q / QUARTERS_OF_DAY >= gap && q / QUARTERS_OF_DAY < gap + 6
                                ? 0
                                : 100 * office(q) * noise(r, 0.1),
                        0.8,
                        Kind.SPIKE_3X,
                        Kind.SILENCE,
                        Kind.SPIKE_LARGE,
                        Kind.CACHE_LOSS,
                        Kind.SPIKE_DAY),
                new Family(
                        "flat",
                        (q, r) -> 80 * noise(r, 0.3),
                        1,
                        Kind.SPIKE_3X,
                        Kind.DRIFT,
                        Kind.SPIKE_DAY,
                        Kind.SILENCE,
                        Kind.SPIKE_LARGE),
                new Family(
                        "trend",
                        (q, r) -> 60 * StrictMath.pow(1.08, q / 672.0) * (0.4 + office(q)) * noise(r, 0.12),
                        1,
                        Kind.SPIKE_3X,
                        Kind.LEVEL_SHIFT,
                        Kind.RETRY_STORM,
                        Kind.SPIKE_LARGE,
                        Kind.SILENCE,
                        Kind.SPIKE_3X),
                new Family(
                        "bursty",
                        (q, r) -> 20 * StrictMath.pow(1 - r.nextDouble(), -1 / 2.2),
                        1.5,
                        Kind.SPIKE_HUGE,
                        Kind.CACHE_LOSS,
                        Kind.SPIKE_HUGE,
                        Kind.RETRY_STORM),
                new Family(
                        "counts",
                        (q, r) -> 7.5,
                        0.3,
                        Kind.SPIKE_LARGE,
                        Kind.SILENCE,
                        Kind.SPIKE_DAY,
                        Kind.SPIKE_LARGE,
                        Kind.SPIKE_LARGE,
                        Kind.SILENCE),
                new Family("sparse", (q, r) -> 0.5, 0.8, Kind.SPIKE_HUGE, Kind.SPIKE_HUGE),
                new Family(
                        "batch",
                        (q, r) -> q / QUARTERS_OF_DAY % 7 < 5 && hours(q) >= 12 && hours(q) < 14
                                ? 400 * noise(r, 0.2)
                                : 2,
                        0.8,
                        Kind.SPIKE_DAY,
                        Kind.SPIKE_LARGE,
                        Kind.SPIKE_LARGE,
                        Kind.SPIKE_DAY),
                new Family(
                        "shifted",
                        (q, r) -> (q < shift ? 60 : 25) * (0.4 + office(q)) * noise(r, 0.1),
                        0.8,
                        Kind.LEVEL_SHIFT,
                        Kind.SPIKE_LARGE,
                        Kind.SPIKE_3X,
                        Kind.CACHE_LOSS),
                new Family(
                        "wandering",
                        (q, r) -> 60 * StrictMath.exp(0.2 * wander(q, phase)) * noise(r, 0.15),
                        1,
                        Kind.SPIKE_LARGE,
                        Kind.SPIKE_LARGE,
                        Kind.SPIKE_DAY,
                        Kind.RETRY_STORM,
                        Kind.SPIKE_LARGE),
                new Family(
                        "raised",
                        (q, r) -> 60 * (0.4 + office(q)) * noise(r, 0.1),
                        0.8,
                        Kind.SPIKE_LARGE,
                        Kind.CACHE_LOSS,
                        Kind.SPIKE_3X,
                        Kind.NEW_LEVEL),
                new Family("quiet", (q, r) -> 100 * office(q) * noise(r, 0.25), 1, NONE),
                new Family("heavy", (q, r) -> 3 * StrictMath.pow(1 - r.nextDouble(), -1 / 1.8), 1.5, NONE));
    }
}
