/**
 * Who may do what: callers, the keys and tokens they show, and how much they may ask for. Knows no routes and no Kafka;
 * of HTTP only how the keys of an issuer of tokens are fetched.
 */
package io.spendstream.access;
