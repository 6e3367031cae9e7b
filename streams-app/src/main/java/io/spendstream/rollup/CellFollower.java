package io.spendstream.rollup;

import io.spendstream.combine.Delta;
import io.spendstream.combine.DeltaBlock;
import java.util.List;

/**
 * Somebody who follows the cells of a task.
 *
 * @param to name of the node that takes what the feed sends
 */
public record CellFollower(CellFeed feed, String to) {

    /** Tells several feeds of each delta, those of them that want to know. */
    static CellDeltas all(List<CellFollower> followers) {
        List<CellFeed> feeds = followers.stream().map(CellFollower::feed).toList();
        return new CellDeltas() {
            @Override
            public void cell(String[] dimensions, long quarterHour, long cameIn, Delta delta) {
                for (CellFeed feed : feeds) {
                    if (feed.isFollowing()) {
                        feed.cell(dimensions, quarterHour, cameIn, delta);
                    }
                }
            }

            @Override
            public void user(String tenant, byte[] user, long day, Delta total) {
                for (CellFeed feed : feeds) {
                    feed.user(tenant, user, day, total);
                }
            }

            @Override
            public void clock(DeltaBlock.Clock clock) {
                for (CellFeed feed : feeds) {
                    feed.clock(clock);
                }
            }
        };
    }
}
