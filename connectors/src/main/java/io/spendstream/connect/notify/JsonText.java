package io.spendstream.connect.notify;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;

/** JSON with exact numbers. */
final class JsonText {

    private static final ObjectMapper JSON = new ObjectMapper()
            .configure(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN, true)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private JsonText() {}

    /** Of maps, lists, texts, numbers, booleans and nulls. */
    static byte[] bytes(Object value) {
        try {
            return JSON.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("no JSON can be made of " + value, e);
        }
    }

    /** What is wrong with a text that is to be JSON; null: nothing. */
    static String fault(String text) {
        try {
            return JSON.readTree(text).isMissingNode() ? "it is empty" : null;
        } catch (JsonProcessingException e) {
            return e.getOriginalMessage() + ", in line " + e.getLocation().getLineNr();
        }
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
