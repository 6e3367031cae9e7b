package io.spendstream.anomaly;

import java.util.EnumMap;
import java.util.Map;

/**
 * What is usual for a scope on one day, made of the days before it. Nothing in it depends on the day itself, so it may be
 * kept from one close to the next until the day ends or one of the days before changes (something late belongs to it).
 * Parts are made when a detector first asks for them. About 2 KB while kept, besides the view's days.
 */
public final class Baseline {

    private final long day;
    private final History history;
    private final Map<Rate, UsualRate> rates = new EnumMap<>(Rate.class);
    private DailyRhythm daily;
    private HourlyRhythm hourly;

    private Baseline(long day, History history) {
        this.day = day;
        this.history = history;
    }

    /** @param epochDay the UTC day that will be judged */
    public static Baseline of(ScopeView view, long epochDay) {
        return new Baseline(epochDay, new History(view, epochDay));
    }

    /** The UTC day that it is for. */
    public long day() {
        return day;
    }

    History history() {
        return history;
    }

    DailyRhythm daily() {
        if (daily == null) {
            daily = new DailyRhythm(history);
        }
        return daily;
    }

    HourlyRhythm hourly() {
        if (hourly == null) {
            hourly = new HourlyRhythm(history);
        }
        return hourly;
    }

    UsualRate rate(Rate rate, long leastRequests) {
        UsualRate usual = rates.get(rate);
        if (usual == null || usual.leastRequests() != leastRequests) {
            usual = new UsualRate(rate, history, leastRequests);
            rates.put(rate, usual);
        }
        return usual;
    }
}
