/**
 * Budgets: the language they are written in, what they count and when, when they alert, and whether a call may be made.
 * Pure rules, functions of values and event times.
 */
package io.spendstream.budget;
