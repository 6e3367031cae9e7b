package io.spendstream.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The names that a library exports, read and shortened. */
class ElfTest {

    private static final List<String> ALLOCATOR = List.of(
            "malloc",
            "free",
            "calloc",
            "realloc",
            "posix_memalign",
            "aligned_alloc",
            "memalign",
            "valloc",
            "malloc_usable_size");

    @ParameterizedTest
    @CsvSource({"Linux, amd64", "Linux, aarch64"})
    void jemallocStandsInThePlaceOfTheAllocator(String system, String architecture) throws IOException {
        byte[] library = Jemalloc.of(Platform.of(system, architecture)).library();

        assertThat(new Elf(library).exported())
                .containsAll(ALLOCATOR)
                .noneMatch(name -> name.startsWith("je_"))
                .doesNotHaveDuplicates();
    }

    /** Values of the hash function that are known from elsewhere. */
    @ParameterizedTest
    @CsvSource({"'', 5381", "printf, 0x156b2bb8", "exit, 0x7c967e3f", "syscall, 0xbac212a0"})
    void namesHashAsTheLoaderHashesThem(String name, String hash) {
        assertThat(Elf.gnuHash(name)).isEqualTo(Long.decode(hash).intValue());
    }

    @Test
    void aPrefixThatNoNameHasIsRefused() throws IOException {
        byte[] library = Jemalloc.of(Platform.of("Linux", "amd64")).library();

        assertThatThrownBy(() -> new Elf(library).withoutPrefix("je_"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("exports no name that starts with je_");
    }

    @Test
    void whatIsNoLibraryIsRefused() {
        byte[] text = "#!/bin/sh\n".repeat(10).getBytes(StandardCharsets.UTF_8);

        assertThatThrownBy(() -> new Elf(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("not an ELF file of 64 bits, little-endian");
        assertThatThrownBy(() -> new Elf(new byte[0])).isInstanceOf(IllegalArgumentException.class);
    }
}
