package io.spendstream.acceptance.bench;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Callers that each ask before a call, make it, and report it, over and over, until the limit stands. A call takes a
 * while; who is denied asks again a little later. Runs in a process of its own, on one thread.
 *
 * <p>Arguments: address, callers, milliseconds that a call takes, seconds after which to stop at the latest. Ends when
 * nobody was admitted for 5 s. Says one line: {@code asked <n> admitted <n> reported <n> late <reported after the first
 * denial> before <reported in the 2 s before it> staleness_ms <the greatest of answers that admitted> report_ms <the
 * longest>}.
 */
final class Callers {

    private static final String DECISION = "{\"decision\":\"";
    private static final String STALENESS = "\"staleness_ms\":";
    private static final byte[] DENIED = (DECISION + "deny").getBytes(StandardCharsets.US_ASCII);
    private static final long AGAIN_NS = 50_000_000;
    private static final long QUIET_NS = 5_000_000_000L;
    static final long RATE_OVER_NS = 2_000_000_000L;

    /** Asking, calling or reporting; then waiting until it is time for the next step. */
    private static final class Caller {
        private final int number;
        private HttpLine line;
        private boolean reporting;
        private int calls;
        private long dueNs;
        private long sentNs;

        Caller(int number) {
            this.number = number;
        }
    }

    private final URI address;
    private final long callNs;
    private final long startNs = System.nanoTime();
    private final long endNs;
    private final byte[] question;
    private final PriorityQueue<Caller> waiting = new PriorityQueue<>(Comparator.comparingLong((Caller c) -> c.dueNs));
    private long[] reportedNs = new long[1 << 16];
    private int reported;
    private long asked;
    private long admitted;
    private long lastAdmittedNs = System.nanoTime();
    private long firstDeniedNs;
    private long stalenessMs;
    private long longestReportNs;

    private Callers(URI address, long callMs, int secondsMax) {
        this.address = address;
        this.callNs = callMs * 1_000_000;
        this.endNs = startNs + secondsMax * 1_000_000_000L;
        this.question = HttpLine.post(
                address,
                "/v1/admission",
                "{\"tenant\":\"acme\",\"feature\":\"chat\",\"model\":\"gpt-4o\",\"input_tokens\":"
                        + Overspend.INPUT_TOKENS + ",\"max_output_tokens\":" + Overspend.OUTPUT_TOKENS + "}");
    }

    public static void main(String[] arguments) throws IOException {
        Callers callers =
                new Callers(URI.create(arguments[0]), Long.parseLong(arguments[2]), Integer.parseInt(arguments[3]));
        callers.run(Integer.parseInt(arguments[1]));
        System.out.println(callers.said());
    }

    private String said() {
        long[] times = Arrays.copyOf(reportedNs, reported);
        long before = Arrays.stream(times)
                .filter(ns -> ns < firstDeniedNs && ns >= firstDeniedNs - RATE_OVER_NS)
                .count();
        long late = Arrays.stream(times).filter(ns -> ns >= firstDeniedNs).count();
        return "asked " + asked + " admitted " + admitted + " reported " + reported + " late " + late + " before "
                + before + " staleness_ms " + stalenessMs + " report_ms " + longestReportNs / 1_000_000;
    }

    private void run(int count) throws IOException {
        try (Selector selector = Selector.open()) {
            for (int i = 0; i < count; i++) {
                Caller caller = new Caller(i);
                caller.line = HttpLine.open(address, selector, caller);
                // They do not begin all at once.
                caller.dueNs = startNs + callNs * i / count;
                waiting.add(caller);
            }
            long now = System.nanoTime();
            while (now < endNs && (firstDeniedNs == 0 || now - lastAdmittedNs < QUIET_NS)) {
                sendDue(now);
                selector.select(
                        key -> {
                            try {
                                read((Caller) key.attachment());
                            } catch (IOException e) {
                                throw new IllegalStateException(e);
                            }
                        },
                        1);
                now = System.nanoTime();
            }
        }
        if (firstDeniedNs == 0) {
            throw new IllegalStateException("the limit was not reached");
        }
    }

    private void sendDue(long now) throws IOException {
        while (!waiting.isEmpty() && waiting.peek().dueNs <= now) {
            Caller caller = waiting.poll();
            caller.sentNs = now;
            if (caller.reporting) {
                caller.line.send(report(caller));
            } else {
                caller.line.send(question);
                asked++;
            }
        }
    }

    private byte[] report(Caller caller) {
        return HttpLine.post(
                address,
                "/v1/events",
                "{\"id\":\"call-" + caller.number + "-" + caller.calls++ + "\",\"time\":\"" + Instant.now()
                        + "\",\"tenant\":\"acme\",\"feature\":\"chat\",\"model\":\"gpt-4o\",\"input_tokens\":"
                        + Overspend.INPUT_TOKENS + ",\"output_tokens\":" + Overspend.OUTPUT_TOKENS + "}");
    }

    private void read(Caller caller) throws IOException {
        if (!caller.line.read()) {
            return;
        }
        long now = System.nanoTime();
        if (caller.reporting) {
            reported(caller, now);
        } else {
            answered(caller, now);
        }
        waiting.add(caller);
    }

    private void reported(Caller caller, long now) {
        if (caller.line.status() != 202) {
            throw new IllegalStateException("a call could not be reported: " + caller.line.body());
        }
        reportedNs = reported == reportedNs.length ? Arrays.copyOf(reportedNs, 2 * reported) : reportedNs;
        reportedNs[reported++] = now;
        longestReportNs = Math.max(longestReportNs, now - caller.sentNs);
        caller.reporting = false;
        caller.dueNs = now;
    }

    private void answered(Caller caller, long now) {
        if (caller.line.status() != 200) {
            throw new IllegalStateException("admission failed: " + caller.line.body());
        }
        boolean denied = caller.line.bodyStartsWith(DENIED);
        if (denied && firstDeniedNs == 0) {
            firstDeniedNs = now;
        }
        if (!denied) {
            admitted++;
            lastAdmittedNs = now;
        }
        if (now - startNs > RATE_OVER_NS && !denied) {
            stalenessMs = Math.max(stalenessMs, staleness(caller.line.body()));
        }
        caller.reporting = !denied;
        caller.dueNs = now + (denied ? AGAIN_NS : callNs);
    }

    private static long staleness(String body) {
        int at = body.lastIndexOf(STALENESS) + STALENESS.length();
        int end = at;
        while (end < body.length() && Character.isDigit(body.charAt(end))) {
            end++;
        }
        return Long.parseLong(body.substring(at, end));
    }
}
