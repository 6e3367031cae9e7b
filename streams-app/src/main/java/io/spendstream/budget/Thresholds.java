package io.spendstream.budget;

import io.spendstream.v1.BudgetAction;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Which parts of a limit are spent. Thresholds come lowest first, as {@link BudgetDefinition#thresholds()} has them. */
public final class Thresholds {

    /**
     * What changed.
     *
     * @param opened passed now and not before, lowest first
     * @param resolved no longer passed, lowest first
     * @param notifies the highest of the opened ones: the only one to tell people of; null where none opened
     */
    public record Change(List<Threshold> opened, List<Threshold> resolved, Threshold notifies) {

        public boolean isNone() {
            return opened.isEmpty() && resolved.isEmpty();
        }
    }

    private Thresholds() {}

    /** Whether so much is spent that a threshold is passed: exactly its part of the limit is enough. */
    public static boolean isPassed(Threshold threshold, long limit, long spent) {
        return Ratio.compareProducts(spent, Ratio.PPM, limit, threshold.atPpm()) >= 0;
    }

    /**
     * Whether calls are going to be stopped soon: four fifths of what a threshold that throttles or denies allows are
     * spent, and not all of it.
     */
    public static boolean nearsStop(List<Threshold> thresholds, long limit, long spent) {
        for (Threshold threshold : thresholds) {
            if (threshold.action() == BudgetAction.THROTTLE || threshold.action() == BudgetAction.DENY) {
                long nearPpm = threshold.atPpm() * 4 / 5;
                if (!isPassed(threshold, limit, spent)
                        && Ratio.compareProducts(spent, Ratio.PPM, limit, nearPpm) >= 0) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Those that are passed, lowest first. */
    public static List<Threshold> passed(List<Threshold> thresholds, long limit, long spent) {
        return thresholds.subList(0, countPassed(thresholds, limit, spent));
    }

    /** How many are passed: the lowest ones. */
    static int countPassed(List<Threshold> thresholds, long limit, long spent) {
        int count = 0;
        while (count < thresholds.size() && isPassed(thresholds.get(count), limit, spent)) {
            count++;
        }
        return count;
    }

    /** Those that spending from {@code before} to {@code after} passes, lowest first; none where it shrinks. */
    public static List<Threshold> crossed(List<Threshold> thresholds, long limit, long before, long after) {
        int from = passed(thresholds, limit, before).size();
        int to = passed(thresholds, limit, after).size();
        return from >= to ? List.of() : thresholds.subList(from, to);
    }

    /**
     * What opens and what resolves now, after a change of spend, of the limit or of the thresholds.
     *
     * @param openPpm the thresholds whose alerts are open, by {@link Threshold#atPpm()}
     */
    public static Change change(List<Threshold> thresholds, Set<Long> openPpm, long limit, long spent) {
        List<Threshold> opened = new ArrayList<>();
        List<Threshold> resolved = new ArrayList<>();
        for (Threshold threshold : thresholds) {
            boolean open = openPpm.contains(threshold.atPpm());
            boolean passed = isPassed(threshold, limit, spent);
            if (passed && !open) {
                opened.add(threshold);
            } else if (!passed && open) {
                resolved.add(threshold);
            }
        }
        return new Change(
                List.copyOf(opened), List.copyOf(resolved), opened.isEmpty() ? null : opened.get(opened.size() - 1));
    }
}
