/**
 * What is unusual in spend: pure rules over the hours of a scope's last weeks, judged when a quarter-hour of event time
 * is closed, and over the distribution of single requests. See docs/anomalies.md.
 */
package io.spendstream.anomaly;
