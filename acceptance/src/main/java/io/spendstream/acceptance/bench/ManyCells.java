package io.spendstream.acceptance.bench;

import io.spendstream.v1.UsageEvent;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * Thirty whole days in which every event makes a cell of its own: no two are of the same feature, model, team and
 * quarter-hour. With a million events, each of the 20 features has 50,000 quarter-hours and 1,500 days.
 */
final class ManyCells implements EventSource {

    static final int DAYS = 30;

    private static final int QUARTER_HOURS = DAYS * 96;
    private static final int QUARTER_HOUR_MS = 900_000;
    private static final int FEATURES = 20;
    private static final int TEAMS = 10;
    private static final int COMBINATIONS = FEATURES * TEAMS * RateList.MODELS.size();

    private final long seed;
    private final long records;
    private final int users;
    private final Instant start;

    /** @param now the days end with the one before it, in UTC */
    ManyCells(long seed, long records, int users, Instant now) {
        if (records > (long) QUARTER_HOURS * COMBINATIONS) {
            throw new IllegalArgumentException(DAYS + " days have " + (long) QUARTER_HOURS * COMBINATIONS
                    + " cells at the most, not " + records + "; ask for fewer");
        }
        this.seed = seed;
        this.records = records;
        this.users = users;
        this.start = now.truncatedTo(ChronoUnit.DAYS).minus(DAYS, ChronoUnit.DAYS);
    }

    Instant start() {
        return start;
    }

    Instant end() {
        return start.plus(DAYS, ChronoUnit.DAYS);
    }

    /** Cells of both resolutions, users' days not among them. */
    long cells() {
        return records + (long) DAYS * COMBINATIONS;
    }

    static String feature(int number) {
        return "feature-" + number % FEATURES;
    }

    @Override
    public long records() {
        return records;
    }

    @Override
    public boolean isRepeat(long index) {
        return false;
    }

    @Override
    public void draw(long index, UsageEvent into) {
        SplittableRandom dice = Blank.dice(seed, index);
        long slots = (records + COMBINATIONS - 1) / COMBINATIONS;
        long quarterHour = index / COMBINATIONS * QUARTER_HOURS / slots;
        int combination = (int) (index % COMBINATIONS);
        into.setId(new UUID(Blank.mixed(index), dice.nextLong()).toString());
        into.setTime(start.plusMillis(quarterHour * QUARTER_HOUR_MS + dice.nextInt(QUARTER_HOUR_MS)));
        into.setFeature(feature(combination));
        into.setTeam("team-" + combination / FEATURES % TEAMS);
        into.setModel(RateList.MODELS.get(combination / FEATURES / TEAMS));
        into.setUser("user-" + dice.nextInt(users));
        into.setInputTokens(100L + dice.nextInt(4_000));
        into.setOutputTokens(1L + dice.nextInt(1_000));
        into.setLatencyMs(200L + dice.nextInt(8_000));
    }
}
