package io.spendstream.acceptance.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.time.Duration;

/**
 * Processor time by who used it, in seconds. What this process used and none of its Java threads did is garbage
 * collection, the JIT compiler and threads of RocksDB, or of threads that ended meanwhile.
 *
 * @param stream threads of Kafka Streams
 * @param clients network threads of Kafka producers
 * @param otherJava all other Java threads
 * @param jvm garbage collection, JIT and native threads
 * @param broker the broker's process
 */
record CpuTimes(double stream, double clients, double otherJava, double jvm, double broker) {

    /** Above the columns of {@link #toString}. */
    static final String HEADINGS = "cpu us/event: stream  producer  other  gc+jit  broker";

    static CpuTimes now(long brokerPid) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        double stream = 0;
        double clients = 0;
        double other = 0;
        for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (thread != null) {
                double seconds = Math.max(0, threads.getThreadCpuTime(thread.getThreadId())) / 1e9;
                if (isStream(thread.getThreadName())) {
                    stream += seconds;
                } else if (isProducer(thread.getThreadName())) {
                    clients += seconds;
                } else {
                    other += seconds;
                }
            }
        }
        double process =
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime() / 1e9;
        double broker = ProcessHandle.of(brokerPid)
                        .flatMap(handle -> handle.info().totalCpuDuration())
                        .orElse(Duration.ZERO)
                        .toMillis()
                / 1e3;
        return new CpuTimes(stream, clients, other, process - stream - clients - other, broker);
    }

    /** Producers have their processing thread in their names. */
    static boolean isStream(String thread) {
        return thread.contains("-StreamThread-") && !isProducer(thread);
    }

    private static boolean isProducer(String thread) {
        return thread.startsWith("kafka-producer-network-thread");
    }

    /** By whomever it was used. */
    double total() {
        return stream + clients + otherJava + jvm + broker;
    }

    CpuTimes since(CpuTimes before) {
        return new CpuTimes(
                stream - before.stream,
                clients - before.clients,
                otherJava - before.otherJava,
                jvm - before.jvm,
                broker - before.broker);
    }

    CpuTimes and(CpuTimes other) {
        return new CpuTimes(
                stream + other.stream,
                clients + other.clients,
                otherJava + other.otherJava,
                jvm + other.jvm,
                broker + other.broker);
    }

    CpuTimes times(double factor) {
        return new CpuTimes(stream * factor, clients * factor, otherJava * factor, jvm * factor, broker * factor);
    }

    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("stream_threads", Latencies.rounded(stream));
        json.put("producer_threads", Latencies.rounded(clients));
        json.put("other_java_threads", Latencies.rounded(otherJava));
        json.put("gc_jit_native", Latencies.rounded(jvm));
        json.put("broker", Latencies.rounded(broker));
        return json;
    }

    @Override
    public String toString() {
        return "%20.2f %9.2f %6.2f %7.2f %7.2f".formatted(stream, clients, otherJava, jvm, broker);
    }
}
