package io.spendstream.detect;

import io.spendstream.TestStores;
import io.spendstream.alert.AlertNotes;
import io.spendstream.anomaly.DetectorSettings;
import io.spendstream.anomaly.ScopeView;
import io.spendstream.combine.DeltaBlock;
import io.spendstream.usage.Dimension;
import io.spendstream.usage.Measure;
import io.spendstream.usage.MeteredUsage;
import io.spendstream.usage.UsageRecord;
import io.spendstream.v1.Alert;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * The stage that judges, and what finds single requests, as they are, live: blocks of closed quarter-hours and requests go
 * in, alerts come out.
 */
final class StageRun {

    private final MockProcessorContext<String, Alert> context = new MockProcessorContext<>();
    private final DetectStage stage = new DetectStage(2, DetectorSettings.defaults(), tenant -> 0, new AlertNotes());
    private final RequestOutliers outliers = new RequestOutliers(1, DetectorSettings.defaults());
    private final CloseBlock.Writer block = new CloseBlock.Writer(0);
    private final UsageRecord event = new UsageRecord();
    private final long[] measures = new long[Measure.COUNT];
    private long events;

    StageRun() {
        context.addStateStore(TestStores.inMemory(DetectStage.STORE));
        context.addStateStore(TestStores.inMemory(RequestOutliers.STORE));
        stage.init(context);
        outliers.start(context);
    }

    /** One request of a quarter-hour. */
    void request(long quarterHour, Combination of, long cost, long tokens) {
        event.id = Long.toString(events++);
        event.timeMs = SpendSeries.startMs(quarterHour);
        event.dimension(Dimension.TENANT, of.tenant());
        event.dimension(Dimension.FEATURE, of.feature());
        event.dimension(Dimension.MODEL, of.model());
        measures[Measure.REQUESTS.ordinal()] = 1;
        measures[Measure.COST.ordinal()] = cost;
        measures[Measure.INPUT_TOKENS.ordinal()] = tokens;
        outliers.add(new MeteredUsage(event, measures, Map.of()), DeltaBlock.IN_TIME);
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
        block.take().forEach(bytes -> process(bytes, open));
        outliers.clock(new DeltaBlock.Clock(0, open, false));
        outliers.drain(0, (partition, bytes) -> process(bytes, open));
        List<Alert> told = new ArrayList<>();
        context.forwarded().forEach(sent -> told.add(sent.record().value()));
        context.resetForwards();
        return told;
    }

    private void process(byte[] bytes, long open) {
        stage.process(new Record<>(0, bytes, SpendSeries.startMs(open)));
    }
}
