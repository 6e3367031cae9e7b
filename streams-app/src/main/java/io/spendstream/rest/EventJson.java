package io.spendstream.rest;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.spendstream.ingest.EventRules;
import io.spendstream.ingest.Fault;
import io.spendstream.usage.UsageRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads usage events from JSON, strictly and in one pass: names and types as in the schema, nothing unknown, nothing
 * twice; and checks them by the pipeline's rules. Safe for many threads.
 */
final class EventJson {

    /** Most faults that are told of one request. */
    static final int ERRORS_MAX = 100;

    /** How events come. */
    enum Form {
        /** One event, or an array of them. */
        PLAIN,
        /** One CloudEvent whose data is an event. */
        CLOUD_EVENT,
        /** An array of CloudEvents. */
        CLOUD_EVENT_BATCH,
        /** One event; the CloudEvent's attributes are in headers. */
        CLOUD_EVENT_DATA
    }

    /** What was read: the events, or everything wrong with them, up to {@link #ERRORS_MAX}. */
    record Reading(List<UsageRecord> events, List<Problem.Fault> errors) {}

    private final EventRules rules;
    private final int eventsMax;

    EventJson(EventRules rules, int eventsMax) {
        this.rules = rules;
        this.eventsMax = eventsMax;
    }

    /**
     * @param envelope from headers, or null where there is none or it is in the body
     * @param receivedMs epoch milliseconds
     * @throws Problem.ProblemException 413 where there are too many events
     */
    Reading read(byte[] body, Form form, CloudEnvelope envelope, long receivedMs) {
        EventReader reader = new EventReader(form, envelope);
        List<UsageRecord> events = new ArrayList<>();
        try (JsonParser parser = Json.FACTORY.createParser(body)) {
            readAll(parser, form, reader, events, receivedMs);
        } catch (JsonProcessingException e) {
            reader.fault(null, "invalid_json", describe(e));
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory failed", e);
        }
        return new Reading(events, reader.faults());
    }

    /**
     * Reads one event to be quoted and not counted: its model may be left to the address, and id, feature and time may be
     * missing; without a time, it is priced as of now. Any time will do.
     */
    Reading readForQuote(byte[] body, String model, long nowMs) {
        EventReader reader = new EventReader(Form.PLAIN, null);
        UsageRecord event = new UsageRecord();
        try (JsonParser parser = Json.FACTORY.createParser(body)) {
            JsonToken first = parser.nextToken();
            if (first == JsonToken.START_OBJECT) {
                event = reader.readForQuote(parser, model, nowMs);
                requireEnd(parser, reader);
            } else {
                reader.fault(null, "wrong_type", "the body takes an event, not " + EventReader.describe(first));
            }
        } catch (JsonProcessingException e) {
            reader.fault(null, "invalid_json", describe(e));
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory failed", e);
        }
        if (reader.faults().isEmpty()) {
            check(event, reader, event.timeMs);
        }
        return new Reading(List.of(event), reader.faults());
    }

    private void readAll(JsonParser parser, Form form, EventReader reader, List<UsageRecord> events, long receivedMs)
            throws IOException {
        JsonToken first = parser.nextToken();
        if (first == JsonToken.START_ARRAY && (form == Form.PLAIN || form == Form.CLOUD_EVENT_BATCH)) {
            while (parser.nextToken() != JsonToken.END_ARRAY && reader.hasRoom()) {
                if (events.size() == eventsMax) {
                    throw Problem.tooLarge("A request may hold " + eventsMax + " events at most; send more requests")
                            .exception();
                }
                reader.index(events.size());
                events.add(readOne(parser, reader, receivedMs));
            }
        } else if (first == JsonToken.START_OBJECT && form != Form.CLOUD_EVENT_BATCH) {
            reader.index(0);
            events.add(readOne(parser, reader, receivedMs));
        } else {
            reader.fault(null, "wrong_type", expected(form) + ", not " + EventReader.describe(first));
            return;
        }
        if (reader.hasRoom()) {
            requireEnd(parser, reader);
        }
    }

    private static void requireEnd(JsonParser parser, EventReader reader) throws IOException {
        if (parser.nextToken() != null) {
            var at = parser.currentTokenLocation();
            reader.fault(
                    null,
                    "invalid_json",
                    "line " + at.getLineNr() + ", column " + at.getColumnNr()
                            + ": something follows the end of the body");
        }
    }

    private UsageRecord readOne(JsonParser parser, EventReader reader, long receivedMs) throws IOException {
        int faults = reader.faults().size();
        UsageRecord event = reader.read(parser);
        if (reader.faults().size() == faults) {
            check(event, reader, receivedMs);
        }
        return event;
    }

    private void check(UsageRecord event, EventReader reader, long receivedMs) {
        Fault fault = rules.check(event, receivedMs);
        if (fault != null) {
            reader.eventFault(fault.field(), fault.reason().code(), fault.detail());
        }
    }

    private static String expected(Form form) {
        return switch (form) {
            case PLAIN -> "the body takes an event or an array of events";
            case CLOUD_EVENT -> "the body takes a CloudEvent";
            case CLOUD_EVENT_BATCH -> "the body takes an array of CloudEvents";
            case CLOUD_EVENT_DATA -> "the body takes one event, as its CloudEvent is in the headers";
        };
    }

    static String describe(JsonProcessingException e) {
        var at = e.getLocation();
        return (at == null ? "" : "line " + at.getLineNr() + ", column " + at.getColumnNr() + ": ")
                + e.getOriginalMessage();
    }
}
