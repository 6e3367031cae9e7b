/** {@code connect}: a worker with the connectors on this machine, and the measure of how fast it is. No plugin code. */
package io.spendstream.connect.run;
