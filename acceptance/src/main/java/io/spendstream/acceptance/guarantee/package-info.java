/**
 * The proof under faults: a {@link io.spendstream.acceptance.guarantee.Trial} is a deployment under load and one {@link
 * io.spendstream.acceptance.guarantee.Fault}, after which every {@link io.spendstream.acceptance.guarantee.Guarantee} is
 * held against the oracle.
 */
package io.spendstream.acceptance.guarantee;
