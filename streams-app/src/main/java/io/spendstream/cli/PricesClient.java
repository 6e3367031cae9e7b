package io.spendstream.cli;

import io.spendstream.pricing.PricesJson;
import io.spendstream.v1.ModelPrices;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;

/** The price book of a running application, over REST. Threads may share one. */
final class PricesClient {

    private final RestClient rest;

    PricesClient(RestClient rest) {
        this.rest = rest;
    }

    /**
     * All records of the book.
     *
     * @throws IOException where the application cannot be reached or answers anything else
     */
    List<ModelPrices> all() throws IOException, InterruptedException {
        HttpResponse<String> response =
                rest.send(rest.request("/v1/prices").GET().build());
        if (response.statusCode() != 200) {
            throw new IOException(RestClient.describe(response));
        }
        PricesJson.BookReading book = PricesJson.readBook(response.body());
        if (!book.faults().isEmpty()) {
            throw new IOException("answered with prices that are not understood: " + book.faults());
        }
        return book.models();
    }

    /**
     * Puts one record.
     *
     * @throws IOException where it was not taken; the message says why
     */
    void put(ModelPrices prices) throws IOException, InterruptedException {
        HttpResponse<String> response = rest.send(rest.request("/v1/prices/" + RestClient.encoded(prices.getModel()))
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(PricesJson.write(prices)))
                .build());
        if (response.statusCode() / 100 != 2) {
            throw new IOException(RestClient.describe(response));
        }
    }
}
