package io.spendstream.image;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;

/** What the build made. */
final class ImageFiles {

    static final Path TARGET = Path.of("target").toAbsolutePath();
    static final Path IMAGE = TARGET.resolve(BuildImage.FILE);
    static final Path TREE = TARGET.resolve(BuildImage.TREE);

    private ImageFiles() {}

    /** Skips where no image can be built, and only there. */
    static void assumeBuilt() {
        try {
            Platform.current();
        } catch (UnsupportedOperationException e) {
            assumeTrue(false, "there is no image: " + e.getMessage());
        }
    }
}
