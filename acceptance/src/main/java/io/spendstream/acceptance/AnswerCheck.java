package io.spendstream.acceptance;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Holds answers about the total against what is known of it, and notes every one that should not have been: one that is
 * too much, one that lacks what was received before the time it says it is as of, one that is not a total and does not
 * say when to ask again. For one thread that asks; others may look.
 */
public final class AnswerCheck {

    private final Known known;
    private final List<String> faults = new CopyOnWriteArrayList<>();
    private volatile long answers;
    private volatile long refusals;

    public AnswerCheck(Known known) {
        this.known = known;
    }

    public void note(SpendClient.Answer answer) {
        switch (answer.status()) {
            case 0 -> {}
            case 200 -> check(answer);
            case 503 -> {
                refusals++;
                if (answer.retryAfter() == null) {
                    faults.add("503 without Retry-After");
                }
            }
            default -> faults.add("status " + answer.status());
        }
    }

    private void check(SpendClient.Answer answer) {
        answers++;
        long least = known.countedBefore(answer.asOf());
        long most = known.toBeCounted();
        if (!answer.complete()) {
            faults.add("an answer that is not complete");
        }
        if (answer.requests() < least) {
            faults.add(answer.requests() + " requests as of " + answer.asOf() + ", before which there were " + least
                    + "; lag " + answer.lag());
        }
        if (answer.requests() > most) {
            faults.add(answer.requests() + " requests of " + most);
        }
    }

    /** What was wrong. */
    public List<String> faults() {
        return faults;
    }

    /** How often there was an answer. */
    public long answers() {
        return answers;
    }

    /** How often there was a 503. */
    public long refusals() {
        return refusals;
    }
}
