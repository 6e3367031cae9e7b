/** What all alerts have in common, whoever raises them. */
package io.spendstream.alert;
