/** The second stage: an event delivered twice is counted once. */
package io.spendstream.dedupe;
