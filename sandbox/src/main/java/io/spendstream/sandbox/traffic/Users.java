package io.spendstream.sandbox.traffic;

import java.util.Arrays;

/** The users of a tenant: a few make most of the requests (Zipf), as everywhere. */
final class Users {

    static final int COUNT = 2_000;
    private static final double EXPONENT = 1.1;

    private final double[] cumulative = new double[COUNT];

    Users() {
        double sum = 0;
        for (int rank = 0; rank < COUNT; rank++) {
            sum += 1 / StrictMath.pow(rank + 1, EXPONENT);
            cumulative[rank] = sum;
        }
    }

    /** The rank of a user; 0 is the busiest. */
    int pick(Dice dice) {
        int found = Arrays.binarySearch(cumulative, dice.fraction() * cumulative[COUNT - 1]);
        return Math.min(found < 0 ? -found - 1 : found, COUNT - 1);
    }

    static String name(int rank) {
        return "user-%04d".formatted(rank + 1);
    }

    static String tier(int rank) {
        return switch (rank % 10) {
            case 3, 6 -> "pro";
            case 9 -> "enterprise";
            default -> "free";
        };
    }
}
