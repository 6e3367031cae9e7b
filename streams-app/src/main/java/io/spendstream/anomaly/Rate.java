package io.spendstream.anomaly;

import java.util.function.ToLongFunction;

/** Something per something else, of the figures of any time. */
enum Rate {
    /** Nano-USD per request. */
    COST_PER_REQUEST("cost_per_request", 1) {
        @Override
        double part(ToLongFunction<Figure> of) {
            return of.applyAsLong(Figure.COST);
        }

        @Override
        double whole(ToLongFunction<Figure> of) {
            return of.applyAsLong(Figure.REQUESTS);
        }

        @Override
        double distance(double rate, double usual) {
            return rate > 0 && usual > 0 ? StrictMath.log(rate / usual) : 0;
        }

        @Override
        double at(double distance, double usual) {
            return usual * StrictMath.exp(distance);
        }
    },
    /** Cached reads of all tokens of prompts. */
    CACHE_HITS("cache_hit_rate", Rate.PPM) {
        @Override
        double part(ToLongFunction<Figure> of) {
            return of.applyAsLong(Figure.CACHE_READ_TOKENS);
        }

        @Override
        double whole(ToLongFunction<Figure> of) {
            return (double) of.applyAsLong(Figure.CACHE_READ_TOKENS)
                    + of.applyAsLong(Figure.CACHE_WRITE_TOKENS)
                    + of.applyAsLong(Figure.INPUT_TOKENS);
        }
    },
    /** Cost of later attempts and of calls that failed; a later attempt that failed counts in both. */
    WASTE("retry_waste", Rate.PPM) {
        @Override
        double part(ToLongFunction<Figure> of) {
            double both = (double) of.applyAsLong(Figure.RETRY_COST) + of.applyAsLong(Figure.FAILED_COST);
            return Math.min(both, whole(of));
        }

        @Override
        double whole(ToLongFunction<Figure> of) {
            return of.applyAsLong(Figure.COST);
        }

        @Override
        double distance(double rate, double usual) {
            return StrictMath.log((rate + Rate.LEAST_SHARE) / (usual + Rate.LEAST_SHARE));
        }

        @Override
        double at(double distance, double usual) {
            return (usual + Rate.LEAST_SHARE) * StrictMath.exp(distance) - Rate.LEAST_SHARE;
        }
    },
    /** Requests that came after their quarter-hour was closed, of all that came. */
    LATE("late_share", Rate.PPM) {
        @Override
        double part(ToLongFunction<Figure> of) {
            return of.applyAsLong(Figure.LATE_REQUESTS);
        }

        @Override
        double whole(ToLongFunction<Figure> of) {
            return (double) of.applyAsLong(Figure.LATE_REQUESTS) + of.applyAsLong(Figure.REQUESTS);
        }
    },
    ESCALATED("escalation_rate", Rate.PPM) {
        @Override
        double part(ToLongFunction<Figure> of) {
            return of.applyAsLong(Figure.ESCALATED);
        }

        @Override
        double whole(ToLongFunction<Figure> of) {
            return of.applyAsLong(Figure.REQUESTS);
        }
    };

    private static final double PPM = 1e6;
    private static final double LEAST_SHARE = 0.01;

    private final String measure;
    private final double unit;

    Rate(String measure, double unit) {
        this.measure = measure;
        this.unit = unit;
    }

    abstract double part(ToLongFunction<Figure> of);

    abstract double whole(ToLongFunction<Figure> of);

    /** How far a rate is from the usual one: a difference; of costs that of logarithms, as these have heavy tails. */
    double distance(double rate, double usual) {
        return rate - usual;
    }

    /** The rate at a distance. */
    double at(double distance, double usual) {
        return usual + distance;
    }

    /** NaN where there is nothing to divide by. */
    double of(ToLongFunction<Figure> of) {
        double whole = whole(of);
        return whole > 0 ? part(of) / whole : Double.NaN;
    }

    String measure() {
        return measure;
    }

    /** As verdicts carry it: nano-USD, or parts per million. */
    long asValue(double rate) {
        return Math.round(rate * unit);
    }
}
