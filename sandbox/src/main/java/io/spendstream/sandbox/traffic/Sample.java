package io.spendstream.sandbox.traffic;

import io.spendstream.v1.UsageEvent;

/**
 * One delivery to the topic of usage events.
 *
 * @param event what is delivered; with {@link Defect#POISON} only its id counts
 */
public record Sample(UsageEvent event, Defect defect) {

    /** What is wrong with a delivery. Real traffic has all of these. */
    public enum Defect {
        NONE,
        /** An event delivered for the second time, as after a timeout: counted once. */
        REPEATED,
        /** One token count is negative: rejected. */
        NEGATIVE_TOKENS,
        /** The time is a year ahead: rejected. */
        FAR_FUTURE,
        /** The record has no key: rejected. */
        MISSING_KEY,
        /** The record's bytes are no usage event at all: rejected. */
        POISON;

        /** Whether the pipeline must reject the delivery. */
        public boolean isRejected() {
            return this != NONE && this != REPEATED;
        }
    }
}
