package io.spendstream.acceptance.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * How long so many events took, and how much processor time went where meanwhile.
 *
 * @param readAgain of them, more than once, because a transaction had to be given up and done again
 */
record Speed(long events, double seconds, CpuTimes cpu, long readAgain) {

    Speed(long events, double seconds, CpuTimes cpu) {
        this(events, seconds, cpu, 0);
    }

    /** Both, one after the other, as one. */
    Speed and(Speed other) {
        return new Speed(
                events + other.events, seconds + other.seconds, cpu.and(other.cpu), readAgain + other.readAgain);
    }

    double perSecond() {
        return events / seconds;
    }

    /** Microseconds of processor time per event: other than the speed, it hardly depends on who else is at work. */
    CpuTimes cpuPerEvent() {
        return cpu.times(1e6 / events);
    }

    /** Processor time per event as a line, and what else there is to say. */
    String remarks() {
        return cpuPerEvent() + (readAgain == 0 ? "" : "  (%,d records read again)".formatted(readAgain));
    }

    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("events", events);
        json.put("seconds", Latencies.rounded(seconds));
        json.put("events_per_second", Math.round(perSecond()));
        json.put("read_again", readAgain);
        json.set("cpu_us_per_event", cpuPerEvent().toJson());
        return json;
    }
}
