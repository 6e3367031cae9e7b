package io.spendstream.rest;

import io.spendstream.usage.Texts;
import io.vertx.core.MultiMap;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Reads the parameters of an address and tells of everything that is wrong with them at once. */
final class Params {

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
