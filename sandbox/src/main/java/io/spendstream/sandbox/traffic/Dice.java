package io.spendstream.sandbox.traffic;

import java.util.Random;

/**
 * Chance for one feature in one second: the same seed, second and stream always give the same throws, whatever was
 * asked before. {@link Random} and {@link StrictMath} give the same on every JVM.
 */
final class Dice {

    private final Random random;

    Dice(long seed, long epochSecond, int stream) {
        random = new Random(mixed(seed ^ mixed(epochSecond * 1_000 + stream)));
    }

    /** True with this probability. */
    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    /** From 0 to below a bound. */
    int below(int bound) {
        return random.nextInt(bound);
    }

    double fraction() {
        return random.nextDouble();
    }

    /** How many of something rare happen where so many do on average (Poisson, by Knuth's method). */
    int count(double mean) {
        double limit = StrictMath.exp(-mean);
        double product = random.nextDouble();
        int count = 0;
        while (product > limit) {
            count++;
            product *= random.nextDouble();
        }
        return count;
    }

    /** Around a median, sometimes several times as large (log-normal); 0 for 0. */
    int around(int median, double spread) {
        return (int) Math.round(median * StrictMath.exp(spread * random.nextGaussian()));
    }

    /** The finalizer of SplitMix64: neighbouring seconds get unrelated seeds. */
    private static long mixed(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
