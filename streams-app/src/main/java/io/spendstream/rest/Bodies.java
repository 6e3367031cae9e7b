package io.spendstream.rest;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;

/**
 * Reads request bodies up to a size and within a time. What comes after too much is read and dropped for as long, since
 * a caller that is still sending would not see an answer before the connection breaks.
 */
final class Bodies {

    private final Vertx vertx;
    private final long bytesMax;
    private final Duration timeout;

    Bodies(Vertx vertx, long bytesMax, Duration timeout) {
        this.vertx = vertx;
        this.bytesMax = bytesMax;
        this.timeout = timeout;
    }

    /** The same with a lower limit. */
    Bodies upTo(long bytes) {
        return new Bodies(vertx, Math.min(bytes, bytesMax), timeout);
    }

    /**
     * Drops a body that nobody has taken by now, and cuts the connection where it is larger than any that is taken: reading
     * on what has no end, and decompressing it, would cost more here than it costs to send.
     */
    void drop(HttpServerRequest request) {
        long[] dropped = {0};
        request.handler(chunk -> {
            dropped[0] += chunk.length();
            if (dropped[0] > bytesMax) {
                request.connection().close();
            }
        });
    }

    /** Bytes that a request will have at most. */
    long expectedBytes(HttpServerRequest request) {
        long declared = declaredBytes(request);
        return declared < 0 ? bytesMax : Math.min(declared, bytesMax);
    }

    /** The body, or a problem 413, 415 or 408. To be called on the event loop before anything else awaits. */
    Future<Buffer> read(HttpServerRequest request) {
        String encoding = request.getHeader("Content-Encoding");
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            // Those that are known are taken away with the header before.
            return Future.failedFuture(Problem.unsupportedEncoding(
                            "Content-Encoding '" + encoding + "' is not taken; accepted: gzip, deflate")
                    .exception());
        }
        if (declaredBytes(request) > bytesMax) {
            return Future.failedFuture(refuse(request).exception());
        }
        if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
            request.response().writeContinue();
        }
        Promise<Buffer> promise = Promise.promise();
        Collected body = new Collected();
        long timer = vertx.setTimer(timeout.toMillis(), id -> {
            promise.tryFail(Problem.requestTimeout("The body was not there after " + timeout.toSeconds() + " s; "
                            + body.length() + " bytes were")
                    .exception());
            // The answer goes out first; then nobody waits for the rest.
            vertx.setTimer(1_000, again -> request.connection().close());
        });
        request.exceptionHandler(failure -> {
            vertx.cancelTimer(timer);
            promise.tryFail(failure);
        });
        request.handler(chunk -> {
            if (body.length() + chunk.length() <= bytesMax) {
                body.add(chunk);
            } else {
                promise.tryFail(tooLarge().exception());
            }
        });
        request.endHandler(end -> {
            vertx.cancelTimer(timer);
            promise.tryComplete(body.whole);
        });
        return promise.future();
    }

    /** What has come of a body. Nearly all bodies come in one piece, which is taken as it is. */
    private static final class Collected {

        private Buffer whole = Buffer.buffer(0);
        private boolean isCopy;

        int length() {
            return whole.length();
        }

        void add(Buffer chunk) {
            if (whole.length() == 0) {
                whole = chunk;
                return;
            }
            if (!isCopy) {
                whole = Buffer.buffer(whole.length() + chunk.length()).appendBuffer(whole);
                isCopy = true;
            }
            whole.appendBuffer(chunk);
        }
    }

    private Problem refuse(HttpServerRequest request) {
        if (request.getHeader("Expect") != null) {
            // The caller may or may not send the body now, so the connection is of no further use.
            request.response()
                    .putHeader("Connection", "close")
                    .endHandler(end -> request.connection().close());
        } else {
            long timer = vertx.setTimer(
                    timeout.toMillis(), id -> request.connection().close());
            request.exceptionHandler(failure -> vertx.cancelTimer(timer));
            request.endHandler(end -> vertx.cancelTimer(timer));
            request.handler(dropped -> {});
        }
        return tooLarge();
    }

    private Problem tooLarge() {
        return Problem.tooLarge("The body may have " + bytesMax + " bytes at most; send it in parts");
    }

    private static long declaredBytes(HttpServerRequest request) {
        String length = request.getHeader("Content-Length");
        try {
            return length == null ? -1 : Long.parseLong(length.trim());
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
