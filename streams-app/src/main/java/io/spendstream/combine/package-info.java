/**
 * The fourth stage: sums instead of events, once per commit; and the commit point at which every stage does its work
 * per commit. The only place that touches internals of Kafka Streams.
 */
package io.spendstream.combine;
