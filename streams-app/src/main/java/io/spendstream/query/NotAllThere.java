package io.spendstream.query;

import java.time.Duration;
import java.util.List;

/** Parts of the data are out of reach now, so that an answer would be short. Worth another try a little later. */
public final class NotAllThere extends RuntimeException {

    private static final long serialVersionUID = 1;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

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
                                + (failures.isEmpty() ? "" : ": " + String.join("; ", failures)),
                null,
                false,
                false);
    }

    /** How long to wait before another try. */
    public Duration retryAfter() {
        return RETRY_AFTER;
    }
}
