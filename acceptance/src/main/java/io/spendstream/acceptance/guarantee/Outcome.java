package io.spendstream.acceptance.guarantee;

import io.spendstream.acceptance.Oracle;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * What a trial came to.
 *
 * @param strikes how often the fault struck
 * @param oracle of what was sent
 * @param notes what the fault has to say besides
 * @param findings by promise, in their order
 */
record Outcome(
        Fault fault, Duration took, int strikes, Oracle oracle, List<String> notes, Map<String, Findings> findings) {

    /** Of all promises together: each sees the same events, so none adds to what another says is lost or doubled. */
    Findings total() {
        return new Findings(
                most(Findings::lost),
                most(Findings::doubled),
                findings.values().stream().mapToLong(Findings::wrong).sum(),
                List.of());
    }

    private long most(ToLongFunction<Findings> what) {
        return findings.values().stream().mapToLong(what).max().orElse(0);
    }

    /** A paragraph for people. */
    void print(PrintWriter out) {
        out.printf("%-4s %s: %s%n", total().isClean() ? "ok" : "FAIL", fault.name(), fault.description());
        out.printf(
                "     %,d records sent: %,d counted, %,d duplicate, %,d rejected; struck %d times; %d s%n",
                oracle.received(),
                oracle.counted(),
                oracle.duplicates(),
                oracle.rejectedInAll(),
                strikes,
                took.toSeconds());
        notes.forEach(note -> out.printf("     %s%n", note));
        findings.forEach((promise, found) -> {
            if (!found.isClean()) {
                out.printf("     BROKEN: %s: %s%n", promise, found);
                found.details().forEach(detail -> out.printf("       %s%n", detail));
            }
        });
        out.flush();
    }
}
