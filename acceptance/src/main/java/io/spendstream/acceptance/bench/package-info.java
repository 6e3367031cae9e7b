/**
 * The benchmark, {@code ./spendstream bench}: how fast the pipeline is beside only reading and decoding the same topic,
 * and where the time goes.
 */
package io.spendstream.acceptance.bench;
