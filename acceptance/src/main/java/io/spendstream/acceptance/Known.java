package io.spendstream.acceptance;

import java.time.Instant;

/** What whoever sends knows of the total, while it changes. */
public interface Known {

    /** How many events that are to be counted Kafka had for sure at a time. */
    long countedBefore(Instant time);

    /** How many events that are to be counted were sent, whether Kafka has them or not. */
    long toBeCounted();
}
