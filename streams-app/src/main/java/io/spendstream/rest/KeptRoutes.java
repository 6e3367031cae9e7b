package io.spendstream.rest;

import io.spendstream.access.Caller;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * What is kept by an id: all of it at one address, each below it at {@code /{id}}. Every change is in the audit log, and
 * another tenant's is not there.
 */
abstract class KeptRoutes<T> {

    private final String name;
    private final String all;
    private final WorkerExecutor workers;
    private final Audited audited;

    /** @param name of one of them, in words */
    KeptRoutes(String name, String all, WorkerExecutor workers, Audited audited) {
        this.name = name;
        this.all = all;
        this.workers = workers;
        this.audited = audited;
    }

    abstract List<T> list();

    abstract Optional<T> find(String id);

    abstract boolean isFor(T one, Caller caller);

    abstract String id(T one);

    /** For the audit log; null: of none or several. */
    abstract String tenant(T one);

    abstract Buffer json(List<T> some);

    abstract Buffer json(T one);

    /** As it is in the audit log. */
    abstract String audited(T one);

    abstract CompletionStage<Void> store(T one);

    abstract CompletionStage<Void> remove(T one);

    /** Mounts what all have: the list, one of them, and to delete it. */
    void mount(Api api) {
        api.get(all, this::list);
        on(api, HttpMethod.GET, "", this::get);
        on(api, HttpMethod.DELETE, "", this::delete);
    }

    /** @param below the address of one of them */
    final void on(Api api, HttpMethod method, String below, Handler<RoutingContext> handler) {
        api.on(method, all + "/{id}" + below, all + "/:id" + below, handler);
    }

    private void list(RoutingContext ctx) {
        Params.none(ctx.queryParams());
        Accepts.best(ctx, Json.MEDIA_TYPE);
        Caller caller = Gate.caller(ctx);
        workers.executeBlocking(
                        () -> json(list().stream()
                                .filter(one -> isFor(one, caller))
                                .toList()),
                        false)
                .onSuccess(json -> Json.answer(ctx, 200, json))
                .onFailure(ctx::fail);
    }

    private void get(RoutingContext ctx) {
        Params.none(ctx.queryParams());
        Accepts.best(ctx, Json.MEDIA_TYPE);
        T existing = existing(ctx);
        workers.executeBlocking(() -> json(existing), false)
                .onSuccess(json -> Json.answer(ctx, 200, json))
                .onFailure(ctx::fail);
    }

    private void delete(RoutingContext ctx) {
        Params.none(ctx.queryParams());
        T existing = existing(ctx);
        audited.make(
                        Gate.caller(ctx),
                        change(existing, existing, null),
                        ctx.vertx().getOrCreateContext(),
                        () -> remove(existing))
                .onSuccess(done -> ctx.response().setStatusCode(204).end())
                .onFailure(ctx::fail);
    }

    /** Reads one from a request's body, or throws what is wrong with it. */
    @FunctionalInterface
    interface Reader<T> {
        T read(String id, String json, Caller caller);
    }

    /** Puts the one of the body in place of that of the same id. */
    final void put(RoutingContext ctx, Bodies bodies, Reader<T> reader) {
        Params.none(ctx.queryParams());
        String id = ctx.pathParam("id");
        Caller caller = Gate.caller(ctx);
        MediaTypes.requireJson(ctx.request());
        Context context = ctx.vertx().getOrCreateContext();
        bodies.read(ctx.request())
                .compose(body -> workers.executeBlocking(
                        () -> put(reader.read(id, body.toString(StandardCharsets.UTF_8), caller), caller), false))
                .compose(put -> store(put, caller, context))
                .onSuccess(put -> Json.answer(ctx, put.before == null ? 201 : 200, json(put.now)))
                .onFailure(ctx::fail);
    }

    /** @param before null where there was none */
    record Put<T>(T now, T before) {}

    private Put<T> put(T now, Caller caller) {
        Optional<T> before = find(id(now));
        if (before.isPresent() && !isFor(before.get(), caller)) {
            throw Tenancy.taken(id(now)).exception();
        }
        return new Put<>(now, before.orElse(null));
    }

    /** Completes when it is stored, and in the audit log. */
    final Future<Put<T>> store(Put<T> put, Caller caller, Context context) {
        return audited.make(caller, change(put.now, put.before, put.now), context, () -> store(put.now))
                .map(stored -> put);
    }

    /** @param after null: it is to be deleted */
    private Audited.Change change(T of, T before, T after) {
        return new Audited.Change(
                name,
                id(of),
                tenant(of),
                before == null ? null : audited(before),
                after == null ? null : audited(after));
    }

    final T existing(RoutingContext ctx) {
        String id = ctx.pathParam("id");
        return find(id).filter(one -> isFor(one, Gate.caller(ctx)))
                .orElseThrow(() -> Problem.notFound("There is no " + name + " '" + id + "'")
                        .exception());
    }
}
