package io.spendstream.budget;

import java.math.BigInteger;

/** Products and fractions of amounts, exact: what does not fit a {@code long} on the way is no matter. */
public final class Ratio {

    static final long PPM = 1_000_000;

    private static final BigInteger LONG_MAX = BigInteger.valueOf(Long.MAX_VALUE);
    private static final BigInteger LONG_MIN = BigInteger.valueOf(Long.MIN_VALUE);

    private Ratio() {}

    /** {@code a × b / divisor}, rounded down; the nearest {@code long} where it does not fit. */
    static long times(long a, long b, long divisor) {
        long high = Math.multiplyHigh(a, b);
        long low = a * b;
        if ((high == 0 && low >= 0) || (high == -1 && low < 0)) {
            return Math.floorDiv(low, divisor);
        }
        return floor(BigInteger.valueOf(a).multiply(BigInteger.valueOf(b)), BigInteger.valueOf(divisor));
    }

    /** {@code a × b / divisor}, rounded up; the nearest {@code long} where it does not fit. */
    static long timesUp(long a, long b, long divisor) {
        BigInteger product = BigInteger.valueOf(a).multiply(BigInteger.valueOf(b));
        return clamp(floorDiv(product.negate(), BigInteger.valueOf(divisor)).negate());
    }

    /** {@code numerator / divisor}, rounded down; the nearest {@code long} where it does not fit. */
    static long floor(BigInteger numerator, BigInteger divisor) {
        return clamp(floorDiv(numerator, divisor));
    }

    /** {@code part} of {@code whole} in parts per million, rounded down; 0 where there is no whole. */
    public static long ppm(long part, long whole) {
        return whole == 0 ? 0 : times(part, PPM, whole);
    }

    /** What is left of a limit; negative where more is spent. The nearest {@code long} where it does not fit. */
    public static long left(long limit, long spent) {
        return plus(limit, spent == Long.MIN_VALUE ? Long.MAX_VALUE : -spent);
    }

    /** {@code a × b} compared with {@code c × d}. */
    static int compareProducts(long a, long b, long c, long d) {
        long high = Math.multiplyHigh(a, b);
        long otherHigh = Math.multiplyHigh(c, d);
        return high != otherHigh ? Long.compare(high, otherHigh) : Long.compareUnsigned(a * b, c * d);
    }

    /** A sum; the nearest {@code long} where it does not fit. */
    static long plus(long a, long b) {
        long sum = a + b;
        boolean fits = ((a ^ sum) & (b ^ sum)) >= 0;
        return fits ? sum : clamp(BigInteger.valueOf(a).add(BigInteger.valueOf(b)));
    }

    private static BigInteger floorDiv(BigInteger a, BigInteger b) {
        BigInteger[] parts = a.divideAndRemainder(b);
        return parts[1].signum() != 0 && parts[1].signum() != b.signum() ? parts[0].subtract(BigInteger.ONE) : parts[0];
    }

    private static long clamp(BigInteger value) {
        return value.min(LONG_MAX).max(LONG_MIN).longValueExact();
    }
}
