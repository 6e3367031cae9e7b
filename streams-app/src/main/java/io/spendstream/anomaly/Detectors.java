package io.spendstream.anomaly;

import java.util.ArrayList;
import java.util.List;

/** Judges a scope at the close of a quarter-hour, with every detector that is for scopes of its kind. */
public final class Detectors {

    private Detectors() {}

    /**
     * The verdicts on a scope once a quarter-hour is closed; it is part of what the view shows.
     *
     * @param closedQuarterHour of the epoch: its start in ms divided by 900,000
     */
    public static List<Verdict> judge(ScopeView view, long closedQuarterHour, DetectorSettings settings) {
        return new ArrayList<>();
    }
}
