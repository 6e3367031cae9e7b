/** The counters of budgets: what was spent of each, whom to tell, and what to tell admission. */
package io.spendstream.watch;
