/** Sample traffic like that of a company with a dozen AI features: what happens is a function of seed and time. */
package io.spendstream.sandbox.traffic;
