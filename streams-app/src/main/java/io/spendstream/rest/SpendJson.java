package io.spendstream.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import io.spendstream.query.SpendAnswer;
import io.spendstream.query.SpendRow;
import io.spendstream.query.Sums;
import io.spendstream.usage.Measure;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;

/** A spend answer as JSON. Rows and totals hold all measures, also those that are 0; times are in the query's zone. */
final class SpendJson {

    private static final Measure[] MEASURES = Measure.values();

    private SpendJson() {}

    static byte[] write(SpendAnswer answer) {
        return Json.write(g -> {
            g.writeStartObject();
            g.writeStringField("from", time(answer.from(), answer.zone()));
            g.writeStringField("to", time(answer.to(), answer.zone()));
            g.writeStringField("zone", answer.zone().getId());
            g.writeStringField("granularity", answer.granularity().field());
            g.writeArrayFieldStart("group_by");
            for (String field : answer.groupBy()) {
                g.writeString(field);
            }
            g.writeEndArray();
            writeRows(g, answer);
            g.writeNumberField("row_count", answer.rowCount());
            g.writeBooleanField("truncated", answer.truncated());
            g.writeObjectFieldStart("totals");
            writeSums(g, answer.totals());
            g.writeEndObject();
            Json.writeFreshness(g, answer.freshness());
            g.writeEndObject();
        });
    }

    private static void writeRows(JsonGenerator g, SpendAnswer answer) throws IOException {
        List<String> groupBy = answer.groupBy();
        g.writeArrayFieldStart("rows");
        for (SpendRow row : answer.rows()) {
            g.writeStartObject();
            for (int i = 0; i < groupBy.size(); i++) {
                g.writeStringField(groupBy.get(i), row.group().get(i));
            }
            g.writeStringField("start", time(Instant.ofEpochMilli(row.startMs()), answer.zone()));
            writeSums(g, row.sums());
            g.writeEndObject();
        }
        g.writeEndArray();
    }

    private static void writeSums(JsonGenerator g, Sums sums) throws IOException {
        for (Measure measure : MEASURES) {
            if (measure.isMoney()) {
                Json.writeUsd(g, measure.restField(), sums.measure(measure));
            } else {
                g.writeNumberField(measure.restField(), sums.measure(measure));
            }
        }
        if (!sums.otherUnits().isEmpty()) {
            g.writeObjectFieldStart("other_units");
            for (Map.Entry<String, long[]> unit : sums.otherUnits().entrySet()) {
                g.writeObjectFieldStart(unit.getKey());
                g.writeNumberField("quantity", unit.getValue()[0]);
                Json.writeUsd(g, "cost_usd", unit.getValue()[1]);
                g.writeEndObject();
            }
            g.writeEndObject();
        }
    }

    /** RFC 3339 with the zone's offset at that time; {@code Z} for none. */
    static String time(Instant instant, ZoneId zone) {
        return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(instant.atZone(zone));
    }
}
