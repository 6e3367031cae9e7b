package io.spendstream.client;

import java.util.List;

/**
 * What closing a publisher left behind.
 *
 * @param unsent events that Kafka had not acknowledged when time was up; their futures failed
 * @param unsentIds their ids, the first {@link #IDS_MAX} of them
 */
public record CloseReport(long unsent, List<String> unsentIds) {

    public static final int IDS_MAX = 1_000;

    public CloseReport {
        unsentIds = List.copyOf(unsentIds);
    }

    /** Whether every event was acknowledged or had been reported as failed before. */
    public boolean complete() {
        return unsent == 0;
    }
}
