/** The life of an alert: when it opens, becomes more urgent and is over, who is told of it, and how it is stored. */
package io.spendstream.alert;
