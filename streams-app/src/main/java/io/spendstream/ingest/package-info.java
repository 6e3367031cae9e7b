/** The first stage: bytes in, usage events that can be counted out, everything else rejected with its reason. */
package io.spendstream.ingest;
