/**
 * What providers invoice, held against what was metered: reading invoices, the comparison, and the alert that comes of it.
 * Pure functions of values.
 */
package io.spendstream.reconcile;
