package io.spendstream.budget;

import io.spendstream.v1.BudgetAction;

/** What admission says of a call, the most lenient first. */
public enum Decision {
    /** Make it. */
    ALLOW,
    /** Make it; people should know. */
    WARN,
    /** Make it in a cheaper way: the actions say how. */
    DEGRADE,
    /** Make fewer. */
    THROTTLE,
    /** Do not make it. */
    DENY;

    /** What a passed threshold's action amounts to. */
    public static Decision of(BudgetAction action) {
        return switch (action) {
            case NOTIFY -> WARN;
            case COMPRESS_CONTEXT, USE_MODEL, QUEUE_BATCH -> DEGRADE;
            case THROTTLE -> THROTTLE;
            case DENY -> DENY;
        };
    }

    public Decision orStricter(Decision other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
