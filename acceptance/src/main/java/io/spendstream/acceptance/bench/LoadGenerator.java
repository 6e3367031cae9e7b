package io.spendstream.acceptance.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Posts batches of events as fast as they are taken, over some connections, each with one request at a time. Runs in a
 * process of its own; what it needs of the processor is not the application's.
 *
 * <p>Arguments: address, connections, events per batch, users, seconds to warm up, seconds to measure. Says one line:
 * {@code accepted <in all> measured <while measured> refused <requests> seconds <s> latencies <ns,ns,...>}.
 */
final class LoadGenerator {

    /** Digits of the serial number in an id, overwritten for each request. */
    private static final int SERIAL_DIGITS = 12;

    private static final int TEMPLATES = 32;

    /** A request's body, and where in it the serial numbers are. */
    private record Template(byte[] body, int[] serials) {}

    /** What one connection saw. */
    private record Seen(long accepted, long measured, long refused, long[] latencies) {}

    private final URI address;
    private final int batch;
    private final long startNs;
    private final long measureFromNs;
    private final long endNs;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private LoadGenerator(String[] arguments) {
        address = URI.create(arguments[0]).resolve("/v1/events");
        batch = Integer.parseInt(arguments[2]);
        startNs = System.nanoTime();
        measureFromNs = startNs + Integer.parseInt(arguments[4]) * 1_000_000_000L;
        endNs = measureFromNs + Integer.parseInt(arguments[5]) * 1_000_000_000L;
    }

    public static void main(String[] arguments) throws InterruptedException, ExecutionException {
        LoadGenerator generator = new LoadGenerator(arguments);
        int connections = Integer.parseInt(arguments[1]);
        int users = Integer.parseInt(arguments[3]);
        ExecutorService threads = Executors.newFixedThreadPool(connections);
        List<Future<Seen>> running = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            Callable<Seen> connection = generator.connection(i, users);
            running.add(threads.submit(connection));
        }
        long accepted = 0;
        long measured = 0;
        long refused = 0;
        StringBuilder latencies = new StringBuilder();
        for (Future<Seen> connection : running) {
            Seen seen = connection.get();
            accepted += seen.accepted;
            measured += seen.measured;
            refused += seen.refused;
            Arrays.stream(seen.latencies).forEach(ns -> latencies.append(ns).append(','));
        }
        threads.shutdown();
        double seconds = (generator.endNs - generator.measureFromNs) / 1e9;
        System.out.println("accepted " + accepted + " measured " + measured + " refused " + refused + " seconds "
                + seconds + " latencies " + latencies);
    }

    private Callable<Seen> connection(int number, int users) {
        return () -> {
            SplittableRandom dice = new SplittableRandom(number);
            Template[] templates = new Template[TEMPLATES];
            for (int i = 0; i < TEMPLATES; i++) {
                templates[i] = template(number, users, dice);
            }
            return post(templates);
        };
    }

    private Seen post(Template[] templates) throws IOException, InterruptedException {
        long accepted = 0;
        long measured = 0;
        long refused = 0;
        long serial = 0;
        long[] latencies = new long[1 << 16];
        int count = 0;
        long start = System.nanoTime();
        for (int i = 0; start < endNs; i++) {
            byte[] body = numbered(templates[i % TEMPLATES], serial);
            serial += batch;
            int status = send(body);
            long end = System.nanoTime();
            if (status == 202) {
                accepted += batch;
                if (end >= measureFromNs && end <= endNs) {
                    measured += batch;
                    latencies = count == latencies.length ? Arrays.copyOf(latencies, 2 * count) : latencies;
                    latencies[count++] = end - start;
                }
            } else {
                refused++;
            }
            start = System.nanoTime();
        }
        return new Seen(accepted, measured, refused, Arrays.copyOf(latencies, count));
    }

    private int send(byte[] body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(address)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    private Template template(int connection, int users, SplittableRandom dice) {
        StringBuilder json = new StringBuilder("[");
        int[] serials = new int[batch];
        for (int i = 0; i < batch; i++) {
            json.append(i == 0 ? "" : ",")
                    .append("{\"id\":\"load-")
                    .append(connection)
                    .append('-');
            serials[i] = json.length();
            json.append("0".repeat(SERIAL_DIGITS)).append("\",\"time\":\"").append(Instant.now());
            json.append("\",\"tenant\":\"acme\",\"feature\":\"feature-").append(dice.nextInt(20));
            json.append("\",\"model\":\"").append(RateList.MODELS.get(dice.nextInt(RateList.MODELS.size())));
            json.append("\",\"team\":\"team-").append(dice.nextInt(10));
            json.append("\",\"user\":\"user-").append(dice.nextInt(users));
            json.append("\",\"input_tokens\":").append(100 + dice.nextInt(4_000));
            json.append(",\"output_tokens\":").append(1 + dice.nextInt(1_000));
            json.append(",\"latency_ms\":").append(200 + dice.nextInt(8_000)).append('}');
        }
        byte[] body = json.append(']').toString().getBytes(StandardCharsets.US_ASCII);
        return new Template(body, serials);
    }

    /** The body with the next serial numbers, so that every id is new. */
    private static byte[] numbered(Template template, long first) {
        byte[] body = template.body.clone();
        long serial = first;
        for (int at : template.serials) {
            long rest = serial++;
            for (int digit = SERIAL_DIGITS - 1; digit >= 0; digit--) {
                body[at + digit] = (byte) ('0' + rest % 10);
                rest /= 10;
            }
        }
        return body;
    }
}
