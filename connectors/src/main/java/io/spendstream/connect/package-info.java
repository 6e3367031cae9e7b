/** What a Kafka Connect worker loads to read and write Spendstream's topics: the converter. */
package io.spendstream.connect;
