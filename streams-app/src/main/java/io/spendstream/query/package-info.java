/**
 * Questions about spend: the query, the plan of buckets that answers it, the merge of what instances know, and the ports
 * through which REST sees the rest of the application.
 */
package io.spendstream.query;
