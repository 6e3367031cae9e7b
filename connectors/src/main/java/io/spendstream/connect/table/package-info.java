/** Records of the result topics as rows of tables: the transform in front of a JDBC sink. */
package io.spendstream.connect.table;
