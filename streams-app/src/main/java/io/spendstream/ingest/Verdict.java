package io.spendstream.ingest;

import io.spendstream.usage.UsageRecord;

/** What is made of the bytes of a usage event. */
sealed interface Verdict {

    record Accepted(UsageRecord event) implements Verdict {}

    record Rejected(Fault fault) implements Verdict {}

    /** Nothing can be said yet: its schema is not known and the registry does not answer. */
    record Undecided(String why) implements Verdict {}
}
