package io.spendstream.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spendstream.query.Granularity;
import io.spendstream.query.InstanceSpend;
import io.spendstream.query.Instances.Instance;
import io.spendstream.query.Lag;
import io.spendstream.query.Order;
import io.spendstream.query.PartitionSpend;
import io.spendstream.query.QueryFault;
import io.spendstream.query.QueryRefused;
import io.spendstream.query.SpendQuery;
import io.spendstream.query.SpendRow;
import io.spendstream.query.Sums;
import io.spendstream.usage.Measure;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeMap;

/**
 * What instances say to each other. Rows are arrays, {@code [[group values], start ms, [measures], {unit: [quantity,
 * cost]}]}, and money is whole nano-USD. Both sides must count the same measures: one that knows fewer would answer
 * short.
 */
final class PeerJson {

    private static final JsonMapper MAPPER = new JsonMapper(Json.FACTORY);

    private PeerJson() {}

    static byte[] write(SpendQuery query) {
        return Json.write(g -> {
            g.writeStartObject();
            g.writeStringField("from", query.from().toString());
            g.writeStringField("to", query.to().toString());
            g.writeStringField("zone", query.zone().getId());
            g.writeStringField("granularity", query.granularity().field());
            writeTexts(g, "group_by", query.groupBy());
            g.writeObjectFieldStart("filters");
            for (Map.Entry<String, Set<String>> filter : query.filters().entrySet()) {
                writeTexts(g, filter.getKey(), filter.getValue());
            }
            g.writeEndObject();
            g.writeStringField("order", query.order().text());
            g.writeNumberField("limit", query.limit());
            g.writeEndObject();
        });
    }

    private static void writeTexts(JsonGenerator g, String field, Iterable<String> texts) throws IOException {
        g.writeArrayFieldStart(field);
        for (String text : texts) {
            g.writeString(text);
        }
        g.writeEndArray();
    }

    /** @throws Problem.ProblemException 400 where it is none */
    static SpendQuery readQuery(byte[] json) {
        try {
            JsonNode node = MAPPER.readTree(json);
            Map<String, Set<String>> filters = new HashMap<>();
            node.required("filters")
                    .properties()
                    .forEach(filter -> filters.put(filter.getKey(), new HashSet<>(texts(filter.getValue()))));
            return new SpendQuery(
                    Instant.parse(node.required("from").textValue()),
                    Instant.parse(node.required("to").textValue()),
                    ZoneId.of(node.required("zone").textValue()),
                    Granularity.ofField(node.required("granularity").textValue())
                            .orElseThrow(),
                    texts(node.required("group_by")),
                    filters,
                    Order.of(node.required("order").textValue()).orElseThrow(),
                    node.required("limit").intValue());
        } catch (IOException
                | DateTimeException
                | IllegalArgumentException
                | NullPointerException
                | NoSuchElementException e) {
            throw Problem.badRequest(
                            "The body is not a query of an instance of this version: " + e.getMessage(), List.of())
                    .exception();
        }
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.textValue()));
        return texts;
    }

    static byte[] write(InstanceSpend spend) {
        return Json.write(g -> {
            g.writeStartObject();
            g.writeNumberField("measures", Measure.COUNT);
            g.writeNumberField("lag_records", spend.lag().records());
            g.writeStringField("as_of", spend.lag().asOf().toString());
            g.writeArrayFieldStart("partitions");
            for (PartitionSpend partition : spend.partitions()) {
                g.writeStartObject();
                g.writeNumberField("partition", partition.partition());
                g.writeArrayFieldStart("rows");
                for (SpendRow row : partition.rows()) {
                    writeRow(g, row);
                }
                g.writeEndArray();
                g.writeEndObject();
            }
            g.writeEndArray();
            g.writeEndObject();
        });
    }

    private static void writeRow(JsonGenerator g, SpendRow row) throws IOException {
        g.writeStartArray();
        g.writeStartArray();
        for (String value : row.group()) {
            g.writeString(value);
        }
        g.writeEndArray();
        g.writeNumber(row.startMs());
        g.writeStartArray();
        for (int i = 0; i < Measure.COUNT; i++) {
            g.writeNumber(row.sums().measure(Measure.at(i)));
        }
        g.writeEndArray();
        g.writeStartObject();
        for (Map.Entry<String, long[]> unit : row.sums().otherUnits().entrySet()) {
            g.writeFieldName(unit.getKey());
            g.writeArray(unit.getValue(), 0, 2);
        }
        g.writeEndObject();
        g.writeEndArray();
    }

    /**
     * @param groupSize values in each row's group
     * @throws IOException where it is no answer of an instance that counts the same measures
     */
    static InstanceSpend readSpend(byte[] json, int groupSize) throws IOException {
        long lagRecords = 0;
        Instant asOf = null;
        long measures = -1;
        List<PartitionSpend> partitions = new ArrayList<>();
        try (JsonParser p = Json.FACTORY.createParser(json)) {
            expect(p, JsonToken.START_OBJECT);
            while (p.nextToken() == JsonToken.FIELD_NAME) {
                String field = p.currentName();
                p.nextToken();
                switch (field) {
                    case "measures" -> measures = p.getLongValue();
                    case "lag_records" -> lagRecords = p.getLongValue();
                    case "as_of" -> asOf = Instant.parse(p.getText());
                    case "partitions" -> {
                        requireSameMeasures(measures);
                        while (p.nextToken() == JsonToken.START_OBJECT) {
                            partitions.add(readPartition(p, groupSize));
                        }
                    }
                    default -> p.skipChildren();
                }
            }
        } catch (DateTimeException e) {
            throw new IOException("as_of of a peer's answer is not a time", e);
        }
        requireSameMeasures(measures);
        if (asOf == null) {
            throw new IOException("a peer's answer has no as_of");
        }
        return new InstanceSpend(partitions, new Lag(lagRecords, asOf));
    }

    private static void requireSameMeasures(long measures) throws IOException {
        if (measures != Measure.COUNT) {
            throw new IOException("the peer counts " + measures + " measures and this instance " + Measure.COUNT
                    + "; their versions differ");
        }
    }

    private static PartitionSpend readPartition(JsonParser p, int groupSize) throws IOException {
        expectField(p, "partition");
        expect(p, JsonToken.VALUE_NUMBER_INT);
        int partition = p.getIntValue();
        expectField(p, "rows");
        expect(p, JsonToken.START_ARRAY);
        List<SpendRow> rows = new ArrayList<>();
        while (p.nextToken() == JsonToken.START_ARRAY) {
            rows.add(readRow(p, groupSize));
        }
        expect(p, JsonToken.END_OBJECT);
        return new PartitionSpend(partition, rows);
    }

    private static SpendRow readRow(JsonParser p, int groupSize) throws IOException {
        String[] group = new String[groupSize];
        expect(p, JsonToken.START_ARRAY);
        for (int i = 0; i < groupSize; i++) {
            group[i] = p.nextToken() == JsonToken.VALUE_NULL ? null : p.getText();
        }
        expect(p, JsonToken.END_ARRAY);
        expect(p, JsonToken.VALUE_NUMBER_INT);
        long startMs = p.getLongValue();
        long[] measures = new long[Measure.COUNT];
        readLongs(p, measures);
        Map<String, long[]> units = new TreeMap<>();
        expect(p, JsonToken.START_OBJECT);
        while (p.nextToken() == JsonToken.FIELD_NAME) {
            String unit = p.currentName();
            long[] amounts = new long[2];
            readLongs(p, amounts);
            units.put(unit, amounts);
        }
        expect(p, JsonToken.END_ARRAY);
        return new SpendRow(Arrays.asList(group), startMs, Sums.of(measures, units));
    }

    private static void readLongs(JsonParser p, long[] into) throws IOException {
        expect(p, JsonToken.START_ARRAY);
        for (int i = 0; i < into.length; i++) {
            expect(p, JsonToken.VALUE_NUMBER_INT);
            into[i] = p.getLongValue();
        }
        expect(p, JsonToken.END_ARRAY);
    }

    private static void expectField(JsonParser p, String name) throws IOException {
        expect(p, JsonToken.FIELD_NAME);
        if (!p.currentName().equals(name)) {
            throw new IOException("a peer's answer has " + p.currentName() + " where " + name + " should be");
        }
    }

    private static void expect(JsonParser p, JsonToken token) throws IOException {
        if (p.nextToken() != token) {
            throw new IOException("a peer's answer has " + p.currentToken() + " where " + token + " should be");
        }
    }

    /**
     * What a peer says of itself, as in the answer to all.
     *
     * @throws IOException where that is not what it says
     */
    static Instance readInstance(byte[] json) throws IOException {
        JsonNode node = MAPPER.readTree(json);
        try {
            return new Instance(
                    node.required("url").textValue(),
                    true,
                    node.required("state").textValue(),
                    texts(node.required("active_tasks")),
                    texts(node.required("standby_tasks")),
                    node.required("lag_records").isNull()
                            ? null
                            : (Long) node.get("lag_records").longValue(),
                    node.required("as_of").isNull()
                            ? null
                            : Instant.parse(node.get("as_of").textValue()));
        } catch (IllegalArgumentException | DateTimeException | NullPointerException e) {
            throw new IOException("a peer does not say how it is: " + e.getMessage(), e);
        }
    }

    /** The faults in a problem that a peer refused a query with; one that holds its text where there are none. */
    static QueryRefused readRefusal(byte[] json) throws IOException {
        JsonNode problem = MAPPER.readTree(json);
        List<QueryFault> faults = new ArrayList<>();
        problem.path("errors")
                .forEach(error -> faults.add(new QueryFault(
                        error.path("field").asText(),
                        reason(error.path("reason").asText()),
                        error.path("detail").asText())));
        if (faults.isEmpty()) {
            throw new IOException("the peer did not understand the query: "
                    + problem.path("detail").asText());
        }
        return new QueryRefused(faults);
    }

    private static QueryFault.Reason reason(String code) {
        try {
            return QueryFault.Reason.valueOf(code.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            return QueryFault.Reason.BAD_VALUE;
        }
    }
}
