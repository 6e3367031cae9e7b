package io.spendstream.query;

import java.util.List;

/** Says whether this instance is well. Does not block. */
public interface HealthSource {

    /** Reasons to restart the process; none where it is alive. */
    List<String> whyNotLive();

    /** What the start still waits for, before it is worth asking anything else; none once processing has begun. */
    List<String> whyNotStarted();

    /** Reasons to send no requests now; none where it is ready. */
    List<String> whyNotReady();
}
