/**
 * A schema registry for development: the Confluent API over the loopback address, with real compatibility checks, and
 * state in one file.
 */
package io.spendstream.sandbox.registry;
