package io.spendstream.pricing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** LiteLLM's whole price map, which lies beside the project where there is one. */
final class SharedMap {

    private SharedMap() {}

    /** The map's text; skips the test where it is absent. */
    static String text() {
        for (Path up = Path.of("").toAbsolutePath(); up != null; up = up.getParent()) {
            Path file = up.resolve("shared/data/litellm_model_prices.json");
            if (Files.exists(file)) {
                try {
                    return Files.readString(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
        assumeTrue(false, "needs ../shared/data/litellm_model_prices.json, LiteLLM's price map, which is not here");
        throw new AssertionError();
    }
}
