package io.spendstream.rest;

import java.time.Instant;

/**
 * Times as text, for those that come again and again. Read and written by many threads without order: an entry is an
 * immutable object or none, and what is not there is made anew.
 */
final class TimeTexts {

    private static final int ENTRIES = 1 << 10;

    private record Entry(Instant time, String text) {}

    private final Entry[] entries = new Entry[ENTRIES];

    /** As {@link Instant#toString}. */
    String text(Instant time) {
        int place = Long.hashCode(time.getEpochSecond() * 0x9E3779B97F4A7C15L >>> 32) & ENTRIES - 1;
        Entry entry = entries[place];
        if (entry == null || !entry.time.equals(time)) {
            entry = new Entry(time, time.toString());
            entries[place] = entry;
        }
        return entry.text;
    }
}
