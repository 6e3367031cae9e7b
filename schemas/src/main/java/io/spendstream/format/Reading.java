package io.spendstream.format;

import io.spendstream.v1.UsageEvent;
import java.util.List;

/**
 * What was in a body. Everything in it is an event, at fault or, being no model call, ignored.
 *
 * @param events in the order they came
 * @param faults what is wrong with the rest; at most {@link #FAULTS_MAX} are told
 * @param ignored how many spans are no model calls
 */
public record Reading(List<UsageEvent> events, List<FormatFault> faults, int ignored) {

    /** Most faults that are told of one body. */
    public static final int FAULTS_MAX = 100;

    public Reading {
        events = List.copyOf(events);
        faults = List.copyOf(faults);
    }
}
