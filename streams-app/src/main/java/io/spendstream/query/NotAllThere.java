package io.spendstream.query;

import java.time.Duration;
import java.util.List;

/** Parts of the data are out of reach now, so that an answer would be short. Worth another try a little later. */
public final class NotAllThere extends RuntimeException {

    private static final long serialVersionUID = 1;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    /** Nobody works on them yet, or an instance that does cannot be told from this one. */
    private static final String NOBODY_FAILED = ", and none failed to: the partitions are being moved, or several"
            + " instances have the same address; where they run on several machines, set http.advertised of each to the"
            + " host:port at which the others reach it";

    /**
     * @param missing partitions nobody answered for
     * @param partitions how many there are
     * @param failures what went wrong, by instance
     */
    public NotAllThere(List<Integer> missing, int partitions, List<String> failures) {
        super(
                partitions <= 0
                        ? "the partitions are not assigned yet"
                        : "of " + partitions + " partitions, no instance answered for " + missing
                                + (failures.isEmpty() ? NOBODY_FAILED : ": " + String.join("; ", failures)),
                null,
                false,
                false);
    }

    /** How long to wait before another try. */
    public Duration retryAfter() {
        return RETRY_AFTER;
    }
}
