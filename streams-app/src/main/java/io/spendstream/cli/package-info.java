/** The commands of the launcher that talk to a running application. */
package io.spendstream.cli;
