package io.spendstream.rollup;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The partitions of the cube that this instance owns now. A share appears when its task has restored and starts to
 * run, and is gone before the task closes.
 */
public final class Shards {

    private final Map<Integer, CellReader> open = new ConcurrentHashMap<>();

    void opened(CellReader share) {
        open.put(share.partition(), share);
    }

    void closed(CellReader share) {
        open.remove(share.partition(), share);
    }

    public Collection<CellReader> open() {
        return open.values();
    }
}
