package io.spendstream.budget;

/** A text in which {@code *} stands for any text, also none. Everything else means itself. Time is linear per star. */
public final class Glob {

    private static final char ANY = '*';

    private Glob() {}

    static boolean isLiteral(String pattern) {
        return pattern.indexOf(ANY) < 0;
    }

    public static boolean matches(String pattern, String text) {
        int p = 0;
        int t = 0;
        int star = -1;
        int resume = 0;
        while (t < text.length()) {
            if (p < pattern.length() && pattern.charAt(p) == ANY) {
                star = p++;
                resume = t;
            } else if (p < pattern.length() && pattern.charAt(p) == text.charAt(t)) {
                p++;
                t++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++resume;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == ANY) {
            p++;
        }
        return p == pattern.length();
    }

    /** Whether whatever is like {@code narrow} is like {@code wide} too. A star is only covered by a star. */
    static boolean covers(String wide, String narrow) {
        return matches(wide, narrow);
    }
}
