/** Every topic once: name and policy. */
package io.spendstream.topic;
