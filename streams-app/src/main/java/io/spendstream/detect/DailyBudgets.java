package io.spendstream.detect;

/** What tenants may spend in a day. */
@FunctionalInterface
public interface DailyBudgets {

    /** The smallest daily limit of cost, in nano-USD, that is for exactly this tenant; 0 where there is none. */
    long of(String tenant);
}
