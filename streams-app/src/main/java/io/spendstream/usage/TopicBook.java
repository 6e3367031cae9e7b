package io.spendstream.usage;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is kept in memory of a compacted topic of definitions, and how far the topic was read for it: so whoever writes
 * there knows when this instance goes by the record. Any number of threads may ask.
 */
public abstract class TopicBook {

    /** Keys of which it is remembered when they changed last; only what is on its way at that moment needs it. */
    private final int changesMax;

    /** Offset of the last record of each key that was meant to change it; the oldest first. */
    private final Map<String, Long> changedLast = new LinkedHashMap<>();

    private long position;
    private volatile Runnable whenRead = () -> {};

    protected TopicBook(int changesMax) {
        this.changesMax = changesMax;
    }

    /** Says where the record is that somebody wrote last to change a definition, good or bad. */
    public final synchronized void changed(String key, long offset) {
        changedLast.remove(key);
        changedLast.put(key, offset);
        if (changedLast.size() > changesMax) {
            changedLast.remove(changedLast.keySet().iterator().next());
        }
    }

    /** The offset of the record that somebody wrote last to change a definition; -1 where none is known. */
    public final synchronized long changedLast(String key) {
        return changedLast.getOrDefault(key, -1L);
    }

    /**
     * How far the topic of definitions has been read here: the offset of the first record that is not in the book. Whoever
     * acts on the book and hands its work over to another instance says so, asking for this afterwards.
     */
    public final synchronized long position() {
        return position;
    }

    /** Has somebody told whenever more has been read, by the thread that reads: it must not be held up. */
    public final void whenRead(Runnable listener) {
        whenRead = listener;
    }

    /** Says how far the topic has been read. Never goes back: what was read stays in the book. */
    public final void readUpTo(long offset) {
        synchronized (this) {
            if (offset <= position) {
                return;
            }
            position = offset;
            notifyAll();
        }
        whenRead.run();
    }

    /**
     * Waits until this instance has read as far as another had when it handed over its work, so that no definition looks
     * deleted, or a limit unchanged, for a moment. Every instance reads all records within milliseconds.
     *
     * @return false where it has not within the time: then the topic may have been made anew
     */
    public final synchronized boolean awaitPosition(long offset, Duration within) {
        long deadline = System.nanoTime() + within.toNanos();
        while (position < offset) {
            long leftMs = (deadline - System.nanoTime()) / 1_000_000;
            if (leftMs <= 0) {
                return false;
            }
            try {
                wait(leftMs);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }
}
