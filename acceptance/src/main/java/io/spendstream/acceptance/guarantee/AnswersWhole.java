package io.spendstream.acceptance.guarantee;

import java.util.List;

/** Whoever asks while it happens gets the whole total as of the time that the answer names, or is told to wait. */
final class AnswersWhole implements Guarantee {

    @Override
    public String promise() {
        return "no answer is short, none is too much, and a refusal says when to ask again";
    }

    @Override
    public Findings doAssert(Trial trial) {
        List<String> faults = trial.watchFaults();
        return Findings.wrong(faults);
    }
}
