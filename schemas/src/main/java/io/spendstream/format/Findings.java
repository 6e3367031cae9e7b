package io.spendstream.format;

import io.spendstream.format.FormatFault.Reason;
import io.spendstream.v1.UsageEvent;
import java.util.ArrayList;
import java.util.List;

/** Gathers what is found in one body. */
final class Findings {

    private final List<Reading.Mapped> events = new ArrayList<>();
    private final List<FormatFault> faults = new ArrayList<>();
    private int ignored;
    private boolean tooMany;

    void add(int index, UsageEvent event) {
        if (events.size() < UsageFormat.EVENTS_MAX) {
            events.add(new Reading.Mapped(index, event));
        } else if (!tooMany) {
            tooMany = true;
            fault(
                    null,
                    null,
                    Reason.TOO_MANY_EVENTS,
                    "a body may hold " + UsageFormat.EVENTS_MAX + " events at most; send more bodies");
        }
    }

    void fault(Integer index, String field, Reason reason, String detail) {
        if (faults.size() < Reading.FAULTS_MAX) {
            faults.add(new FormatFault(index, field, reason, detail));
        }
    }

    void ignore() {
        ignored++;
    }

    /** Whether more would not be told anyway. */
    boolean isFull() {
        return tooMany || faults.size() == Reading.FAULTS_MAX;
    }

    Reading reading(CallDetails details) {
        Object id = details.fields().get("id");
        long given = events.stream()
                .filter(mapped -> mapped.event().getId().equals(id))
                .count();
        if (given > 1) {
            // Events of one id are one event: the others would be lost as repeats.
            fault(null, "id", Reason.BAD_VALUE, "is given for " + given + " responses; it goes with one alone");
        }
        return new Reading(events, faults, ignored);
    }
}
