package io.spendstream.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The names that a shared library exports (ELF, 64 bits, little-endian, with a GNU hash table).
 *
 * <p>Its one use: jemalloc as it is to be had from Maven Central exports {@code je_malloc}, so that it stands beside the C
 * library's {@code malloc}; to stand in its place it must export {@code malloc}. The names are shortened in place: a symbol's
 * name is an offset into a table of texts, and {@code malloc} is the end of {@code je_malloc}. No code is touched. The hash
 * table by which the loader finds names is written anew, as one bucket, which is never longer than what was there.
 */
final class Elf {

    private static final int SYMBOL_BYTES = 24;
    private static final int SECTION_BYTES = 64;
    private static final int SECTION_DYNAMIC_SYMBOLS = 11;
    private static final int SECTION_GNU_HASH = 0x6ffffff6;
    private static final int SECTION_HASH = 5;

    private final ByteBuffer file;
    private final Section symbols;
    private final Section names;
    private final Section hash;

    private record Section(int type, int offset, int size, int link) {}

    /**
     * Reads a library.
     *
     * @throws IllegalArgumentException where it is none of the kind
     */
    Elf(byte[] library) {
        file = ByteBuffer.wrap(library.clone()).order(ByteOrder.LITTLE_ENDIAN);
        if (library.length < 64 || file.getInt(0) != 0x464c457f || file.get(4) != 2 || file.get(5) != 1) {
            throw new IllegalArgumentException("not an ELF file of 64 bits, little-endian");
        }
        List<Section> sections = sections();
        symbols = one(sections, SECTION_DYNAMIC_SYMBOLS);
        names = sections.get(symbols.link());
        hash = one(sections, SECTION_GNU_HASH);
        if (sections.stream().anyMatch(section -> section.type() == SECTION_HASH)) {
            throw new IllegalArgumentException("has a second hash table, of the older kind, which would not agree");
        }
    }

    private List<Section> sections() {
        long start = file.getLong(0x28);
        int count = Short.toUnsignedInt(file.getShort(0x3c));
        List<Section> sections = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int at = Math.toIntExact(start) + i * SECTION_BYTES;
            sections.add(new Section(
                    file.getInt(at + 4),
                    Math.toIntExact(file.getLong(at + 24)),
                    Math.toIntExact(file.getLong(at + 32)),
                    file.getInt(at + 40)));
        }
        return sections;
    }

    private static Section one(List<Section> sections, int type) {
        return sections.stream()
                .filter(section -> section.type() == type)
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("has no section of type 0x" + Integer.toHexString(type)));
    }

    /** Names that others can link to. */
    List<String> exported() {
        List<String> exported = new ArrayList<>();
        for (int symbol = firstExported(); symbol < symbols.size() / SYMBOL_BYTES; symbol++) {
            exported.add(name(nameOffset(symbol)));
        }
        return exported;
    }

    /**
     * The library with a prefix taken off every exported name that has it.
     *
     * @throws IllegalArgumentException where no name has it
     */
    byte[] withoutPrefix(String prefix) {
        if (exported().stream().noneMatch(name -> name.startsWith(prefix))) {
            throw new IllegalArgumentException("exports no name that starts with " + prefix + ": " + exported());
        }
        for (int symbol = firstExported(); symbol < symbols.size() / SYMBOL_BYTES; symbol++) {
            int offset = nameOffset(symbol);
            if (name(offset).startsWith(prefix)) {
                file.putInt(symbols.offset() + symbol * SYMBOL_BYTES, offset + prefix.length());
            }
        }
        writeHash();
        return file.array().clone();
    }

    /** One bucket, and a filter that lets every name through to it. */
    private void writeHash() {
        List<String> exported = exported();
        int first = firstExported();
        ByteBuffer table = ByteBuffer.allocate(28 + 4 * exported.size()).order(ByteOrder.LITTLE_ENDIAN);
        table.putInt(1).putInt(first).putInt(1).putInt(0).putLong(-1).putInt(first);
        for (int i = 0; i < exported.size(); i++) {
            boolean last = i == exported.size() - 1;
            table.putInt(gnuHash(exported.get(i)) & ~1 | (last ? 1 : 0));
        }
        if (table.capacity() > hash.size()) {
            throw new IllegalArgumentException(
                    "its hash table of " + hash.size() + " bytes has no room for " + table.capacity());
        }
        file.put(hash.offset(), table.array());
    }

    /** As the loader computes it. */
    static int gnuHash(String name) {
        int h = 5381;
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            h = h * 33 + Byte.toUnsignedInt(b);
        }
        return h;
    }

    private int firstExported() {
        return file.getInt(hash.offset() + 4);
    }

    private int nameOffset(int symbol) {
        return file.getInt(symbols.offset() + symbol * SYMBOL_BYTES);
    }

    private String name(int offset) {
        int start = names.offset() + offset;
        int end = start;
        while (file.get(end) != 0) {
            end++;
        }
        return new String(file.array(), start, end - start, StandardCharsets.UTF_8);
    }
}
