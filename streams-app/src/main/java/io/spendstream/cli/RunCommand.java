package io.spendstream.cli;

import io.spendstream.Spendstream;
import io.spendstream.runtime.AppConfig;
import io.spendstream.runtime.Logs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code run}: one instance of the application against an existing Kafka and registry. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description = "Runs the application against an existing Kafka and schema registry.")
public final class RunCommand implements Callable<Integer> {

    /** Processing ended because of a failure; whoever runs the instance should start it again. */
    public static final int EXIT_FAILED = 1;
    /** The configuration is wrong, or the address is taken; starting again will not help. */
    public static final int EXIT_CONFIGURATION = 2;

    private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);

    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "key=value lines; docs/configuration.md has the keys.")
    private Path config;

    @Spec
    private CommandSpec spec;

    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        Spendstream instance;
        try {
            AppConfig read = AppConfig.read(config);
            json = read.isLogJson();
            Logs.as(read);
            instance = Spendstream.start(read);
        } catch (KafkaException | IllegalArgumentException | IOException e) {
            // Settings that go to a client as they are, such as kafka.* and the registry's, are checked by that client.
            complain(withCauses(e));
            return EXIT_CONFIGURATION;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(instance), "shutdown"));
        if (json) {
            LOG.info("listening on {}", instance.url());
        } else {
            spec.commandLine().getOut().println("listening on " + instance.url());
        }
        Throwable failure = instance.awaitStopped();
        if (failure == null) {
            return 0;
        }
        complain("processing stopped: " + withCauses(failure));
        return EXIT_FAILED;
    }

    /** Whoever reads the log as JSON finds nothing else in it. */
    private void complain(String what) {
        if (json) {
            LOG.error(what);
        } else {
            spec.commandLine().getErr().println("spendstream: " + what);
        }
    }

    /** What went wrong, and why: clients say only that they could not be made, stores that they could not be opened. */
    static String withCauses(Throwable failure) {
        StringBuilder text = new StringBuilder(inWords(failure));
        for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            text.append(": ").append(inWords(cause));
        }
        return text.toString();
    }

    private static String inWords(Throwable failure) {
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }

    private static void close(Spendstream instance) {
        try {
            instance.close();
        } catch (IOException e) {
            // The process ends in any case, and what was done is committed.
        }
    }
}
