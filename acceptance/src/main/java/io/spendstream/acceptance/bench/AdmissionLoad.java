package io.spendstream.acceptance.bench;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Asks for admission, for one user after the other in no order, and holds each answer against what is known of the user.
 * Runs in a process of its own, on one thread.
 *
 * <p>Arguments: address, connections, checks per second (0: as fast as they are answered), seconds to warm up, seconds to
 * measure, what to ask ({@code admission}, or {@code health}: the same load on a route that does nothing). Says one line:
 * {@code checks <while measured> answered <in all> wrong <answers> seconds <s> latencies <ns,ns,...> late <ns,ns,...> since_sent <ns,ns,...>}.
 *
 * <p>With a rate, a check's latency begins when it was due, to the millisecond: one that waits for a free connection
 * is late. How late each was sent is said too: that part is this process's own, for want of a core or of a connection;
 * and how long each took since it was sent, which is the other part.
 */
final class AdmissionLoad {

    private static final long TICK_NS = 1_000_000;
    private static final byte[] ALLOWED = "{\"decision\":\"allow\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DENIED = "{\"decision\":\"deny\"".getBytes(StandardCharsets.US_ASCII);

    private static final byte[] UP = "{".getBytes(StandardCharsets.US_ASCII);

    /** A request under way. */
    private record Asked(long fromNs, long sentNs, byte[] answer) {}

    private final long rate;
    private final long startNs = System.nanoTime();
    private final long measureFromNs;
    private final long endNs;
    private final byte[][] requests;
    private final boolean isHealth;
    private final Deque<HttpLine> free = new ArrayDeque<>();
    private final Map<HttpLine, Asked> underWay = new HashMap<>();
    private final SplittableRandom dice = new SplittableRandom(20_261_122);
    /** Room for all, and in memory from the start: to make more of it in the middle would be a pause. */
    private long[] latencies = touched();

    private long[] late = touched();
    private long[] sinceSent = touched();
    private int count;
    private long wrong;
    private long sent;
    private long answered;

    private AdmissionLoad(URI address, long rate, int warmUpS, int measuredS, String what) {
        this.isHealth = what.equals("health");
        this.rate = rate;
        this.measureFromNs = startNs + warmUpS * 1_000_000_000L;
        this.endNs = measureFromNs + measuredS * 1_000_000_000L;
        this.requests = new byte[AdmissionChecks.COUNTERS][];
        for (int i = 0; i < requests.length; i++) {
            requests[i] = isHealth
                    ? HttpLine.get(address, "/health/live")
                    : HttpLine.post(address, "/v1/admission", AdmissionChecks.call(i));
        }
    }

    public static void main(String[] arguments) throws IOException {
        URI address = URI.create(arguments[0]);
        AdmissionLoad load = new AdmissionLoad(
                address,
                Long.parseLong(arguments[2]),
                Integer.parseInt(arguments[3]),
                Integer.parseInt(arguments[4]),
                arguments[5]);
        try (Selector selector = Selector.open()) {
            for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
                load.free.add(HttpLine.open(address, selector));
            }
            load.ask(selector);
        }
        StringBuilder said = new StringBuilder("checks " + load.count + " answered " + load.answered + " wrong "
                + load.wrong + " seconds " + (load.endNs - load.measureFromNs) / 1e9);
        load.say(said.append(" latencies "), load.latencies);
        load.say(said.append(" late "), load.late);
        load.say(said.append(" since_sent "), load.sinceSent);
        System.out.println(said);
    }

    private void say(StringBuilder said, long[] times) {
        for (int i = 0; i < count; i++) {
            said.append(times[i]).append(',');
        }
    }

    private static long[] touched() {
        long[] times = new long[1 << 20];
        Arrays.fill(times, 1);
        return times;
    }

    private void ask(Selector selector) throws IOException {
        long now = System.nanoTime();
        while (now < endNs) {
            sendDue(now);
            selector.select(
                    key -> {
                        try {
                            read((HttpLine) key.attachment());
                        } catch (IOException e) {
                            throw new IllegalStateException(e);
                        }
                    },
                    1);
            now = System.nanoTime();
        }
    }

    private void sendDue(long now) throws IOException {
        while (!free.isEmpty()) {
            long from = now;
            if (rate > 0) {
                long due = startNs + sent * 1_000_000_000L / rate;
                if (due > now) {
                    return;
                }
                from = Math.min(now, due + TICK_NS);
            }
            int counter = dice.nextInt(requests.length);
            HttpLine line = free.poll();
            underWay.put(line, new Asked(from, System.nanoTime(), answer(counter)));
            line.send(requests[counter]);
            sent++;
        }
    }

    private byte[] answer(int counter) {
        return isHealth ? UP : AdmissionChecks.isDenied(counter) ? DENIED : ALLOWED;
    }

    private void read(HttpLine line) throws IOException {
        if (!line.read()) {
            return;
        }
        long now = System.nanoTime();
        answered++;
        Asked asked = underWay.remove(line);
        if (line.status() != 200 || !line.bodyStartsWith(asked.answer)) {
            if (wrong++ == 0) {
                System.err.println(
                        "expected " + new String(asked.answer, StandardCharsets.US_ASCII) + ": " + line.body());
            }
        }
        if (now >= measureFromNs && now <= endNs) {
            if (count == latencies.length) {
                latencies = Arrays.copyOf(latencies, 2 * count);
                late = Arrays.copyOf(late, 2 * count);
                sinceSent = Arrays.copyOf(sinceSent, 2 * count);
            }
            late[count] = Math.max(0, asked.sentNs - asked.fromNs);
            sinceSent[count] = now - asked.sentNs;
            latencies[count++] = now - asked.fromNs;
        }
        free.add(line);
    }
}
