package io.spendstream.usage;

import java.util.Locale;

/**
 * A part of the prompt, as events name it in {@code prompt_tokens}. What has another name is summed as {@link #OTHER},
 * so that whoever makes names up makes nothing grow. The order is that of the measures.
 */
public enum PromptPart {
    SYSTEM,
    CONTEXT,
    HISTORY,
    USER,
    TOOLS,
    OTHER;

    private static final PromptPart[] VALUES = values();
    public static final int COUNT = VALUES.length;

    private final String field = name().toLowerCase(Locale.ROOT);

    /** The name in events and alerts. */
    public String field() {
        return field;
    }

    /** What its tokens are summed in. */
    public Measure measure() {
        return Measure.at(Measure.PROMPT_SYSTEM_TOKENS.ordinal() + ordinal());
    }

    public static PromptPart at(int index) {
        return VALUES[index];
    }

    /** The part of a name. */
    public static PromptPart of(String field) {
        for (PromptPart part : VALUES) {
            if (part.field.equals(field)) {
                return part;
            }
        }
        return OTHER;
    }
}
