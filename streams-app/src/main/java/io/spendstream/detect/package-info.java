/**
 * Closes quarter-hours of event time, keeps what was spent by hour and scope, and raises the alerts of the detectors. The
 * detectors themselves are in {@code io.spendstream.anomaly}.
 */
package io.spendstream.detect;
