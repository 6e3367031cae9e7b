package io.spendstream.detect;

import io.spendstream.anomaly.Detector;
import io.spendstream.anomaly.RequestSketch;
import io.spendstream.anomaly.Verdict;
import io.spendstream.combine.ByteSink;
import io.spendstream.combine.ByteSource;
import io.spendstream.v1.AlertSeverity;

/**
 * The largest of some requests of one tenant, feature and model that were far above the others, and how many they are.
 * Money is nano-USD.
 *
 * @param user null where the call does not say
 * @param ceiling what it was above: of cost, or of tokens, as {@code finding} says
 * @param median what others cost, or their tokens
 */
record Outlier(
        long count,
        RequestSketch.Finding finding,
        String event,
        long timeMs,
        String user,
        long cost,
        long tokens,
        long ceiling,
        long median) {

    /** Both together: the same in whichever order they come. */
    Outlier and(Outlier other) {
        Outlier largest = isLarger(other) ? this : other;
        return new Outlier(
                Math.addExact(count, other.count),
                largest.finding,
                largest.event,
                largest.timeMs,
                largest.user,
                largest.cost,
                largest.tokens,
                largest.ceiling,
                largest.median);
    }

    private boolean isLarger(Outlier other) {
        if (cost != other.cost) {
            return cost > other.cost;
        }
        return tokens != other.tokens ? tokens > other.tokens : event.compareTo(other.event) < 0;
    }

    void writeTo(ByteSink to) {
        to.writeVarint(count)
                .writeByte(finding.ordinal())
                .writeText(event)
                .writeSigned(timeMs)
                .writeByte(user == null ? 0 : 1)
                .writeText(user == null ? "" : user)
                .writeSigned(cost)
                .writeSigned(tokens)
                .writeSigned(ceiling)
                .writeSigned(median);
    }

    static Outlier readFrom(ByteSource from) {
        long count = from.readVarint();
        RequestSketch.Finding finding = RequestSketch.Finding.values()[from.readByte()];
        String event = from.readText();
        long timeMs = from.readSigned();
        boolean named = from.readByte() != 0;
        String user = from.readText();
        return new Outlier(
                count,
                finding,
                event,
                timeMs,
                named ? user : null,
                from.readSigned(),
                from.readSigned(),
                from.readSigned(),
                from.readSigned());
    }

    /** As the verdict on a feature, about one of its models. */
    Verdict verdict(String model) {
        String more = count == 1 ? "" : ", the largest of " + count + " such requests";
        return new Verdict(
                Detector.REQUEST_OUTLIER,
                Verdict.Level.FIRING,
                AlertSeverity.WARNING,
                finding.isOfTokens() ? "tokens" : "cost",
                finding.isOfTokens() ? tokens : cost,
                median,
                ceiling,
                (finding.isAboveSet()
                                ? "above the ceiling that is set"
                                : "far above the requests of this feature and model")
                        + "; event " + event + (user == null ? "" : " of user " + user) + more,
                timeMs,
                "model " + model);
    }
}
