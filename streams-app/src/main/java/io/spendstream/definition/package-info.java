/** Definitions as people write them, prices, budgets and notes about alerts: how their fields are read and what is said of faults. */
package io.spendstream.definition;
