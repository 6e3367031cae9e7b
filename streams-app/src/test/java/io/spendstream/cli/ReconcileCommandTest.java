package io.spendstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.spendstream.reconcile.InvoiceReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What is asked for, what is shown, and the exit codes. */
class ReconcileCommandTest {

    private static final String AMOUNTS =
            "\"valued\": false, \"invoiced_usd\": 1234.5, \"metered_usd\": 1200, \"difference_usd\": 34.5, \"drift\": 0.027947,"
                    + " \"explained\": {\"quantity_usd\": 30, \"price_usd\": 0, \"unpriced_usd\": 0.000001},"
                    + " \"unexplained_usd\": 4.499999, \"invoiced_requests\": null, \"metered_requests\": 9,"
                    + " \"unpriced_requests\": 2, \"invoiced_tokens\": 7, \"metered_tokens\": 6";
    private static final String ANSWER =
            "{\"id\": \"abc\", \"from\": \"2026-11-01\", \"to\": \"2026-12-01\", \"as_of\": \"2026-11-20T00:00:00Z\","
                    + " \"tolerance\": 0.01, \"judged\": 0.027947, \"within_tolerance\": %s, " + AMOUNTS
                    + ", \"metered_after_usd\": 5, \"without_provider\": {\"requests\": 3, \"cost_usd\": 1},"
                    + " \"left_out\": [{\"reason\": \"charges of the category Tax\", \"lines\": 1, \"cost_usd\": 2}],"
                    + " \"models\": [{\"provider\": \"openai\", \"model\": \"gpt-4o\", \"on_invoice\": true, \"metered\": false, "
                    + AMOUNTS + "}],"
                    + " \"days\": [{\"day\": \"2026-11-03\", \"provider\": null, \"model\": \"=gpt-4o\", \"on_invoice\": true,"
                    + " \"metered\": true, " + AMOUNTS + "}], \"ignored_columns\": [\"project_id\"]}";

    @TempDir
    private Path dir;

    private final List<String> asked = new ArrayList<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private int status = 201;
    private String answer = ANSWER.formatted("true");
    private HttpServer server;
    private Path file;

    @BeforeEach
    void start() throws IOException {
        file = Files.writeString(dir.resolve("invoice.csv"), "date,model,cost_usd\n");
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/reconciliations", exchange -> {
            asked.add(exchange.getRequestURI().getRawQuery() + " "
                    + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            byte[] body = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private int run(String... more) {
        List<String> args = new ArrayList<>(List.of(
                "--url", "http://127.0.0.1:" + server.getAddress().getPort(), "--format", "generic", file.toString()));
        args.addAll(List.of(more));
        return new CommandLine(new ReconcileCommand(time -> {}))
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(args.toArray(String[]::new));
    }

    @Test
    void everything_is_asked_for_as_it_is_given() {
        // When
        int code = run(
                "--month=2026-11",
                "--zone=Asia/Kolkata",
                "--provider=open ai",
                "--tenant=acme",
                "--tolerance=2%",
                "--column",
                "cost_usd=Amount due",
                "--model",
                "GPT 4o=gpt-4o",
                "--where",
                "Service=LLM & more",
                "--where",
                "Tag=team=search",
                "--dry-run");

        // Then
        assertThat(code).as(err.toString()).isZero();
        assertThat(asked)
                .containsExactly(
                        "format=generic&from=2026-11-01&to=2026-12-01&zone=Asia%2FKolkata&provider=open%20ai&tenant=acme"
                                + "&tolerance=2%25&column=cost_usd%3DAmount%20due&model=GPT%204o%3Dgpt-4o"
                                + "&where=Service%3DLLM%20%26%20more&where=Tag%3Dteam%3Dsearch&dry_run=true date,model,cost_usd\n");
    }

    @Test
    void the_table_ends_with_a_line_that_says_it_all() {
        assertThat(run()).isZero();

        assertThat(out.toString())
                .contains("openai gpt-4o", "1,234.50", "2.79 %", "0.000001", "never metered")
                .contains("2026-11-03 =gpt-4o")
                .contains("not compared: 1 lines, 2.00 USD, charges of the category Tax")
                .contains("not compared: 5.00 USD metered from 2026-11-20T00:00:00Z on")
                .contains("3 calls, 1.00 USD, metered without a provider")
                .contains("2 metered calls have no price")
                .contains("columns not read: project_id")
                .endsWith("within 1.00 %: 2026-11-01 to before 2026-12-01, invoiced 1,234.50 USD, metered 1,200.00 USD,"
                        + " drift 2.79 %, unexplained 4.50 USD (abc)" + System.lineSeparator());
    }

    @Test
    void beyond_the_tolerance_it_exits_with_1() {
        answer = ANSWER.formatted("false");

        assertThat(run()).isEqualTo(1);
        assertThat(out.toString()).contains("BEYOND 1.00 %");
    }

    @Test
    void an_answer_that_cannot_be_read_is_not_one_beyond_the_tolerance() {
        answer = "{}";

        assertThat(run()).isEqualTo(2);
    }

    @Test
    void models_that_are_wrong_in_opposite_ways_are_said_beside_the_whole() {
        answer = ANSWER.formatted("false").replace("\"judged\": 0.027947", "\"judged\": 0.248227");

        assertThat(run()).isEqualTo(1);
        assertThat(out.toString()).contains("drift 2.79 % (24.82 % by one model), unexplained");
    }

    @Test
    void nothing_is_loaded_where_the_answer_could_not_be_written() {
        assertThat(run("--json", dir.resolve("none/r.json").toString())).isEqualTo(2);
        assertThat(run("--csv", dir.toString())).isEqualTo(2);

        assertThat(asked).isEmpty();
        assertThat(err.toString())
                .contains("none/r.json cannot be written: " + dir.resolve("none") + " is no directory")
                .contains(dir + " cannot be written: it is a directory");
    }

    @Test
    void the_answer_and_its_lines_can_be_had_as_files() throws IOException {
        assertThat(run(
                        "--json",
                        dir.resolve("r.json").toString(),
                        "--csv",
                        dir.resolve("r.csv").toString()))
                .isZero();

        assertThat(dir.resolve("r.json")).hasContent(answer);
        assertThat(Files.readAllLines(dir.resolve("r.csv")))
                .containsExactly(
                        "day,provider,model,on_invoice,metered,invoiced_usd,metered_usd,difference_usd,drift,quantity_usd,"
                                + "price_usd,unpriced_usd,unexplained_usd,invoiced_requests,metered_requests,"
                                + "unpriced_requests,invoiced_tokens,metered_tokens",
                        "2026-11-03,,'=gpt-4o,true,true,1234.5,1200,34.5,0.027947,30,0,0.000001,4.499999,,9,2,7,6");
    }

    @Test
    void every_bad_line_is_told_and_it_exits_with_2() {
        status = 400;
        answer = "{\"title\": \"t\", \"detail\": \"Nothing was loaded: there is 1 fault\", \"errors\":"
                + " [{\"index\": 3, \"field\": \"cost_usd\", \"reason\": \"bad_value\", \"detail\": \"is 'x'\"},"
                + " {\"field\": \"tolerance\", \"reason\": \"bad_value\", \"detail\": \"is wrong\"}]}";

        assertThat(run()).isEqualTo(2);
        assertThat(err.toString())
                .contains("invoice.csv: Nothing was loaded: there is 1 fault")
                .contains("  line 3: cost_usd: is 'x'")
                .contains("  tolerance: is wrong");
    }

    @Test
    void what_cannot_be_compared_exits_with_2() throws IOException {
        file = dir.resolve("none.csv");
        assertThat(run()).isEqualTo(2);
        assertThat(err.toString()).contains("none.csv is not there");

        assertThat(run("--month=2026-11", "--from=2026-11-01")).isEqualTo(2);

        file = Files.write(dir.resolve("large.csv"), new byte[InvoiceReader.BYTES_MAX + 1]);
        assertThat(run()).isEqualTo(2);
        assertThat(err.toString()).contains("large.csv has 10485761 bytes; at most 10485760 can be loaded at once");
        assertThat(asked).isEmpty();
        server.stop(0);
        file = dir.resolve("invoice.csv");
        assertThat(run()).isEqualTo(2);
        assertThat(err.toString()).contains("is the application running?");
    }
}
