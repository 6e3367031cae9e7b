/** What keeps the pipeline running: configuration, topics, the life of Kafka Streams, memory, metrics. */
package io.spendstream.runtime;
