package io.spendstream.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spendstream.pricing.LiteLlmImport;
import io.spendstream.pricing.LiteLlmReport;
import io.spendstream.pricing.PriceMerge;
import io.spendstream.pricing.ShippedPrices;
import io.spendstream.v1.ModelPrices;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code prices}: the price book of a running application. */
@Command(
        name = "prices",
        description = "Works on the price book of a running application.",
        mixinStandardHelpOptions = true,
        subcommands = PricesCommand.Import.class)
public final class PricesCommand {

    /** The formats that can be imported. */
    enum Format {
        /** LiteLLM's model_prices_and_context_window.json. */
        litellm,
        /** The price book that comes with the application. */
        shipped
    }

    /** A moment, or a day as its start in UTC. */
    static final class Moment implements ITypeConverter<Instant> {
        @Override
        public Instant convert(String text) {
            try {
                return text.indexOf('T') < 0
                        ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
                        : OffsetDateTime.parse(text).toInstant();
            } catch (DateTimeException e) {
                throw new TypeConversionException("'" + text
                        + "' is neither a day such as 2026-08-01 nor a time such as" + " 2026-08-01T00:00:00Z");
            }
        }
    }

    /**
     * {@code prices import}: merges a catalogue into the price book. Exit codes: 0 all went in or was there already, 1
     * something failed and is named, 2 the command line is wrong.
     */
    @Command(
            name = "import",
            description = "Loads a price catalogue, or with --format shipped the prices that come with the application,"
                    + " for models the price book does not know. From a catalogue, models that are new are priced from the start of 1970, so that past"
                    + " events are priced too; where a known model's prices differ, the new ones start now and the"
                    + " earlier ones stay for what happened before.",
            mixinStandardHelpOptions = true,
            sortOptions = false)
    static final class Import implements Callable<Integer> {

        private static final long FILE_BYTES_MAX = 64L << 20;
        private static final int PARALLEL = 8;
        private static final int PROGRESS_EVERY = 250;

        @Option(names = "--format", required = true, description = "The catalogue's format: ${COMPLETION-CANDIDATES}.")
        private Format format;

        @Parameters(arity = "0..1", paramLabel = "FILE", description = "The catalogue; none for shipped.")
        private Path file;

        @Mixin
        private Addresses addresses;

        @Option(
                names = "--effective-from",
                paramLabel = "TIME",
                converter = Moment.class,
                description = "When the prices start, for new and known models: 2026-08-01 or 2026-08-01T00:00:00Z.")
        private Instant effectiveFrom;

        @Option(names = "--only", paramLabel = "PATTERN", description = "Only models of this name; * is any text.")
        private String only;

        @Option(names = "--dry-run", description = "Says what would change and changes nothing.")
        private boolean dryRun;

        @Option(names = "--report", paramLabel = "FILE", description = "Writes the whole report there, as JSON.")
        private Path reportFile;

        @Spec
        private CommandSpec spec;

        private final Clock clock;
        private final RestClient.Pause pause;
        private final Map<PriceMerge.Change, List<String>> changes = new EnumMap<>(PriceMerge.Change.class);
        /** By model, why. */
        private final Map<String, String> failed = new TreeMap<>();

        Import() {
            this(Clock.systemUTC(), RestClient.SLEEP);
        }

        Import(Clock clock, RestClient.Pause pause) {
            this.clock = clock;
            this.pause = pause;
            for (PriceMerge.Change change : PriceMerge.Change.values()) {
                changes.put(change, new ArrayList<>());
            }
        }

        @Override
        public Integer call() throws InterruptedException {
            LiteLlmImport.Result catalogue = format == Format.shipped ? shipped() : read();
            PricesClient client = new PricesClient(new RestClient(addresses.url(), addresses.apiKey(), pause));
            Map<String, ModelPrices> book;
            try {
                book = book(client);
            } catch (IOException e) {
                err().println("The price book of " + addresses.url() + " could not be read: " + reason(e));
                return 1;
            }
            catalogue.report().refused().stream()
                    .filter(refused -> selected(refused.model()))
                    .forEach(refused ->
                            failed.put(refused.model(), refused.faults().toString()));
            List<ModelPrices> toPut = merge(catalogue.models(), book);
            if (!dryRun) {
                putAll(client, toPut);
            }
            return conclude(catalogue.report());
        }

        /** With the times of its own cards, or all of them from when it is asked for. */
        private LiteLlmImport.Result shipped() {
            if (file != null) {
                throw wrong("--format shipped takes no FILE: the prices come with the application");
            }
            if (effectiveFrom != null) {
                throw wrong("--effective-from does not go with --format shipped, whose cards have their own times");
            }
            List<ModelPrices> models = ShippedPrices.load();
            return new LiteLlmImport.Result(models, LiteLlmReport.complete(models.size()));
        }

        private LiteLlmImport.Result read() {
            if (file == null) {
                throw wrong("--format " + format + " takes a FILE");
            }
            try {
                if (Files.size(file) > FILE_BYTES_MAX) {
                    throw wrong(file + " has more than the " + FILE_BYTES_MAX + " bytes that a catalogue may have");
                }
                return LiteLlmImport.read(
                        Files.readString(file), effectiveFrom == null ? Instant.EPOCH : effectiveFrom);
            } catch (NoSuchFileException e) {
                throw wrong(file + " is not there");
            } catch (IOException e) {
                throw wrong(file + " cannot be read: " + reason(e));
            } catch (IllegalArgumentException e) {
                throw wrong(file + " " + e.getMessage());
            }
        }

        private Map<String, ModelPrices> book(PricesClient client) throws IOException, InterruptedException {
            try {
                return client.all().stream().collect(Collectors.toMap(ModelPrices::getModel, Function.identity()));
            } catch (IOException e) {
                if (!dryRun) {
                    throw e;
                }
                out().println("The price book of " + addresses.url() + " could not be read (" + reason(e)
                        + "); compared with an empty one.");
                return Map.of();
            }
        }

        private List<ModelPrices> merge(List<ModelPrices> models, Map<String, ModelPrices> book) {
            Instant start = effectiveFrom == null ? clock.instant() : effectiveFrom;
            List<ModelPrices> toPut = new ArrayList<>();
            for (ModelPrices imported : models) {
                if (!selected(imported.getModel())) {
                    continue;
                }
                ModelPrices known = book.get(imported.getModel());
                if (format == Format.shipped && known != null) {
                    // Not a catalogue of today's prices: what somebody has put since knows better.
                    changes.get(PriceMerge.Change.UNCHANGED).add(imported.getModel());
                    continue;
                }
                PriceMerge.Outcome outcome = PriceMerge.merge(known, imported, start);
                changes.get(outcome.change()).add(imported.getModel());
                if (outcome.change() == PriceMerge.Change.REFUSED) {
                    failed.put(imported.getModel(), outcome.detail());
                } else if (outcome.prices() != null) {
                    toPut.add(outcome.prices());
                }
            }
            return toPut;
        }

        private boolean selected(String model) {
            if (only == null) {
                return true;
            }
            String regex = Pattern.compile("\\*")
                    .splitAsStream(only)
                    .map(Pattern::quote)
                    .collect(Collectors.joining(".*", "", only.endsWith("*") ? ".*" : ""));
            return Pattern.compile(regex, Pattern.DOTALL).matcher(model).matches();
        }

        private void putAll(PricesClient client, List<ModelPrices> toPut) throws InterruptedException {
            ExecutorService pool = Executors.newFixedThreadPool(PARALLEL);
            try {
                List<Future<?>> puts = new ArrayList<>();
                for (ModelPrices prices : toPut) {
                    puts.add(pool.submit(() -> {
                        client.put(prices);
                        return null;
                    }));
                }
                for (int i = 0; i < puts.size(); i++) {
                    await(puts.get(i), toPut.get(i).getModel());
                    if ((i + 1) % PROGRESS_EVERY == 0) {
                        out().printf("%,d of %,d%n", i + 1, puts.size());
                        out().flush();
                    }
                }
            } finally {
                pool.shutdownNow();
            }
        }

        private void await(Future<?> put, String model) throws InterruptedException {
            try {
                put.get();
            } catch (ExecutionException e) {
                failed.put(model, reason(e.getCause()));
            }
        }

        private int conclude(LiteLlmReport report) {
            out().println((file == null ? "shipped prices" : file.toString()) + ": " + report.summary());
            out().printf(
                            "%s%s: %,d new, %,d changed, %,d as they were, %,d failed%n",
                            addresses.url(),
                            dryRun ? " (dry run, nothing was changed)" : "",
                            count(PriceMerge.Change.NEW),
                            count(PriceMerge.Change.CHANGED),
                            changes.get(PriceMerge.Change.UNCHANGED).size(),
                            failed.size());
            failed.forEach((model, why) -> err().println("failed: " + model + ": " + why));
            if (reportFile != null && !write(report)) {
                return 1;
            }
            return failed.isEmpty() ? 0 : 1;
        }

        private long count(PriceMerge.Change change) {
            return changes.get(change).stream()
                    .filter(model -> !failed.containsKey(model))
                    .count();
        }

        private boolean write(LiteLlmReport report) {
            ObjectNode node = report.toJson();
            for (PriceMerge.Change change : List.of(PriceMerge.Change.NEW, PriceMerge.Change.CHANGED)) {
                ArrayNode models = node.putArray(change == PriceMerge.Change.NEW ? "new" : "changed");
                changes.get(change).forEach(models::add);
            }
            ObjectNode why = node.putObject("failed");
            failed.forEach(why::put);
            try {
                Files.writeString(reportFile, node.toPrettyString() + System.lineSeparator());
                return true;
            } catch (IOException e) {
                err().println("The report could not be written to " + reportFile + ": " + reason(e));
                return false;
            }
        }

        private ParameterException wrong(String message) {
            return new ParameterException(spec.commandLine(), message);
        }

        private PrintWriter out() {
            return spec.commandLine().getOut();
        }

        private PrintWriter err() {
            return spec.commandLine().getErr();
        }

        private static String reason(Throwable e) {
            return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        }
    }
}
