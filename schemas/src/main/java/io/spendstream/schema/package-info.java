/** Avro on the wire: schemas by id from a Confluent-compatible registry, and serdes for the generated classes. */
package io.spendstream.schema;
