package io.spendstream.query;

/** Knows how far this instance is behind its input. Called on any thread, for every query; does not block. */
@FunctionalInterface
public interface LagSource {
    Lag lag();
}
