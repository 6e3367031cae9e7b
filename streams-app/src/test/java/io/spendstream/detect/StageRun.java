package io.spendstream.detect;

import io.spendstream.TestStores;
import io.spendstream.alert.AlertNotes;
import io.spendstream.anomaly.DetectorSettings;
import io.spendstream.anomaly.ScopeView;
import io.spendstream.v1.Alert;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** The stage that judges, alone and as it is, live: blocks of closed quarter-hours go in, alerts come out. */
final class StageRun {

    private final MockProcessorContext<String, Alert> context = new MockProcessorContext<>();
    private final DetectStage stage = new DetectStage(1, DetectorSettings.defaults(), tenant -> 0, new AlertNotes());
    private final CloseBlock.Writer block = new CloseBlock.Writer(0);

    StageRun() {
        context.addStateStore(TestStores.inMemory(DetectStage.STORE));
        stage.init(context);
    }

    /** @param cameIn the quarter-hour that they are of, or a later one where they came late */
    void amounts(long cameIn, long quarterHour, Combination of, long[] figures) {
        block.amounts(cameIn, quarterHour, of, figures);
    }

    /** What all users, the largest first, have spent of a day so far; it is known when the quarter-hours that follow are closed. */
    void users(String tenant, long day, List<ScopeView.UserSpend> users) {
        block.users(
                tenant, day, users.stream().mapToLong(ScopeView.UserSpend::cost).sum());
        users.stream().limit(TopUsers.USERS_MAX).forEach(user -> block.user(tenant, user.user(), user.cost()));
    }

    /** Closes the quarter-hours before {@code open}: what is told, in its order. */
    List<Alert> close(long open) {
        context.setCurrentSystemTimeMs(SpendSeries.startMs(open));
        context.setCurrentStreamTimeMs(SpendSeries.startMs(open));
        block.closed(open);
        block.take().forEach(bytes -> stage.process(new Record<>(0, bytes, SpendSeries.startMs(open))));
        List<Alert> told = new ArrayList<>();
        context.forwarded().forEach(sent -> told.add(sent.record().value()));
        context.resetForwards();
        return told;
    }
}
