package io.spendstream.rest;

import io.spendstream.format.CallDetails;
import io.spendstream.format.FormatFault;
import io.spendstream.format.Reading;
import io.spendstream.format.UsageFormat;
import io.spendstream.format.UsageFormats;
import io.spendstream.ingest.EventRules;
import io.spendstream.ingest.Fault;
import io.spendstream.usage.Texts;
import io.spendstream.usage.UsageRecords;
import io.spendstream.v1.UsageEvent;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Bodies of {@code POST /v1/events/{format}}: responses, logs and spans as others write them. What they do not say of a
 * call is in the parameters, by the names of a usage event's fields. Safe for many threads.
 */
final class FormatBodies {

    private static final String PROTOBUF = "application/x-protobuf";

    /**
     * What a body held.
     *
     * @param ignored spans that are no model calls, or -1 where nothing of the kind can be in the body
     */
    record Events(List<UsageEvent> events, int ignored) {

        static Events of(List<UsageEvent> events) {
            return new Events(events, -1);
        }

        String answer() {
            return "{\"accepted\":" + events.size() + (ignored < 0 ? "" : ",\"ignored\":" + ignored) + "}";
        }
    }

    private final EventRules rules;
    private final int eventsMax;

    FormatBodies(EventRules rules, int eventsMax) {
        this.rules = rules;
        this.eventsMax = eventsMax;
    }

    /** @throws Problem.ProblemException 404 where there is no such format */
    static UsageFormat format(String name) {
        return UsageFormats.of(name)
                .orElseThrow(() -> Problem.notFound("There is no such format; these there are: "
                                + UsageFormats.all().stream()
                                        .map(UsageFormat::name)
                                        .collect(Collectors.joining(", ")))
                        .exception());
    }

    /** @throws Problem.ProblemException 415 where the body is said to be something else */
    static void requireType(UsageFormat format, HttpServerRequest request) {
        if (format != UsageFormats.OTLP_PROTOBUF) {
            MediaTypes.requireJson(request);
        } else if (!MediaTypes.of(request).equals(PROTOBUF)) {
            throw MediaTypes.unsupported(MediaTypes.of(request), PROTOBUF);
        }
    }

    /** @throws Problem.ProblemException 400 where a parameter is not known, comes twice or does not hold what it takes */
    static CallDetails details(MultiMap params) {
        CallDetails.Builder details = CallDetails.builder();
        List<Problem.Fault> faults = new ArrayList<>();
        for (String name : params.names()) {
            List<String> values = params.getAll(name);
            try {
                if (values.size() > 1) {
                    throw new IllegalArgumentException("is given " + values.size() + " times; give it once");
                }
                // A plus that was not escaped arrives as a space.
                details.set(name, name.equals("time") ? values.get(0).replace(' ', '+') : values.get(0));
            } catch (IllegalArgumentException e) {
                boolean known = CallDetails.fieldNames().contains(name) || name.startsWith(CallDetails.TAG_PREFIX);
                faults.add(new Problem.Fault(
                        null, Texts.shortened(name), known ? "bad_value" : "unknown_parameter", e.getMessage()));
            }
        }
        if (!faults.isEmpty()) {
            throw Problem.badRequest("The parameters are not valid", faults).exception();
        }
        return details.build();
    }

    /** @throws Problem.ProblemException 400 where anything cannot be mapped or counted, 413 where there is too much */
    Events read(UsageFormat format, byte[] body, CallDetails details, Instant received) {
        Reading reading = format.read(body, details);
        if (reading.mapped().size() > eventsMax
                || reading.faults().stream().anyMatch(f -> f.reason() == FormatFault.Reason.TOO_MANY_EVENTS)) {
            throw Problem.tooLarge("A request may hold " + eventsMax + " events at most; send more requests")
                    .exception();
        }
        List<Problem.Fault> faults = new ArrayList<>();
        reading.faults()
                .forEach(f -> faults.add(
                        new Problem.Fault(f.index(), f.field(), f.reason().code(), f.detail())));
        for (Reading.Mapped mapped : reading.mapped()) {
            Fault fault = faults.size() == Reading.FAULTS_MAX
                    ? null
                    : rules.check(UsageRecords.of(mapped.event()), received.toEpochMilli());
            if (fault != null) {
                faults.add(new Problem.Fault(
                        mapped.index(), fault.field(), fault.reason().code(), fault.detail()));
            }
        }
        Problem.refuse(faults, Reading.FAULTS_MAX);
        boolean mayIgnore = format == UsageFormats.OTLP_JSON || format == UsageFormats.OTLP_PROTOBUF;
        return new Events(reading.events(), mayIgnore ? reading.ignored() : -1);
    }
}
