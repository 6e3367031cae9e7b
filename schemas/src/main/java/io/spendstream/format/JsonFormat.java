package io.spendstream.format;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spendstream.format.FormatFault.Reason;
import java.io.IOException;

/**
 * A format whose body is a JSON object, or an array of them, each one call.
 *
 * @param name of the format
 * @param kept what of the object the rule looks at; the rest, such as the content, is passed over
 * @param rule how an object becomes an event
 */
record JsonFormat(String name, Kept kept, Rule rule) implements UsageFormat {

    /** Fills in a draft from an object, and finishes it. */
    @FunctionalInterface
    interface Rule {
        void map(JsonObject from, Draft to);
    }

    @Override
    public Reading read(byte[] body, CallDetails details) {
        Findings findings = new Findings();
        JsonReader.parse(body, findings, parser -> readAll(parser, details, findings));
        return findings.reading(details);
    }

    private void readAll(JsonParser parser, CallDetails details, Findings findings) throws IOException {
        JsonToken first = parser.currentToken();
        if (first == JsonToken.START_OBJECT) {
            readOne(parser, 0, details, findings);
        } else if (first == JsonToken.START_ARRAY) {
            int index = 0;
            while (parser.nextToken() != JsonToken.END_ARRAY && !findings.isFull()) {
                readOne(parser, index++, details, findings);
            }
        } else {
            findings.fault(
                    null,
                    null,
                    Reason.WRONG_TYPE,
                    "the body takes a response or an array of responses, not " + JsonReader.describe(first));
        }
    }

    private void readOne(JsonParser parser, int index, CallDetails details, Findings findings) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            findings.fault(
                    index,
                    null,
                    Reason.WRONG_TYPE,
                    "takes an object, not " + JsonReader.describe(parser.currentToken()));
            parser.skipChildren();
            return;
        }
        ObjectNode object = JsonReader.object(parser, kept);
        Draft draft = new Draft(name, index, details, findings);
        rule.map(new JsonObject(object, "", draft), draft);
    }
}
