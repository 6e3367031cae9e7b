package io.spendstream.rest;

import io.spendstream.usage.Texts;
import io.vertx.core.MultiMap;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/** Reads the parameters of an address and tells of everything that is wrong with them at once. */
final class Params {

    private static final int NAME_LENGTH_MAX = 256;
    private static final int PAIRS_MAX = 200;
    private static final int NUMBER_LENGTH_MAX = 20;
    private static final ZoneId UTC = ZoneId.of("UTC");

    private final MultiMap params;
    private final List<Problem.Fault> faults = new ArrayList<>();

    /** @param known all that may be there */
    Params(MultiMap params, List<String> known) {
        this.params = params;
        for (String name : params.names()) {
            if (!known.contains(name)) {
                fault(
                        name,
                        "unknown_parameter",
                        known.isEmpty()
                                ? "is not a parameter: this address takes none"
                                : "is not a parameter; accepted: " + String.join(", ", known));
            }
        }
    }

    /** @throws Problem.ProblemException 400 where there are any */
    static void none(MultiMap params) {
        new Params(params, List.of()).finish();
    }

    /** The only value of a parameter, or null. */
    String single(String name) {
        List<String> values = params.getAll(name);
        if (values.size() > 1) {
            fault(name, "bad_value", "is given " + values.size() + " times; give it once");
        }
        return values.isEmpty() ? null : values.get(0);
    }

    /** Values with commas or repeated. */
    Set<String> several(String name) {
        Set<String> values = new LinkedHashSet<>();
        params.getAll(name).forEach(value -> values.addAll(List.of(value.split(",", -1))));
        return values;
    }

    /** As {@link #several}, each of them read by a function that answers null where it is none. */
    <T> Set<T> several(String name, Function<String, T> read, String accepted) {
        Set<T> values = new LinkedHashSet<>();
        for (String text : several(name)) {
            T value = read.apply(text);
            if (value == null) {
                fault(name, "bad_value", "'" + Texts.shortened(text) + "' is none of " + accepted);
            } else {
                values.add(value);
            }
        }
        return values;
    }

    int count(String name, int otherwise, int max) {
        String text = single(name);
        if (text == null) {
            return otherwise;
        }
        try {
            int count = Integer.parseInt(text);
            if (count >= 1 && count <= max) {
                return count;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        fault(name, "bad_value", "'" + Texts.shortened(text) + "' is no whole number from 1 to " + max);
        return otherwise;
    }

    /** Null where it is not given. */
    Boolean flag(String name) {
        String text = single(name);
        if (text == null || text.equals("true") || text.equals("false")) {
            return text == null ? null : Boolean.valueOf(text);
        }
        fault(name, "bad_value", "'" + Texts.shortened(text) + "' is neither true nor false");
        return null;
    }

    /** A time as RFC 3339, or null. A plus that was not escaped arrives as a space. */
    Instant time(String name) {
        String text = single(name);
        if (text == null) {
            return null;
        }
        long ms = Rfc3339.epochMs(text.replace(' ', '+'));
        if (ms == Rfc3339.INVALID) {
            fault(
                    name,
                    "bad_value",
                    "'" + Texts.shortened(text) + "' is no time; it takes RFC 3339, such as 2026-11-21T00:00:00Z");
            return null;
        }
        return Instant.ofEpochMilli(ms);
    }

    /** A day such as 2026-11-01, or null. */
    LocalDate day(String name) {
        String text = single(name);
        if (text == null) {
            return null;
        }
        try {
            LocalDate day = LocalDate.parse(text);
            if (day.getYear() >= 2000 && day.getYear() < 2200) {
                return day;
            }
        } catch (DateTimeException e) {
            // told below
        }
        wrong(name, "'" + Texts.shortened(text) + "' is no day of this and the next centuries, such as 2026-11-01");
        return null;
    }

    /**
     * A time zone; UTC where it is not given, and by that name whichever of its names is. A plus that was not escaped
     * arrives as a space.
     */
    ZoneId zone(String name) {
        String text = single(name);
        if (text == null) {
            return UTC;
        }
        try {
            ZoneId zone = ZoneId.of(text.startsWith(" ") ? "+" + text.substring(1) : text);
            return zone.normalized().equals(ZoneOffset.UTC) ? UTC : zone;
        } catch (DateTimeException e) {
            wrong(
                    name,
                    "'" + Texts.shortened(text)
                            + "' is no time zone; it takes an IANA name such as Europe/Berlin, or an offset such as +05:30");
            return UTC;
        }
    }

    /** A value that a function reads; what is not given is another. */
    <T> T named(String name, Function<String, T> read, T otherwise, List<String> accepted) {
        String text = single(name);
        T value = text == null ? otherwise : read.apply(text);
        if (value == null) {
            wrong(name, "'" + Texts.shortened(text) + "' is none of " + String.join(", ", accepted));
            return otherwise;
        }
        return value;
    }

    /** A name of at most 256 characters, or null. */
    String name(String name) {
        String text = single(name);
        if (text == null) {
            return null;
        }
        if (text.isBlank() || text.length() > NAME_LENGTH_MAX || Texts.firstUnfit(text) >= 0) {
            wrong(name, "'" + Texts.shortened(text) + "' is no name of 1 to " + NAME_LENGTH_MAX + " characters");
            return null;
        }
        return text;
    }

    /** {@code name=value} each, the parameter repeated: the first equals sign ends the name, so that values may have some. */
    Map<String, String> pairs(String name) {
        Map<String, String> pairs = new TreeMap<>();
        List<String> given = params.getAll(name);
        if (given.size() > PAIRS_MAX) {
            wrong(name, "is given " + given.size() + " times; at most " + PAIRS_MAX + " are taken");
            return pairs;
        }
        for (String text : given) {
            int equals = text.indexOf('=');
            if (equals <= 0 || equals == text.length() - 1 || text.length() > 2 * NAME_LENGTH_MAX) {
                wrong(name, "'" + Texts.shortened(text) + "' is not of the form name=value");
            } else if (pairs.put(text.substring(0, equals), text.substring(equals + 1)) != null) {
                wrong(name, "'" + Texts.shortened(text) + "' says something of the same name again");
            }
        }
        return pairs;
    }

    /** A part of a whole from 0 to 1, as 0.01 or 1%, in parts per million. */
    long ppm(String name, long otherwise) {
        String text = single(name);
        if (text == null) {
            return otherwise;
        }
        try {
            boolean percent = text.endsWith("%");
            String number = percent ? text.substring(0, text.length() - 1).strip() : text;
            if (number.length() <= NUMBER_LENGTH_MAX && !number.contains("e") && !number.contains("E")) {
                BigDecimal ppm = new BigDecimal(number).scaleByPowerOfTen(percent ? 4 : 6);
                if (ppm.signum() >= 0 && ppm.compareTo(BigDecimal.valueOf(1_000_000)) <= 0) {
                    return ppm.setScale(0, RoundingMode.HALF_EVEN).longValueExact();
                }
            }
        } catch (NumberFormatException e) {
            // told below
        }
        wrong(name, "'" + Texts.shortened(text) + "' is no part from 0 to 1, such as 0.01 or 1%");
        return otherwise;
    }

    /** Says what is wrong with a value. */
    void wrong(String name, String detail) {
        fault(name, "bad_value", detail);
    }

    /** @throws Problem.ProblemException 400 where anything was wrong */
    void finish() {
        if (!faults.isEmpty()) {
            throw Problem.badRequest("The parameters are not valid", faults).exception();
        }
    }

    private void fault(String name, String reason, String detail) {
        faults.add(new Problem.Fault(null, Texts.shortened(name), reason, detail));
    }
}
