package io.spendstream.format;

import java.util.HashMap;
import java.util.Map;

/**
 * Which fields of an object are read; the others are passed over.
 *
 * @param fields by name what is kept of their values; {@link #ALL} where it is everything
 */
record Kept(Map<String, Kept> fields) {

    static final Kept ALL = new Kept(null);

    /** By paths: {@code response.usage} keeps of the response only the usage. */
    static Kept of(String... paths) {
        Map<String, Kept> fields = new HashMap<>();
        for (String path : paths) {
            int dot = path.indexOf('.');
            fields.put(dot < 0 ? path : path.substring(0, dot), dot < 0 ? ALL : of(path.substring(dot + 1)));
        }
        return new Kept(Map.copyOf(fields));
    }

    /** The same fields, also where they are within a field. */
    Kept orWithin(String name) {
        Map<String, Kept> both = new HashMap<>(fields);
        both.put(name, this);
        return new Kept(Map.copyOf(both));
    }

    /** What is kept of a field; null where it is passed over. */
    Kept field(String name) {
        return fields == null ? ALL : fields.get(name);
    }
}
