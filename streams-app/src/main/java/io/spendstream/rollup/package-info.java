/**
 * The fifth stage, on the other side of the deltas' topic: the spend cube in quarter-hours and days, and the daily
 * totals of users.
 */
package io.spendstream.rollup;
