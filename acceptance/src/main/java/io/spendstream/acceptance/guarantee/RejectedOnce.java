package io.spendstream.acceptance.guarantee;

import io.spendstream.acceptance.Load;
import io.spendstream.acceptance.Oracle.Fate;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Every record that cannot be counted is in {@code usage-rejected} once, as it came, with its reason. */
final class RejectedOnce implements Guarantee {

    /** By partition and offset. */
    private final Map<String, Load.Sent> expected = new ConcurrentHashMap<>();

    @Override
    public String promise() {
        return "usage-rejected holds every record that cannot be counted once, unchanged, with its reason";
    }

    @Override
    public void onProduce(Load.Sent sent) {
        if (sent.fate().kind() == Fate.Kind.REJECTED) {
            expected.put(sent.partition() + "@" + sent.offset(), sent);
        }
    }

    @Override
    public Findings doAssert(Trial trial) {
        String topic = trial.scene().deployment.topics().usageRejected().name();
        return trial.eventually(() -> compare(trial.scene().deployment.read(topic)));
    }

    private Findings compare(List<ConsumerRecord<byte[], byte[]>> records) {
        Map<String, Long> seen = new HashMap<>();
        long wrong = 0;
        Set<String> details = new TreeSet<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            String origin = header(record, "partition") + "@" + header(record, "offset");
            seen.merge(origin, 1L, Long::sum);
            if (!isRight(expected.get(origin), record)) {
                wrong++;
                details.add("of " + origin + " as " + header(record, "reason") + ", expected " + expected.get(origin));
            }
        }
        long lost = 0;
        long doubled = 0;
        for (String origin : expected.keySet()) {
            long times = seen.getOrDefault(origin, 0L);
            lost += times == 0 ? 1 : 0;
            doubled += Math.max(0, times - 1);
            if (times != 1) {
                details.add("of " + origin + " there are " + times + " records");
            }
        }
        return new Findings(lost, doubled, wrong, new ArrayList<>(details));
    }

    private static boolean isRight(Load.Sent sent, ConsumerRecord<byte[], byte[]> record) {
        return sent != null
                && Arrays.equals(sent.delivery().key(), record.key())
                && Arrays.equals(sent.delivery().value(), record.value())
                && sent.fate().reason().equals(header(record, "reason"));
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader("spendstream." + name).value(), StandardCharsets.UTF_8);
    }
}
