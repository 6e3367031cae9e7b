package io.spendstream.image;

/**
 * What the image is built for: the machine that builds it, as its system libraries are copied.
 *
 * @param architecture as images name it
 * @param loader the path that executables name as their interpreter
 * @param rocksDb the library in RocksDB's archive
 * @param compressors the directory's name in archives of zstd and lz4
 * @param snappy the directory's name in the archive of snappy
 * @param jemalloc the directory's name in the archive of jemalloc
 */
record Platform(
        String architecture, String loader, String rocksDb, String compressors, String snappy, String jemalloc) {

    private static final Platform AMD64 =
            new Platform("amd64", "/lib64/ld-linux-x86-64.so.2", "librocksdbjni-linux64.so", "amd64", "x86_64", "x64");
    private static final Platform ARM64 = new Platform(
            "arm64", "/lib/ld-linux-aarch64.so.1", "librocksdbjni-linux-aarch64.so", "aarch64", "aarch64", "arm64");

    /**
     * The platform of this machine.
     *
     * @throws UnsupportedOperationException where there is no image for it
     */
    static Platform current() {
        return of(System.getProperty("os.name"), System.getProperty("os.arch"));
    }

    static Platform of(String system, String architecture) {
        if (!system.equals("Linux")) {
            throw new UnsupportedOperationException("an image is built on Linux only, and this is " + system);
        }
        return switch (architecture) {
            case "amd64" -> AMD64;
            case "aarch64" -> ARM64;
            default ->
                throw new UnsupportedOperationException(
                        "an image is built on amd64 and aarch64 only, and this is " + architecture);
        };
    }
}
