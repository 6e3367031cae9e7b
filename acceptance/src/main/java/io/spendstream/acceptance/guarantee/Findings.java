package io.spendstream.acceptance.guarantee;

import java.util.List;

/**
 * What a guarantee found broken.
 *
 * @param lost events, or records about them, that should be there and are not
 * @param doubled those that are there more often than they should be
 * @param wrong anything else that is not as promised: an amount, an answer, a record of an event that nobody sent
 * @param details the first few, in words
 */
record Findings(long lost, long doubled, long wrong, List<String> details) {

    static final Findings NONE = new Findings(0, 0, 0, List.of());

    private static final int DETAILS_MAX = 5;

    Findings {
        details = List.copyOf(details.subList(0, Math.min(DETAILS_MAX, details.size())));
    }

    static Findings wrong(List<String> details) {
        return new Findings(0, 0, details.size(), details);
    }

    boolean isClean() {
        return lost == 0 && doubled == 0 && wrong == 0;
    }

    @Override
    public String toString() {
        return "lost " + lost + ", doubled " + doubled + ", wrong " + wrong;
    }
}
