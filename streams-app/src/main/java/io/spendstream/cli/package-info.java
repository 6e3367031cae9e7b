/** The command line. */
package io.spendstream.cli;
