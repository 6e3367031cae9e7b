package io.spendstream.format;

import io.spendstream.v1.UsageEvent;
import java.util.List;

/**
 * What was in a body. Everything in it is an event, at fault or, being no model call, ignored.
 *
 * @param mapped events in the order they came
 * @param faults what is wrong with the rest; at most {@link #FAULTS_MAX} are told
 * @param ignored how many spans are no model calls
 */
public record Reading(List<Mapped> mapped, List<FormatFault> faults, int ignored) {

    /**
     * An event, and where it is from.
     *
     * @param index of the response or span in the body, from 0
     */
    public record Mapped(int index, UsageEvent event) {}

    /** Most faults that are told of one body. */
    public static final int FAULTS_MAX = 100;

    public Reading {
        mapped = List.copyOf(mapped);
        faults = List.copyOf(faults);
    }

    public List<UsageEvent> events() {
        return mapped.stream().map(Mapped::event).toList();
    }
}
