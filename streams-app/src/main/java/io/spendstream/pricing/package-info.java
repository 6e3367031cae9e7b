/**
 * What usage costs: the price book, the rules of its rate cards, and the pricing of one event. Functions of values, with
 * no Kafka, no metrics, no clock and no floating point.
 */
package io.spendstream.pricing;
