/** The commands of the launcher: each turns its options into values, does its work through ports and prints plainly. */
package io.spendstream.cli;
