package io.spendstream.runtime;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.OutputStreamAppender;
import java.util.Iterator;
import org.slf4j.LoggerFactory;

/** How the process logs. */
public final class Logs {

    private Logs() {}

    /** From now on, to where it has gone before. */
    public static void as(AppConfig config) {
        if (config.isLogJson()) {
            toJson((LoggerContext) LoggerFactory.getILoggerFactory(), config.instance());
        }
    }

    static void toJson(LoggerContext context, String instance) {
        Iterator<Appender<ILoggingEvent>> appenders =
                context.getLogger(Logger.ROOT_LOGGER_NAME).iteratorForAppenders();
        while (appenders.hasNext()) {
            if (appenders.next() instanceof OutputStreamAppender<ILoggingEvent> appender) {
                JsonLines lines = new JsonLines(instance);
                lines.setContext(context);
                lines.start();
                // Not stopped for it: that would close what it writes to.
                appender.setEncoder(lines);
            }
        }
    }
}
