package io.spendstream.detect;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.TestStores;
import io.spendstream.Usages;
import io.spendstream.alert.AlertNotes;
import io.spendstream.anomaly.DetectorSettings;
import io.spendstream.anomaly.Figure;
import io.spendstream.anomaly.RequestSketch;
import io.spendstream.usage.Resolution;
import io.spendstream.v1.Alert;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.Test;

/** Requests that stand out come by another way than the quarter-hours they are of, and may come after these. */
class OutliersInTimeTest {

    private static final long QUARTER = Resolution.QUARTER_HOUR.bucketOf(Usages.MIDNIGHT_MS);

    private final MockProcessorContext<String, Alert> context = new MockProcessorContext<>();
    private final DetectStage stage = new DetectStage(2, DetectorSettings.defaults(), tenant -> 0, new AlertNotes());
    private final CloseBlock.Writer cube = new CloseBlock.Writer(0);
    private final CloseBlock.Writer events = new CloseBlock.Writer(RequestOutliers.source(1, 0));

    private List<Alert> process(CloseBlock.Writer blocks) {
        blocks.take().forEach(block -> stage.process(new Record<>(0, block, Usages.MIDNIGHT_MS)));
        List<Alert> told = new ArrayList<>();
        context.forwarded().forEach(sent -> told.add(sent.record().value()));
        context.resetForwards();
        return told;
    }

    @Test
    void aLongTimeIsJudgedInPartsAndTheClockIsAskedOnlyMeanwhile() {
        // Given
        context.addStateStore(TestStores.inMemory(DetectStage.STORE));
        context.setCurrentSystemTimeMs(Usages.MIDNIGHT_MS);
        context.setCurrentStreamTimeMs(Usages.MIDNIGHT_MS);
        stage.init(context);
        assertThat(context.scheduledPunctuators()).isEmpty();
        long[] figures = new long[Figure.COUNT];
        figures[Figure.REQUESTS.ordinal()] = 1;
        cube.amounts(QUARTER, QUARTER, new Combination("acme", "chat", null, "gpt-4o"), figures);

        // When more is closed than is judged at once
        cube.closed(QUARTER + 30_000);
        events.closed(QUARTER + 30_000);
        process(cube);
        process(events);

        // Then
        MockProcessorContext.CapturedPunctuator goOn =
                context.scheduledPunctuators().get(0);
        assertThat(goOn.cancelled()).isFalse();

        // When
        goOn.getPunctuator().punctuate(0);

        // Then
        assertThat(context.scheduledPunctuators())
                .singleElement()
                .satisfies(only -> assertThat(only.cancelled()).isTrue());
    }

    @Test
    void aQuarterHourIsJudgedWithTheRequestsThatStoodOutInItWhicheverComesFirst() {
        // Given
        context.addStateStore(TestStores.inMemory(DetectStage.STORE));
        context.setCurrentSystemTimeMs(Usages.MIDNIGHT_MS);
        context.setCurrentStreamTimeMs(Usages.MIDNIGHT_MS);
        stage.init(context);
        long[] figures = new long[Figure.COUNT];
        figures[Figure.COST.ordinal()] = 9_000_000_000L;
        figures[Figure.REQUESTS.ordinal()] = 1;
        Combination of = new Combination("acme", "chat", null, "gpt-4o");

        // When the cube has closed it, and one more
        cube.amounts(QUARTER, QUARTER, of, figures);
        cube.closed(QUARTER + 2);
        assertThat(process(cube)).isEmpty();

        // And then the events have
        events.outlier(
                QUARTER,
                of,
                new Outlier(
                        1,
                        RequestSketch.Finding.COST_CEILING,
                        "e1",
                        Usages.MIDNIGHT_MS,
                        null,
                        9_000_000_000L,
                        100,
                        5_000_000_000L,
                        1));
        events.closed(QUARTER + 2);

        // Then
        assertThat(process(events)).singleElement().satisfies(alert -> {
            assertThat(alert.getKind()).isEqualTo("request_outlier");
            assertThat(alert.getOpenedAt())
                    .isEqualTo(Instant.ofEpochMilli(Resolution.QUARTER_HOUR.startMs(QUARTER + 1)));
        });
    }
}
