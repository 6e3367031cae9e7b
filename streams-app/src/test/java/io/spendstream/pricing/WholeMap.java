package io.spendstream.pricing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/** LiteLLM's whole price map; {@code testdata/README.md} says where it is from. */
final class WholeMap {

    private static final Path FILE = Path.of("..", "testdata", "litellm_model_prices.json.gz");

    private WholeMap() {}

    static String text() {
        try (InputStream map = new GZIPInputStream(Files.newInputStream(FILE))) {
            return new String(map.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
