package io.spendstream.acceptance.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Arrays;

/** How long single requests took. */
final class Latencies {

    private final long[] sortedNs;

    /** @param ns one for each request, in any order; at least one */
    Latencies(long[] ns) {
        sortedNs = ns.clone();
        Arrays.sort(sortedNs);
    }

    /** @param ns with commas between them */
    static Latencies parse(String ns) {
        return new Latencies(
                Arrays.stream(ns.split(",")).mapToLong(Long::parseLong).toArray());
    }

    /** The least latency that this part of all requests did not exceed, in milliseconds. */
    double percentileMs(double part) {
        int rank = (int) Math.ceil(part * sortedNs.length);
        return sortedNs[Math.max(0, rank - 1)] / 1e6;
    }

    int count() {
        return sortedNs.length;
    }

    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("requests", count());
        json.put("p50_ms", rounded(percentileMs(0.50)));
        json.put("p99_ms", rounded(percentileMs(0.99)));
        json.put("max_ms", rounded(percentileMs(1)));
        return json;
    }

    static BigDecimal rounded(double value) {
        return BigDecimal.valueOf(value).setScale(3, RoundingMode.HALF_UP);
    }

    @Override
    public String toString() {
        return "p50 %.2f ms  p99 %.2f ms  max %.2f ms  (%,d requests)"
                .formatted(percentileMs(0.50), percentileMs(0.99), percentileMs(1), count());
    }
}
