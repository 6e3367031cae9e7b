package io.spendstream.usage;

/** Texts from outside: which characters they may hold, and how they are shown in messages. */
public final class Texts {

    private static final int SHOWN_MAX = 64;
    private static final String CUT = "...";

    private Texts() {}

    /** Short enough for a message. */
    public static String shortened(String text) {
        return shortened(text, SHOWN_MAX);
    }

    /** At most so many characters; no pair of surrogates is cut in two, as its halves are no characters. */
    public static String shortened(String text, int lengthMax) {
        if (text.length() <= lengthMax) {
            return text;
        }
        int end = lengthMax - CUT.length();
        return text.substring(0, isPair(text, end - 1) ? end - 1 : end) + CUT;
    }

    /** With U+FFFD in place of each half of a surrogate pair: what any reader of Unicode takes. */
    public static String wellFormed(String text) {
        StringBuilder mended = null;
        for (int i = 0; i < text.length(); i++) {
            if (isPair(text, i)) {
                i++;
            } else if (Character.isSurrogate(text.charAt(i))) {
                mended = mended == null ? new StringBuilder(text) : mended;
                mended.setCharAt(i, '\ufffd');
            }
        }
        return mended == null ? text : mended.toString();
    }

    /** Also those of Latin-1, and what separates lines and paragraphs: they break logs, files and keys alike. */
    public static boolean isControl(char c) {
        return c < ' ' || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029;
    }

    /** The place of the first control character or half of a surrogate pair, which is no character; -1 where there is none. */
    public static int firstUnfit(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isControl(c)) {
                return i;
            }
            if (Character.isSurrogate(c)) {
                if (!isPair(text, i)) {
                    return i;
                }
                i++;
            }
        }
        return -1;
    }

    /** With an apostrophe before what a spreadsheet would take for a formula. */
    public static String harmless(String cell) {
        return !cell.isEmpty() && "=+-@\t\r".indexOf(cell.charAt(0)) >= 0 ? "'" + cell : cell;
    }

    private static boolean isPair(String text, int at) {
        return Character.isHighSurrogate(text.charAt(at))
                && at + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(at + 1));
    }

    /** What is wrong with a character that {@link #firstUnfit} found. */
    public static String unfit(char c) {
        return isControl(c)
                ? "holds the control character U+%04X".formatted((int) c)
                : "holds the unpaired surrogate U+%04X, which is no character".formatted((int) c);
    }
}
