package io.spendstream.acceptance.guarantee;

import io.spendstream.acceptance.Load;
import io.spendstream.v1.PricedUsage;
import java.util.List;
import java.util.concurrent.ExecutionException;

/**
 * One promise, which notes what goes in and what comes out during a trial and says at its end whether it was kept. An
 * object serves one trial. What it notes comes from one thread each; what it says is asked when both have ended.
 */
interface Guarantee {

    /** The promise, as in {@code every event is priced exactly once}. */
    String promise();

    /** Kafka took a record. */
    default void onProduce(Load.Sent sent) {}

    /** A reader of committed records got one of {@code usage-priced}. */
    default void onProcess(PricedUsage usage) {}

    /** Called when all is settled: nothing is sent any more, and what was sent is counted or will never be. */
    Findings doAssert(Trial trial) throws InterruptedException, ExecutionException;

    /** All of them, new. */
    static List<Guarantee> all() {
        return List.of(
                new TotalsExact(),
                new PricedOnce(),
                new RejectedOnce(),
                new AccountsBalance(),
                new BudgetsExact(),
                new AlertsOnce(),
                new RollupsExact(),
                new AnswersWhole(),
                new NothingHangs(),
                new ReplaysAlike());
    }
}
