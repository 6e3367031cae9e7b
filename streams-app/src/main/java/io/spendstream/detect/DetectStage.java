package io.spendstream.detect;

import io.spendstream.alert.AlertNotes;
import io.spendstream.anomaly.DetectorSettings;
import io.spendstream.combine.Ticks;
import io.spendstream.v1.Alert;
import java.time.Duration;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Judges what each scope of a tenant spent, at the close of each quarter-hour of event time, once every task of the cube
 * and of the events has closed it. All of a tenant is judged by one task, so that one cause can be told once.
 */
public final class DetectStage implements Processor<Integer, byte[], String, Alert> {

    /** The logged store of series and open alerts. */
    public static final String STORE = "spend-series";

    private static final Duration GO_ON_EVERY = Duration.ofMillis(500);

    private final int sources;
    private final DetectorSettings settings;
    private final DailyBudgets budgets;
    private final AlertNotes notes;
    private ProcessorContext<String, Alert> context;
    private Judge judge;
    /** Null where all is judged that is closed. */
    private Cancellable goingOn;

    /**
     * @param sources tasks of the cube and of events: each closes its share of a quarter-hour
     * @param notes acknowledgements and silences
     */
    public DetectStage(int sources, DetectorSettings settings, DailyBudgets budgets, AlertNotes notes) {
        this.sources = sources;
        this.settings = settings;
        this.budgets = budgets;
        this.notes = notes;
    }

    @Override
    public void init(ProcessorContext<String, Alert> context) {
        this.context = context;
        judge = new Judge(
                context.getStateStore(STORE),
                sources,
                settings,
                budgets,
                notes,
                context::currentSystemTimeMs,
                this::send);
        goingOn = null;
        goOnWhereBehind();
    }

    @Override
    public void process(Record<Integer, byte[]> record) {
        judge.take(record.value());
        goOnWhereBehind();
    }

    private void goOn() {
        judge.judgeClosed();
        goOnWhereBehind();
    }

    /** Only then: each punctuation is a transaction, also where nothing comes of it. */
    private void goOnWhereBehind() {
        if (judge.isBehind() && goingOn == null) {
            goingOn = Ticks.every(context, GO_ON_EVERY, now -> goOn());
        } else if (!judge.isBehind() && goingOn != null) {
            goingOn.cancel();
            goingOn = null;
        }
    }

    private void send(Alert alert) {
        // The time of records is that of reception, as everywhere: what the alert is of is in its fields.
        context.forward(new Record<>(alert.getId(), alert, Math.max(0, context.currentStreamTimeMs())));
    }
}
