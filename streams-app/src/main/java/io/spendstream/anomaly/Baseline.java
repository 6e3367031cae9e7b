package io.spendstream.anomaly;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * What is usual for a scope on one day, made of the days before it. Nothing in it depends on the day itself, so it may be
 * kept from one close to the next until the day ends or one of the days before changes (something late belongs to it).
 * Parts are made when a detector first asks for them. About 2 KB while kept, besides the view's days.
 */
public final class Baseline {

    private final long day;
    private final History history;
    private final Map<Rate, Map<Long, UsualRate>> rates = new EnumMap<>(Rate.class);
    private ConcentrationDetector.Usual concentration;
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

    /** Of a feature or of users; the tenant's days before do not change either without this being made anew. */
    ConcentrationDetector.Usual concentration(Supplier<ConcentrationDetector.Usual> make) {
        if (concentration == null) {
            concentration = make.get();
        }
        return concentration;
    }

    UsualRate rate(Rate rate, long requests) {
        return rates.computeIfAbsent(rate, none -> new TreeMap<>())
                .computeIfAbsent(requests, none -> new UsualRate(rate, history, requests));
    }
}
