package io.spendstream.acceptance.bench;

import io.spendstream.v1.UsageEvent;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * What an hour of calls left behind in the topic: 20 features, 5 models, 10 teams, and users drawn <em>uniformly</em>,
 * which is harder than real traffic, where a few users make most of the calls and their sums combine. Times rise over
 * the hour, each up to five seconds late; three records in a thousand repeat one of the 5,000 before them.
 */
final class Backlog implements EventSource {

    static final int FEATURES = 20;
    static final int TEAMS = 10;
    static final int REPEATS_PER_MILLE = 3;

    private static final long HOUR_MS = 3_600_000;
    private static final int LATE_MS_MAX = 5_000;
    private static final int REPEATED_BACK_MAX = 5_000;

    private final long seed;
    private final long records;
    private final int users;
    private final long endMs;

    /** @param end of the hour; the last event is of about that time */
    Backlog(long seed, long records, int users, Instant end) {
        this.seed = seed;
        this.records = records;
        this.users = users;
        this.endMs = end.toEpochMilli();
    }

    @Override
    public long records() {
        return records;
    }

    @Override
    public boolean isRepeat(long index) {
        return index > 0 && Blank.dice(seed, index).nextInt(1_000) < REPEATS_PER_MILLE;
    }

    @Override
    public void draw(long index, UsageEvent into) {
        long at = index;
        SplittableRandom dice = Blank.dice(seed, at);
        while (dice.nextInt(1_000) < REPEATS_PER_MILLE && at > 0) {
            at -= 1 + dice.nextLong(Math.min(at, REPEATED_BACK_MAX));
            dice = Blank.dice(seed, at);
        }
        fill(at, dice, into);
    }

    private void fill(long at, SplittableRandom dice, UsageEvent into) {
        into.setId(new UUID(Blank.mixed(at), dice.nextLong()).toString());
        into.setTime(
                Instant.ofEpochMilli(endMs - HOUR_MS + HOUR_MS * (at + 1) / records - dice.nextInt(LATE_MS_MAX + 1)));
        into.setFeature("feature-" + dice.nextInt(FEATURES));
        into.setModel(RateList.MODELS.get(dice.nextInt(RateList.MODELS.size())));
        into.setTeam("team-" + dice.nextInt(TEAMS));
        into.setUser("user-" + dice.nextInt(users));
        into.setInputTokens(100L + dice.nextInt(4_000));
        into.setOutputTokens(1L + dice.nextInt(1_000));
        into.setCacheReadTokens(dice.nextInt(4) == 0 ? 1_024L * (1 + dice.nextInt(8)) : 0);
        into.setLatencyMs(200L + dice.nextInt(8_000));
    }
}
