/** Who may do what: callers, the keys and tokens they show, and how much they may ask for. Rules without HTTP and Kafka. */
package io.spendstream.access;
