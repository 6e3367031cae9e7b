package io.spendstream.runtime;

import ch.qos.logback.classic.pattern.RootCauseFirstThrowableProxyConverter;
import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.encoder.EncoderBase;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.slf4j.event.KeyValuePair;

/**
 * The log as lines of JSON, an object each: {@code time}, {@code level}, {@code logger}, {@code thread}, {@code message},
 * {@code instance}; {@code task}, {@code topic}, {@code partition} and {@code offset} where they are known; where something
 * was thrown {@code error} with {@code type}, {@code message} and {@code stack}. There are no other keys, whoever logs.
 */
final class JsonLines extends EncoderBase<ILoggingEvent> {

    /** What a line may say besides, as key-value pairs of the logging call. */
    static final List<String> CONTEXT = List.of("task", "topic", "partition", "offset");

    /** Of a message and of a stack trace; what collects lines cuts longer ones, and what is cut is no JSON. */
    static final int TEXT_LENGTH_MAX = 8_000;

    static final int STACK_LENGTH_MAX = 16_000;

    private static final byte[] NOTHING = {};

    private final JsonFactory json = new JsonFactory();
    /** The root cause first: it is what is left where the rest is cut off. */
    private final ThrowableProxyConverter stacks = new RootCauseFirstThrowableProxyConverter();

    private final String instance;

    /** @param instance in every line */
    JsonLines(String instance) {
        this.instance = instance;
    }

    @Override
    public void start() {
        stacks.start();
        super.start();
    }

    @Override
    public byte[] headerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] footerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        // Through characters: half a surrogate pair, which a name can end in, is no reason to lose the line.
        StringWriter line = new StringWriter(512);
        try (JsonGenerator g = json.createGenerator(line)) {
            g.writeStartObject();
            g.writeStringField("time", event.getInstant().toString());
            g.writeStringField("level", event.getLevel().toString());
            g.writeStringField("logger", event.getLoggerName());
            g.writeStringField("thread", event.getThreadName());
            g.writeStringField("message", shortened(event.getFormattedMessage(), TEXT_LENGTH_MAX));
            g.writeStringField("instance", instance);
            writeContext(g, event.getKeyValuePairs());
            if (event.getThrowableProxy() != null) {
                writeError(g, event.getThrowableProxy(), stacks.convert(event));
            }
            g.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return line.append('\n').toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void writeContext(JsonGenerator g, List<KeyValuePair> pairs) throws IOException {
        if (pairs == null) {
            return;
        }
        for (String key : CONTEXT) {
            for (KeyValuePair pair : pairs) {
                if (pair.key.equals(key) && pair.value instanceof Number number) {
                    g.writeNumberField(key, number.longValue());
                } else if (pair.key.equals(key) && pair.value != null) {
                    g.writeStringField(key, pair.value.toString());
                }
            }
        }
    }

    private static void writeError(JsonGenerator g, IThrowableProxy thrown, String stack) throws IOException {
        g.writeObjectFieldStart("error");
        g.writeStringField("type", thrown.getClassName());
        g.writeStringField("message", shortened(thrown.getMessage(), TEXT_LENGTH_MAX));
        g.writeStringField("stack", shortened(stack, STACK_LENGTH_MAX));
        g.writeEndObject();
    }

    private static String shortened(String text, int lengthMax) {
        return text == null || text.length() <= lengthMax ? text : text.substring(0, lengthMax) + "...";
    }
}
