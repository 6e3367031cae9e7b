package io.spendstream.rest;

import io.vertx.ext.web.RoutingContext;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which of the forms that an answer has the caller wants. */
final class Accepts {

    /** RFC 9110: 0 to 1 with up to three decimals. */
    private static final Pattern WEIGHT = Pattern.compile("[01](\\.[0-9]{0,3})?");

    private Accepts() {}

    /**
     * The form the caller likes best, of several alike the first; the first one where there is no Accept header.
     *
     * @throws Problem.ProblemException 406 where none will do
     */
    static String best(RoutingContext ctx, String... forms) {
        List<String> headers = ctx.request().headers().getAll("Accept");
        if (headers.isEmpty()) {
            return forms[0];
        }
        String best = null;
        int bestQuality = 0;
        for (String form : forms) {
            int quality = quality(String.join(",", headers), form);
            if (quality > bestQuality) {
                best = form;
                bestQuality = quality;
            }
        }
        if (best == null) {
            throw Problem.notAcceptable("The answer can be had as " + String.join(" or ", forms))
                    .exception();
        }
        return best;
    }

    /** In thousandths; the most exact range that covers the form counts. */
    static int quality(String accept, String form) {
        int quality = 0;
        int exactness = -1;
        for (String range : accept.split(",")) {
            List<String> parts = parts(range);
            int exact = exactness(parts.get(0), form);
            if (exact > exactness) {
                exactness = exact;
                quality = quality(parts);
            }
        }
        return quality;
    }

    private static int exactness(String range, String form) {
        if (range.equals(form)) {
            return 2;
        }
        if (range.equals(form.substring(0, form.indexOf('/')) + "/*")) {
            return 1;
        }
        return range.equals("*/*") ? 0 : -1;
    }

    private static int quality(List<String> parts) {
        for (String part : parts) {
            if (part.startsWith("q=")) {
                // Held against its few characters first: written out, 1E200000000 would keep the event loop busy.
                Matcher weight = WEIGHT.matcher(part.substring(2));
                return weight.matches()
                        ? new BigDecimal(weight.group()).movePointRight(3).intValue()
                        : 0;
            }
        }
        return 1_000;
    }

    private static List<String> parts(String range) {
        List<String> parts = new ArrayList<>();
        for (String part : range.split(";", -1)) {
            parts.add(part.trim().toLowerCase(Locale.ROOT));
        }
        return parts;
    }
}
