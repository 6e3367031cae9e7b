package io.spendstream.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.spendstream.query.IntakeFailure;
import io.spendstream.query.NotAllThere;
import io.spendstream.query.QueryRefused;
import io.spendstream.usage.Texts;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers failures as problems. What was not foreseen is logged under an id that the answer names, and told no more. */
final class Problems {

    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

    private Problems() {}

    /**
     * Answers a request that failed.
     *
     * @param status where there is no exception that says more
     */
    static void answer(RoutingContext ctx, int status) {
        Throwable failure = cause(ctx.failure());
        answer(ctx.request(), failure == null ? ofStatus(status) : of(failure, ctx));
    }

    static void answer(HttpServerRequest request, Problem problem) {
        HttpServerResponse response = request.response();
        if (response.ended() || response.closed()) {
            return;
        }
        if (response.headWritten()) {
            // Half an answer is out: cut the connection, so that it is not taken for a whole one.
            request.connection().close();
            return;
        }
        if (problem.retryAfterSeconds() > 0) {
            response.putHeader("Retry-After", Long.toString(problem.retryAfterSeconds()));
        }
        // Also where the request was no HTTP and came through no route.
        SafeHeaders.put(request);
        response.setStatusCode(problem.status())
                .putHeader("Content-Type", Problem.MEDIA_TYPE)
                .end(Buffer.buffer(json(problem, request.path())));
    }

    /** Answers what is not even HTTP. */
    static void answerInvalid(HttpServerRequest request) {
        Throwable cause = request.decoderResult().cause();
        Problem problem;
        if (cause instanceof TooLongHttpLineException) {
            problem = ofStatus(414);
        } else if (cause instanceof TooLongHttpHeaderException) {
            problem = ofStatus(431);
        } else {
            problem = ofStatus(400);
        }
        request.response().putHeader("Connection", "close");
        answer(request, problem);
    }

    /** Answers what could be read in two ways. What comes after it on the connection is of nobody known. */
    static void answerUnframed(HttpServerRequest request, String fault) {
        request.response()
                .putHeader("Connection", "close")
                .endHandler(end -> request.connection().close());
        answer(request, Problem.badRequest("It does not follow HTTP: " + fault, List.of()));
    }

    private static Problem of(Throwable failure, RoutingContext ctx) {
        HttpServerRequest request = ctx.request();
        if (failure instanceof Problem.ProblemException known) {
            return known.problem();
        }
        if (failure instanceof QueryRefused refused) {
            return of(refused);
        }
        if (failure instanceof NotAllThere missing) {
            // Which instances there are, and what they say, is the installation's.
            String why = Gate.mayKnowInstances(ctx) ? missing.getMessage() : "not all instances answer now";
            return Problem.unavailable("The answer would be short: " + why, seconds(missing.retryAfter()));
        }
        if (failure instanceof IntakeFailure notTaken) {
            return of(notTaken);
        }
        if (failure instanceof DecoderException damaged) {
            // The server closes the connection after it: a caller who is not told so would send its next request there.
            request.response().putHeader("Connection", "close");
            return Problem.badRequest(
                    "The body does not follow its Content-Encoding: " + damaged.getMessage(), List.of());
        }
        if (failure instanceof HttpException http) {
            return ofStatus(http.getStatusCode());
        }
        String id = UUID.randomUUID().toString();
        LOG.error("{} {} failed, {}", request.method(), request.path(), id, failure);
        return new Problem(500, "internal", "Something went wrong here", "The log has the cause under " + id);
    }

    private static Problem of(QueryRefused refused) {
        List<Problem.Fault> errors = refused.faults().stream()
                .map(f -> new Problem.Fault(null, f.field(), f.reason().code(), f.detail()))
                .toList();
        return Problem.badRequest(refused.getMessage(), errors);
    }

    private static Problem of(IntakeFailure failure) {
        long retryAfter = seconds(failure.retryAfter());
        return failure.reason() == IntakeFailure.Reason.OVERLOADED
                ? Problem.tooManyRequests(failure.getMessage(), retryAfter)
                : Problem.unavailable(failure.getMessage(), retryAfter);
    }

    private static Problem ofStatus(int status) {
        return switch (status) {
            case 404 -> Problem.notFound("Nothing is at this address; /openapi.json says what is where");
            case 405 -> Problem.methodNotAllowed("The Allow header names the methods that do");
            case 413 -> Problem.tooLarge("The body is larger than is taken");
            case 414 -> new Problem(414, "too-large", "The request is too large", "The address is too long");
            case 431 -> new Problem(431, "too-large", "The request is too large", "The headers are too long");
            case 500 -> new Problem(500, "internal", "Something went wrong here", "The log has the cause");
            default ->
                new Problem(
                        status,
                        "invalid-request",
                        "The request is not valid",
                        "It does not follow HTTP: " + HttpResponseStatus.valueOf(status));
        };
    }

    private static byte[] json(Problem problem, String path) {
        return Json.write(g -> {
            g.writeStartObject();
            g.writeStringField("type", problem.type());
            g.writeStringField("title", problem.title());
            g.writeNumberField("status", problem.status());
            g.writeStringField("detail", Texts.wellFormed(problem.detail()));
            if (path != null) {
                g.writeStringField("instance", Texts.wellFormed(path));
            }
            if (!problem.errors().isEmpty()) {
                writeErrors(g, problem.errors());
            }
            g.writeEndObject();
        });
    }

    private static void writeErrors(JsonGenerator g, List<Problem.Fault> errors) throws IOException {
        g.writeArrayFieldStart("errors");
        for (Problem.Fault error : errors) {
            g.writeStartObject();
            if (error.index() != null) {
                g.writeNumberField("index", error.index());
            }
            if (error.field() != null) {
                g.writeStringField("field", Texts.wellFormed(error.field()));
            }
            g.writeStringField("reason", error.reason());
            g.writeStringField("detail", Texts.wellFormed(error.detail()));
            g.writeEndObject();
        }
        g.writeEndArray();
    }

    private static long seconds(Duration wait) {
        return Math.max(1, wait.plusMillis(999).toSeconds());
    }

    private static Throwable cause(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
