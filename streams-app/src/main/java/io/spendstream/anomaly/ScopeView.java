package io.spendstream.anomaly;

import java.util.List;

/** What detectors read of a scope. Answers depend on what was closed so far alone, so that a replay judges alike. */
public interface ScopeView {

    /** Days that must be kept: five whole weeks before today. */
    int DAYS_KEPT = 36;

    /**
     * A user's part of the tenant's spend of the day on which the quarter-hour is that is judged.
     *
     * @param cost nano-USD
     */
    record UserSpend(String user, long cost) {}

    Scope scope();

    /** A day since the epoch, in UTC; an empty one where nothing was or it is no longer kept. Never null. */
    DayFigures day(long epochDay);

    /** The first kept day on which the scope had anything; {@link Long#MAX_VALUE} where there is none. */
    long firstDay();

    /** One of the last {@link RecentQuarters#KEPT} quarter-hours of the epoch, as it was closed. */
    long quarter(long quarterHour, Figure figure);

    /** The view of the whole tenant; itself for a tenant's scope. */
    ScopeView tenant();

    /** Who spent most of the tenant's day so far, the largest first, a few at most. Only asked of the tenant's view. */
    List<UserSpend> topUsers();

    /** The smallest daily budget in nano-USD that is for exactly this tenant; 0 where there is none. */
    long dailyBudget();
}
