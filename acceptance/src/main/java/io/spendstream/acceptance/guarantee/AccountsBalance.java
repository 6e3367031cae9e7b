package io.spendstream.acceptance.guarantee;

import io.spendstream.acceptance.Load;
import io.spendstream.acceptance.SpendClient;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** In every scrape what was received is counted, a duplicate or rejected; where nothing was redone, just as sent. */
final class AccountsBalance implements Guarantee {

    private static final String PREFIX = "spendstream_events_";

    private final Map<String, Long> sent = new ConcurrentSkipListMap<>();

    @Override
    public String promise() {
        return "received = counted + duplicate + rejected";
    }

    @Override
    public void onProduce(Load.Sent record) {
        String kind = switch (record.fate().kind()) {
            case COUNTED -> "counted";
            case DUPLICATE -> "duplicate";
            case REJECTED -> "rejected " + record.fate().reason();
        };
        sent.merge(kind, 1L, Long::sum);
    }

    @Override
    public Findings doAssert(Trial trial) {
        return trial.eventually(() -> {
            List<String> faults = new ArrayList<>();
            Map<String, Long> all = new TreeMap<>();
            for (SpendClient client : trial.clients()) {
                Map<String, BigDecimal> scrape = client.metrics();
                unbalanced(scrape).ifPresent(faults::add);
                decided(scrape).forEach((kind, count) -> all.merge(kind, count, Long::sum));
            }
            if (trial.fault().leavesMetrics() && !all.equals(sent)) {
                faults.add("the metrics say " + all + ", sent were " + sent);
            }
            return Findings.wrong(faults);
        });
    }

    /** What is wrong with a scrape. */
    static Optional<String> unbalanced(Map<String, BigDecimal> scrape) {
        Map<String, Long> decided = decided(scrape);
        long sum = decided.values().stream().mapToLong(Long::longValue).sum();
        long received = scrape.get(PREFIX + "received_total").longValueExact();
        return sum == received
                ? Optional.empty()
                : Optional.of("received " + received + ", but decided about " + sum + ": " + decided);
    }

    /** Counters of what became of records, those at 0 left out. */
    private static Map<String, Long> decided(Map<String, BigDecimal> scrape) {
        String rejected = PREFIX + "rejected_total{reason=\"";
        Map<String, Long> decided = new TreeMap<>();
        scrape.forEach((sample, value) -> {
            if (sample.startsWith(rejected)) {
                decided.put("rejected " + sample.substring(rejected.length(), sample.length() - 2), value.longValue());
            }
        });
        decided.put("counted", scrape.get(PREFIX + "counted_total").longValueExact());
        decided.put("duplicate", scrape.get(PREFIX + "duplicate_total").longValueExact());
        decided.values().removeIf(count -> count == 0);
        return decided;
    }
}
