package io.spendstream.query;

/** The metrics of this instance in Prometheus' text format, version 0.0.4. May take a moment; called on a worker. */
@FunctionalInterface
public interface MetricsSource {
    String prometheus();
}
