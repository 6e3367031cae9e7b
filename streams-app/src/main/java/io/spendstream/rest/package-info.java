/** The HTTP interface: routes, the JSON and CSV they speak, and problems. It knows ports and pure rules, never Kafka. */
package io.spendstream.rest;
