/** Exact money. */
package io.spendstream.money;
