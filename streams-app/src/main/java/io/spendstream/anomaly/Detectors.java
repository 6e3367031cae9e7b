package io.spendstream.anomaly;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Judges a scope at the close of a quarter-hour, with every detector that is for scopes of its kind. */
public final class Detectors {

    private static final Detector[] ALL = Detector.values();

    private Detectors() {}

    /**
     * The verdicts on a scope once a quarter-hour is closed; it is part of what the view shows.
     *
     * @param closedQuarterHour of the epoch: its start in ms divided by 900,000
     */
    public static List<Verdict> judge(ScopeView view, long closedQuarterHour, DetectorSettings settings) {
        return judge(view, closedQuarterHour, settings, Baseline.of(view, dayOf(closedQuarterHour)));
    }

    /**
     * The same with a baseline that was kept from an earlier close of the day, which saves most of the work.
     *
     * @param baseline of the day of the quarter-hour, made since the days before it last changed
     */
    public static List<Verdict> judge(
            ScopeView view, long closedQuarterHour, DetectorSettings settings, Baseline baseline) {
        if (baseline.day() != dayOf(closedQuarterHour)) {
            throw new IllegalArgumentException("a baseline for the day " + baseline.day() + ", not for "
                    + dayOf(closedQuarterHour) + ", on which quarter-hour " + closedQuarterHour + " is");
        }
        DetectorSettings.Values values = settings.of(view.scope());
        Case at = new Case(view, closedQuarterHour, values, baseline);
        List<Verdict> verdicts = new ArrayList<>();
        for (Detector detector : ALL) {
            if (detector.judges(view.scope().kind()) && values.isEnabled(detector)) {
                judge(detector, at).ifPresent(verdicts::add);
            }
        }
        return verdicts;
    }

    /** The UTC day since the epoch on which a quarter-hour is. */
    public static long dayOf(long quarterHour) {
        return Math.floorDiv(quarterHour, (long) Case.QUARTERS_OF_DAY);
    }

    private static Optional<Verdict> judge(Detector detector, Case at) {
        return switch (detector) {
            case DAILY_ZSCORE -> DailyDetectors.zscore(at);
            case DAILY_RATIO -> DailyDetectors.ratio(at);
            case SEASONAL -> SeasonalDetector.judge(at);
            case COST_PER_REQUEST -> RateDetectors.costPerRequest(at);
            case CACHE_HIT_RATE -> RateDetectors.cacheHits(at);
            case CONCENTRATION -> ConcentrationDetector.judge(at);
            case RETRY_WASTE -> RateDetectors.waste(at);
            case UNPRICED_MODEL -> PresenceDetectors.unpriced(at);
            case SILENCE -> PresenceDetectors.silence(at);
            case LATE_SURGE -> RateDetectors.late(at);
            case ESCALATION_RATE -> RateDetectors.escalated(at);
            case REQUEST_OUTLIER -> Optional.empty();
        };
    }
}
