package io.spendstream.sandbox;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.core.joran.spi.JoranException;
import java.net.URL;
import java.nio.file.Path;
import org.slf4j.LoggerFactory;

/** Sends the log of everything in the sandbox to a file, so that the terminal shows only what its user needs. */
final class SandboxLog {

    private SandboxLog() {}

    static void into(Path directory) {
        Path file = directory.resolve("sandbox.log");
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        context.putProperty("SANDBOX_LOG", file.toString());
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        URL configuration = SandboxLog.class.getResource("/sandbox-logback.xml");
        try {
            configurator.doConfigure(configuration);
        } catch (JoranException e) {
            throw new IllegalStateException(configuration + " cannot be read", e);
        }
    }
}
