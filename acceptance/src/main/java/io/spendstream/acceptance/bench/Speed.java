package io.spendstream.acceptance.bench;

/**
 * How long so many events took, and how much processor time went where meanwhile.
 */
record Speed(long events, double seconds, CpuTimes cpu) {

    double perSecond() {
        return events / seconds;
    }
}
