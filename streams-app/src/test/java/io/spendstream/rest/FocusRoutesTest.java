package io.spendstream.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spendstream.focus.FocusColumn;
import io.spendstream.focus.FocusCsv;
import io.spendstream.focus.FocusRow;
import io.spendstream.query.FakeCells;
import io.spendstream.query.Freshness;
import io.spendstream.query.Granularity;
import io.spendstream.query.Peers.Peer;
import io.spendstream.query.QueryRefused;
import io.spendstream.query.SpendAnswer;
import io.spendstream.query.Sums;
import java.io.IOException;
import java.io.StringReader;
import java.net.http.HttpResponse;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class FocusRoutesTest {

    private static final Map<String, String> CHAT =
            Map.of("feature", "chat", "model", "m1", "service_tier", "STANDARD", "operation", "chat");

    private TestInstance instance;

    @BeforeEach
    void start() throws IOException {
        instance = new TestInstance();
        instance.cells.add(new FakeCells(0)
                .spend("2026-11-21T00:00:00Z", CHAT, "ann", 7, Map.of("images", new long[] {3, 7}))
                .spend("2026-11-20T22:30:00Z", CHAT, "ann", 5, Map.of("images", new long[] {1, 5}))
                .spend("2026-10-31T23:59:00Z", CHAT, "ann", 2, Map.of("images", new long[] {1, 2})));
    }

    @AfterEach
    void stop() throws IOException {
        instance.close();
    }

    @ParameterizedTest
    @CsvSource({
        "'', 12",
        "?from=2026-11-21, 7",
        "?from=2026-10-31&to=2026-11-01, 2",
        "?from=2026-10-01T00:00:00Z&to=2026-12-01, 14",
        "?feature=other, 0"
    })
    void theMonthSoFarOrTheDaysThatAreAskedForAreExported(String query, long nanoUsd) throws Exception {
        // When
        HttpResponse<String> response = instance.get("/v1/export/focus" + query);

        // Then
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).contains("text/csv; charset=utf-8; header=present");
        assertThat(response.headers().firstValue("Spendstream-Complete")).contains("true");
        List<FocusRow> rows = new ArrayList<>();
        FocusCsv.read(new StringReader(response.body()), rows::add);
        assertThat(rows.stream()
                        .mapToLong(row -> row.number(FocusColumn.BILLED_COST)
                                .movePointRight(9)
                                .longValueExact())
                        .sum())
                .isEqualTo(nanoUsd);
    }

    @Test
    void parquetIsToBeHadToo() throws Exception {
        // When
        HttpResponse<String> response =
                instance.send(instance.request("/v1/export/focus").header("Accept", "application/vnd.apache.parquet"));

        // Then
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/vnd.apache.parquet");
        assertThat(response.body()).startsWith("PAR1").endsWith("PAR1");
    }

    @ParameterizedTest
    @CsvSource({
        "?from=2026-11-21T00:15:00Z, 400, is not the start of a UTC day",
        "?granularity=day, 400, is not a parameter; accepted: from",
        "?user=ann, 400, is not a parameter; accepted: from",
        "?from=2026-11-22&to=2026-11-21, 400, is not before to",
        "?service_tier=CHEAP, 400, is no service tier",
    })
    void whatIsAskedForWronglyIsRefusedWithWhatWouldBeRight(String query, int status, String why) throws Exception {
        HttpResponse<String> response = instance.get("/v1/export/focus" + query);
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.body()).contains(why);
    }

    @Test
    void anExportIsNeverShort() throws Exception {
        // Given a partition that nobody has
        instance.partitions = 2;
        instance.others.add(new Peer("http://127.0.0.1:1", true));

        // Then
        assertThat(instance.get("/v1/export/focus").statusCode()).isEqualTo(503);
    }

    @Test
    void moreThanFitsIsRefused() {
        // Given an answer that the limit cut
        SpendAnswer cut = new SpendAnswer(
                TestInstance.NOW,
                TestInstance.NOW,
                ZoneOffset.UTC,
                Granularity.DAY,
                List.of(),
                List.of(),
                FocusParams.CELLS_MAX + 1,
                new Sums(),
                new Freshness(true, TestInstance.NOW, 0, 0));

        // Then
        assertThatThrownBy(() -> FocusRoutes.requireWhole(cut))
                .isInstanceOf(QueryRefused.class)
                .hasMessageContaining("20001 combinations")
                .hasMessageContaining("ask for fewer days");
    }
}
