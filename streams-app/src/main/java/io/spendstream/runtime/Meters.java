package io.spendstream.runtime;

import io.micrometer.core.instrument.MeterRegistry;

/** Some metrics that belong together. */
interface Meters {

    /** Adds them. */
    void bindTo(MeterRegistry registry);

    /** A scrape begins: those that are read off something else look at it once, so that they fit together. */
    default void look() {}
}
