/** Guarantees under faults, and the benchmark. */
package io.spendstream.acceptance;
