/**
 * Spend as rows of a FinOps FOCUS 1.2 dataset, as CSV or Parquet, and what has changed since a dataset was exported. Pure
 * functions of answers to spend queries.
 */
package io.spendstream.focus;
