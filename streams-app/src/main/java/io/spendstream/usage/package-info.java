/** The words that all stages share: the dimensions, meters and measures of usage, and the event on its way. */
package io.spendstream.usage;
