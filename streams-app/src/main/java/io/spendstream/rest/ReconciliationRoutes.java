package io.spendstream.rest;

import io.spendstream.access.Caller;
import io.spendstream.query.Freshness;
import io.spendstream.query.Granularity;
import io.spendstream.query.Order;
import io.spendstream.query.QueryFault;
import io.spendstream.query.QueryRefused;
import io.spendstream.query.Reconciliations;
import io.spendstream.query.SpendAnswer;
import io.spendstream.query.SpendQuery;
import io.spendstream.reconcile.Comparison;
import io.spendstream.reconcile.Invoice;
import io.spendstream.reconcile.InvoiceFault;
import io.spendstream.reconcile.InvoiceFormat;
import io.spendstream.reconcile.InvoiceReader;
import io.spendstream.reconcile.Metered;
import io.spendstream.reconcile.Reconciler;
import io.spendstream.v1.Reconciliation;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Invoices held against what was metered: {@code /v1/reconciliations} and {@code /{id}}. */
final class ReconciliationRoutes extends KeptRoutes<Reconciliation> {

    private static final String ALL = "/v1/reconciliations";
    private static final String CSV = "text/csv";
    /** Each holds a file and its rows in memory, and nobody waits for the second one. */
    private static final int LOADS_MAX = 2;

    /** What is metered must be no older: what is not yet counted would look like a drift, and ring. */
    private static final long LAG_MS_MAX = 60_000;

    private static final long BEHIND_RETRY_SECONDS = 30;
    private static final List<String> GROUP_BY = List.of("provider", "model");

    private final RestPorts ports;
    private final Reconciliations reconciliations;
    private final WorkerExecutor workers;
    private final Bodies bodies;
    private final InFlight loads = new InFlight(LOADS_MAX);

    ReconciliationRoutes(RestPorts ports, WorkerExecutor workers, Bodies bodies, Audited audited) {
        super("reconciliation", ALL, workers, audited);
        this.ports = ports;
        this.reconciliations = ports.reconciliations();
        this.workers = workers;
        this.bodies = bodies.upTo(InvoiceReader.BYTES_MAX);
    }

    @Override
    void mount(Api api) {
        super.mount(api);
        api.post(ALL, this::load);
    }

    @Override
    List<Reconciliation> list() {
        return reconciliations.list();
    }

    @Override
    Optional<Reconciliation> find(String id) {
        return reconciliations.get(id);
    }

    @Override
    boolean isFor(Reconciliation one, Caller caller) {
        return caller.isFor(one.getTenant());
    }

    @Override
    String id(Reconciliation one) {
        return one.getId();
    }

    @Override
    String tenant(Reconciliation one) {
        return one.getTenant();
    }

    @Override
    Buffer json(List<Reconciliation> some) {
        return Buffer.buffer(ReconciliationJson.writeAll(some));
    }

    @Override
    Buffer json(Reconciliation one) {
        return Buffer.buffer(ReconciliationJson.write(one, List.of(), null));
    }

    @Override
    String audited(Reconciliation one) {
        return ReconciliationJson.summary(one);
    }

    @Override
    CompletionStage<Void> store(Reconciliation one) {
        return reconciliations.put(one);
    }

    @Override
    CompletionStage<Void> remove(Reconciliation one) {
        return reconciliations.delete(one.getId(), now());
    }

    private void load(RoutingContext ctx) {
        Accepts.best(ctx, Json.MEDIA_TYPE);
        Caller caller = Gate.caller(ctx);
        ReconciliationParams params = ReconciliationParams.read(ctx.queryParams());
        Tenancy.require(params.tenant(), caller);
        String type = MediaTypes.of(ctx.request());
        boolean csv = type.equals(CSV);
        if (!csv && !type.equals(Json.MEDIA_TYPE)) {
            throw MediaTypes.unsupported(type, CSV, Json.MEDIA_TYPE);
        }
        if (!csv && params.options().format() != InvoiceFormat.GENERIC) {
            throw Problem.badRequest(
                            "Lines in JSON are of the generic format; '"
                                    + params.options().format().id() + "' is CSV, Content-Type text/csv",
                            List.of())
                    .exception();
        }
        Context context = ctx.vertx().getOrCreateContext();
        SpendRoutes.limited(
                ctx,
                caller,
                loads,
                () -> bodies.read(ctx.request())
                        .compose(read -> workers.executeBlocking(
                                () -> params.comparison(read(read.toString(StandardCharsets.UTF_8), csv, params)),
                                false))
                        .compose(comparison -> compare(comparison, context))
                        .compose(compared -> params.dryRun()
                                ? Future.succeededFuture(compared.stored(compared.now, false))
                                : stored(compared, caller, context))
                        .compose(compared -> workers.executeBlocking(
                                        () -> ReconciliationJson.write(
                                                compared.now,
                                                compared.invoice.ignoredColumns(),
                                                Tenancy.shown(compared.freshness, caller)),
                                        false)
                                .compose(json -> Json.answer(ctx, compared.isNew ? 201 : 200, Buffer.buffer(json))
                                        .otherwiseEmpty())));
    }

    private static Invoice read(String text, boolean csv, ReconciliationParams params) {
        Invoice invoice = csv ? InvoiceReader.csv(text, params.options()) : InvoiceReader.json(text, params.options());
        if (!invoice.faults().isEmpty()) {
            int count = invoice.faults().size();
            throw Problem.badRequest(
                            "Nothing was loaded: "
                                    + (count == InvoiceReader.FAULTS_MAX
                                            ? "there are " + count + " faults or more; these are the first"
                                            : "there " + (count == 1 ? "is 1 fault" : "are " + count + " faults")),
                            invoice.faults().stream()
                                    .map(ReconciliationRoutes::fault)
                                    .toList())
                    .exception();
        }
        return invoice;
    }

    private static Problem.Fault fault(InvoiceFault fault) {
        return new Problem.Fault(
                Math.toIntExact(fault.line()),
                fault.column().isEmpty() ? null : fault.column(),
                "bad_value",
                fault.reason());
    }

    /** @param isNew whether there is one more now */
    private record Compared(Invoice invoice, Reconciliation now, Freshness freshness, boolean isNew) {

        Compared stored(Reconciliation stored, boolean isNew) {
            return new Compared(invoice, stored, freshness, isNew);
        }
    }

    private Future<Compared> compare(Comparison comparison, Context context) {
        return spend(comparison, comparison.start(), comparison.until(), context)
                .compose(metered -> (comparison.asOf() == null
                                ? Future.succeededFuture(Optional.<SpendAnswer>empty())
                                : spend(comparison, comparison.asOf(), comparison.end(), context)
                                        .map(Optional::of))
                        .compose(later -> workers.executeBlocking(
                                () -> new Compared(
                                        comparison.invoice(),
                                        made(
                                                comparison,
                                                metered(metered, comparison),
                                                later.map(answer -> metered(answer, comparison))
                                                        .orElse(List.of())),
                                        metered.freshness(),
                                        false),
                                false)));
    }

    private Future<SpendAnswer> spend(Comparison comparison, Instant since, Instant until, Context context) {
        Map<String, Set<String>> filters = new HashMap<>();
        if (comparison.tenant() != null) {
            filters.put("tenant", Set.of(comparison.tenant()));
        }
        String provider = comparison.options().wholeProvider();
        if (provider != null) {
            // And calls that name none.
            filters.put("provider", Set.of(provider, ""));
        }
        return Future.fromCompletionStage(
                ports.spend()
                        .spend(new SpendQuery(
                                since,
                                until,
                                comparison.zone(),
                                Granularity.DAY,
                                GROUP_BY,
                                filters,
                                Order.START,
                                SpendQuery.LIMIT_MAX)),
                context);
    }

    private static List<Metered> metered(SpendAnswer answer, Comparison comparison) {
        if (answer.truncated()) {
            throw new QueryRefused(
                    "from",
                    QueryFault.Reason.TOO_LARGE,
                    answer.rowCount() + " combinations of day, provider and model were metered, and "
                            + SpendQuery.LIMIT_MAX + " can be compared at once: choose fewer days");
        }
        return answer.rows().stream()
                .map(row -> Metered.of(
                        LocalDate.ofInstant(Instant.ofEpochMilli(row.startMs()), comparison.zone()),
                        row.group().get(0),
                        row.group().get(1),
                        row.sums()::measure))
                .toList();
    }

    private Reconciliation made(Comparison comparison, List<Metered> metered, List<Metered> later) {
        try {
            return comparison.make(metered, later, ports.prices().list(), now());
        } catch (Reconciler.TooMuch e) {
            throw new QueryRefused("from", QueryFault.Reason.TOO_LARGE, e.getMessage());
        } catch (ArithmeticException e) {
            throw Problem.badRequest(
                            "Nothing was loaded: at the prices of its models what the invoice counts comes to more than"
                                    + " nine billion USD; see whether its columns of tokens are what they are taken for",
                            List.of())
                    .exception();
        }
    }

    private Future<Compared> stored(Compared compared, Caller caller, Context context) {
        if (compared.freshness.lagMs() > LAG_MS_MAX) {
            throw Problem.unavailable(
                            "Nothing was stored: what was received in the last " + compared.freshness.lagMs() / 1000
                                    + " s is not all counted yet, and would look like a drift; load the invoice again"
                                    + " when that is less than " + LAG_MS_MAX / 1000
                                    + " s, or compare with dry_run=true",
                            BEHIND_RETRY_SECONDS)
                    .exception();
        }
        String full = reconciliations.whyFull(compared.now);
        if (full != null) {
            throw Problem.conflict("Nothing was stored: " + full).exception();
        }
        Reconciliation now = compared.now;
        return store(new Put<>(now, find(now.getId()).orElse(null)), caller, context)
                .map(put -> compared.stored(find(now.getId()).orElse(now), put.before() == null));
    }

    /** As records have it. */
    private Instant now() {
        return ports.clock().instant().truncatedTo(ChronoUnit.MILLIS);
    }
}
