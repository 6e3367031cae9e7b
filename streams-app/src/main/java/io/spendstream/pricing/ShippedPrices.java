package io.spendstream.pricing;

import io.spendstream.v1.ModelPrices;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The price book that comes with the application: well-known models, each card with its source and date. */
public final class ShippedPrices {

    private static final String RESOURCE = "/prices/default-prices.json";

    private ShippedPrices() {}

    /** All records, without fault. */
    public static List<ModelPrices> load() {
        try (InputStream in = ShippedPrices.class.getResourceAsStream(RESOURCE)) {
            PricesJson.BookReading book = PricesJson.readBook(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            if (!book.faults().isEmpty()) {
                throw new IllegalStateException(RESOURCE + " is not fit to ship: " + book.faults());
            }
            return book.models();
        } catch (IOException e) {
            throw new UncheckedIOException(RESOURCE, e);
        }
    }
}
