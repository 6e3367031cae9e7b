package io.spendstream.acceptance.bench;

import io.spendstream.v1.UsageEvent;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/** The exact sums of what was put into a topic: what the pipeline must come to. */
final class Ledger {

    /** Requests, and their cost in nano-USD. */
    record Sum(long requests, long costNanoUsd) {
        static final Sum NONE = new Sum(0, 0);

        Sum plus(long moreRequests, long moreNanoUsd) {
            return new Sum(requests + moreRequests, Math.addExact(costNanoUsd, moreNanoUsd));
        }
    }

    private final Map<String, Sum> byFeature = new TreeMap<>();
    private long records;
    private long repeats;
    private long inputTokensOfRecords;
    private long firstMs = Long.MAX_VALUE;
    private long lastMs = Long.MIN_VALUE;

    void add(UsageEvent event, boolean repeat) {
        records++;
        inputTokensOfRecords += event.getInputTokens();
        if (repeat) {
            repeats++;
            return;
        }
        byFeature.merge(
                event.getFeature(),
                new Sum(1, RateList.costNanoUsd(event)),
                (sum, one) -> sum.plus(1, one.costNanoUsd()));
        long time = event.getTime().toEpochMilli();
        firstMs = Math.min(firstMs, time);
        lastMs = Math.max(lastMs, time);
    }

    /** All that was put in, repeats too. */
    long records() {
        return records;
    }

    long repeats() {
        return repeats;
    }

    /** Over all records, repeats too: what somebody who only reads must come to. */
    long inputTokensOfRecords() {
        return inputTokensOfRecords;
    }

    Map<String, Sum> byFeature() {
        return byFeature;
    }

    Sum total() {
        Sum total = Sum.NONE;
        for (Sum sum : byFeature.values()) {
            total = total.plus(sum.requests, sum.costNanoUsd);
        }
        return total;
    }

    Instant first() {
        return Instant.ofEpochMilli(firstMs);
    }

    Instant last() {
        return Instant.ofEpochMilli(lastMs);
    }
}
