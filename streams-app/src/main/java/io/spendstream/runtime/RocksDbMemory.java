package io.spendstream.runtime;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.CompressionType;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/**
 * One block cache and one budget of write buffers for all stores of the process, so that memory does not grow with the
 * number of partitions.
 */
final class RocksDbMemory implements AutoCloseable {

    /** The configuration key under which Kafka Streams hands this object to {@link Setter}. */
    static final String KEY = "spendstream.rocksdb.memory";

    private static final long WRITE_BUFFER_BYTES = 4L << 20;
    private static final int BLOCK_BYTES = 8 << 10;
    private static final int BLOOM_BITS = 10;

    private final Cache cache;
    private final long cacheBytesMax;
    private final WriteBufferManager writeBuffers;
    private boolean closed;

    RocksDbMemory(long cacheBytes, long writeBufferBytes) {
        RocksDB.loadLibrary();
        cacheBytesMax = cacheBytes;
        cache = new LRUCache(cacheBytes, -1, false, 0.2);
        writeBuffers = new WriteBufferManager(writeBufferBytes, cache);
    }

    /** What the cache holds now. What is closed holds nothing: asking it would be the end of the process. */
    synchronized long cacheBytes() {
        return closed ? 0 : cache.getUsage();
    }

    /** What of it is in use and cannot make room. */
    synchronized long pinnedBytes() {
        return closed ? 0 : cache.getPinnedUsage();
    }

    long cacheLimitBytes() {
        return cacheBytesMax;
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            writeBuffers.close();
            cache.close();
        }
    }

    /** Named in the configuration of Kafka Streams, which makes one for each store. */
    public static final class Setter implements RocksDBConfigSetter {

        private BloomFilter filter;

        @Override
        public void setConfig(String storeName, Options options, Map<String, Object> configs) {
            RocksDbMemory memory = (RocksDbMemory) configs.get(KEY);
            filter = new BloomFilter(BLOOM_BITS);
            BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
            table.setBlockCache(memory.cache);
            table.setBlockSize(BLOCK_BYTES);
            // Most cells of a new bucket are not there yet: a filter spares the look.
            table.setFilterPolicy(filter);
            // Index and filter blocks count against the cache, so that the bound is one.
            table.setCacheIndexAndFilterBlocks(true);
            table.setCacheIndexAndFilterBlocksWithHighPriority(true);
            table.setPinTopLevelIndexAndFilter(true);
            options.setWriteBufferManager(memory.writeBuffers);
            options.setWriteBufferSize(WRITE_BUFFER_BYTES);
            options.setCompressionType(CompressionType.LZ4_COMPRESSION);
            options.setTableFormatConfig(table);
        }

        @Override
        public void close(String storeName, Options options) {
            filter.close();
        }
    }
}
