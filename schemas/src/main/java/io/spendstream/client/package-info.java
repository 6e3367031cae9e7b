/** The client for services: publishes usage events. */
package io.spendstream.client;
