/**
 * What budgets count, on its way to the counters: which cells and events a scope matches, what was spent before it was
 * defined, and the blocks of deltas that follow. Counters are in {@code watch}.
 */
package io.spendstream.scope;
