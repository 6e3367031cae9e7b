/** Everything Spendstream needs around it, on one machine: a Kafka broker, a schema registry and sample traffic. */
package io.spendstream.sandbox;
