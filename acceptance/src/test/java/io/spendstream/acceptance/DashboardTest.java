package io.spendstream.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spendstream.Spendstream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;

/** The page in a real browser, on a real application with budgets, alerts and names that mean harm. */
@ExtendWith(OneCluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DashboardTest {

    private static final String HARM = "<img src=x onerror=\"window.harmed = 1\">";
    private static final String SCRIPT = "\"><script>window.harmed = 1</script>, a\\b";
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private final HttpClient http = HttpClient.newHttpClient();
    private Scene scene;
    private Spendstream app;
    private Browser browser;

    @BeforeAll
    void start(Cluster cluster) throws Exception {
        assumeTrue(Browser.missing().isEmpty(), () -> Browser.missing().orElseThrow());
        scene = new Scene(cluster, "dashboard");
        app = scene.startHere(Map.of());
        send("PUT", "/v1/prices/gpt-4o", """
                {"model": "gpt-4o", "cards": [{"effective_from": "2024-01-01T00:00:00Z", "rates": [
                  {"meter": "input_tokens", "usd_per_million": 2.50},
                  {"meter": "output_tokens", "usd_per_million": 10.00}]}]}""");
        send("PUT", "/v1/budgets/over", """
                {"description": "%s", "limit": 0.5, "period": "lifetime",
                 "thresholds": [{"at": 1, "action": "deny"}]}""".formatted(HARM.replace("\"", "\\\"")));
        send("PUT", "/v1/budgets/wide", """
                {"limit": 1000, "period": "lifetime", "group_by": ["feature"]}""");
        List<String> events = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            String feature = i % 3 == 0 ? HARM : i % 3 == 1 ? SCRIPT : "chat";
            events.add(event("d-" + i, scene.now.minus(Duration.ofHours(i)), feature, "gpt-4o", 123_457 + i));
        }
        events.add(event("d-unpriced", scene.now.minus(Duration.ofMinutes(1)), "chat", "javascript:alert(1)", 1));
        send("POST", "/v1/events", "[" + String.join(",", events) + "]");
        Await.until(
                "all events and an alert",
                Scene.PATIENCE,
                () -> totals("/v1/spend?from=" + day(-30)).path("requests").asInt() * 1000
                        + get("/v1/alerts?state=OPEN").path("alerts").size(),
                seen -> seen > 201_000);
        browser = new Browser();
    }

    @AfterAll
    void stop() throws Exception {
        if (browser != null) {
            browser.close();
        }
        if (app != null) {
            app.close();
        }
        if (scene != null) {
            scene.close();
        }
    }

    @BeforeEach
    void openPage() {
        browser.screen(1440, 1000);
        browser.theme("light");
        browser.complaints();
        browser.open(app.url().resolve("/"));
    }

    /** Nothing that any test shows may run a foreign script, or ask anybody else. */
    @AfterEach
    void nothingForeignRanAndNobodyElseWasAsked() {
        assertThat(browser.run("return window.harmed")).isNull();
        assertThat(browser.run("return performance.getEntriesByType('resource').map(e => new URL(e.name).origin)"
                        + ".filter(o => o !== location.origin).join()"))
                .isEqualTo("");
    }

    @Test
    void figuresAreThoseOfTheApi() {
        // When
        String today = exact(".figure.today .amount");
        String month = exact(".figure.month .amount");
        List<?> features = (List<?>)
                browser.run(
                        "return [...document.querySelectorAll('#feature tbody tr')].map(r =>"
                                + " r.querySelector('th').firstElementChild.firstChild.data + '=' + r.querySelector('[data-exact]').dataset.exact)");
        String identity = browser.text("#identity");

        // Then
        assertThat(new BigDecimal(today))
                .isEqualByComparingTo(cost("/v1/spend?from=" + day(0)))
                .isPositive();
        assertThat(new BigDecimal(month)).isEqualByComparingTo(cost("/v1/spend?from=" + day(0).substring(0, 8) + "01"));
        List<String> expected = new ArrayList<>();
        get("/v1/spend?group_by=feature&from=" + day(-6))
                .get("rows")
                .forEach(row -> expected.add(row.get("feature").asText() + "="
                        + row.get("cost_usd").decimalValue().toPlainString()));
        assertThat(features)
                .map(Object::toString)
                .containsExactlyElementsOf(expected)
                .hasSize(3);
        long requests = totals("/v1/spend?from=" + day(-30)).path("requests").asLong();
        assertThat(identity).isEqualTo(requests + " received = " + requests + " counted + 0 repeated + 0 rejected");
        assertThat(browser.text(".figure.unpriced .amount")).isEqualTo("1");
        assertThat(browser.text("#budgets")).contains("over its limit").contains("wide · chat");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void everyPanelHasTheCallBehindItAndTheCallAnswers() {
        // When
        List<?> links = (List<?>) browser.run(
                "return [...document.querySelectorAll('a.api, footer a')].map(a =>" + " a.getAttribute('href'))");

        // Then
        assertThat(links).hasSizeGreaterThan(25).allSatisfy(link -> {
            assertThat(link.toString()).startsWith("/");
            assertThat(status(link.toString())).as(link.toString()).isEqualTo(200);
        });
        for (String panel :
                List.of("alerts", "budgets", "health", "series", "feature", "model", "team", "user", "heat")) {
            assertThat(browser.all("#" + panel + " a.api")).as(panel).isNotEmpty();
        }
    }

    @Test
    void namesThatMeanHarmAreText() {
        // Then
        assertThat(browser.text("#feature")).contains(HARM).contains(SCRIPT);
        assertThat(browser.text("#model")).contains("javascript:alert(1)");
        assertThat(browser.text("#budgets")).contains(HARM);
        assertThat(browser.all("#main img, #main script, a[href^='javascript']"))
                .isEmpty();

        // When
        browser.click("#feature button[data-key*='<img']");

        // Then
        browser.await(
                "one feature alone",
                "return document.querySelectorAll('#feature tbody tr').length",
                rows -> rows.equals(1L));
        assertThat(browser.text("#filters")).contains(HARM);
        assertThat(browser.complaints()).isEmpty();

        // When: even code that got in would not run
        browser.run(
                "const s = document.createElement('script'); s.textContent = 'window.harmed = 1';"
                        + " document.body.append(s); document.body.insertAdjacentHTML('beforeend', arguments[0])",
                HARM);

        // Then
        browser.await(
                "the policy's objection",
                "return performance.now() > 0",
                loaded -> browser.complaints().stream().anyMatch(c -> c.contains("Content Security Policy")));
    }

    @Test
    void theAddressHoldsWhatIsShown() {
        // When
        browser.choose("#range", "30d");
        browser.choose("#group", "model");
        browser.choose("#zone", "Europe/Berlin");
        browser.choose("#style", "lines");
        browser.click("#model tbody tr:nth-child(1) button");

        // Then
        assertThat(browser.address())
                .contains("range=30d", "group=model", "zone=Europe%2FBerlin", "style=lines", "model=gpt-4o");

        // When
        browser.open(URI.create(browser.address()));

        // Then
        assertThat(browser.text("#feature caption")).endsWith("Europe/Berlin");
        assertThat(browser.run(
                        "return document.querySelector('#range').value + document.querySelector('#group').value"))
                .isEqualTo("30dmodel");
        assertThat(browser.text("#series .legend tbody th")).isEqualTo("gpt-4o");
        assertThat(browser.text("#user")).contains("cannot be shown with a filter on model");

        // When
        browser.click("#filters button");
        browser.back();

        // Then
        browser.await(
                "the filter again", "return document.querySelectorAll('#filters button').length", n -> n.equals(1L));
    }

    @Test
    void aNewEventShowsWithoutAReload() throws Exception {
        // Given
        BigDecimal before = new BigDecimal(exact(".figure.range .amount"));
        browser.run("window.sameDocument = true");

        // When
        send("POST", "/v1/events", event("live-" + Instant.now(), Instant.now(), "chat", "gpt-4o", 1_000_000));

        // Then
        browser.await(
                "2.50 USD more",
                "return document.querySelector('.figure.range .amount').dataset.exact",
                seen -> new BigDecimal(seen.toString()).subtract(before).compareTo(new BigDecimal("2.50")) >= 0);
        assertThat(browser.run("return window.sameDocument")).isEqualTo(true);
        assertThat(browser.text("#freshness")).startsWith("Live");
    }

    @Test
    void aKeyboardReachesEverythingAndShowsWhereItIs() {
        // When
        List<String> reached = new ArrayList<>();
        for (int i = 0; i < 14; i++) {
            browser.press(Keys.TAB);
            reached.add((String) browser.run("const e = document.activeElement; const s = getComputedStyle(e);"
                    + " return (e.id || e.className || e.tagName) + (s.outlineStyle === 'none' ? ' unseen' : '')"));
        }

        // Then
        assertThat(reached)
                .startsWith("skip", "pause", "tenant", "range", "zone", "api")
                .noneMatch(element -> element.endsWith("unseen"));
        assertThat(browser.run(
                        "return [...document.querySelectorAll('#main [tabindex]')].filter(e => e.tabIndex > 0).length"))
                .isEqualTo(0L);

        // When
        browser.run("document.querySelector('.skip').focus()");
        browser.press(Keys.ENTER);

        // Then
        assertThat(browser.run("return document.activeElement.id")).isEqualTo("main");
    }

    @Test
    void somebodyLooksAfterAnAlertAndCanStopTheUpdates() {
        // When
        browser.click("#alerts [data-key^='ack-']");
        browser.run("document.querySelector('#ack-by').value = arguments[0]", HARM);
        browser.click(".ack button[type=submit]");

        // Then
        browser.await(
                "the acknowledgement",
                "return document.querySelector('#alerts').textContent",
                text -> text.toString().contains(HARM + " looks after it"));
        assertThat(get("/v1/alerts?acknowledged=true").get("alerts")).isNotEmpty();

        // When
        browser.click("#pause");

        // Then
        assertThat(browser.text("#freshness")).isEqualTo("Paused");
        assertThat(browser.text("#announce")).isEqualTo("Figures stay as they are");
    }

    @Test
    void withoutAServerTheLastFiguresStayAndItIsSaid() {
        // Given
        String spent = browser.text(".figure.range .amount");
        browser.connected(false);
        try {
            // Then
            browser.await(
                    "the trouble to be said",
                    "const t = document.querySelector('#trouble'); return t.hidden ? '' : t.textContent",
                    said -> said.toString().startsWith("The server cannot be reached."));
            assertThat(browser.text("#freshness")).isEqualTo("No connection");
            assertThat(browser.text(".figure.range .amount")).isEqualTo(spent);
            assertThat(browser.text("#feature .trouble")).startsWith("Not up to date");
        } finally {
            browser.connected(true);
        }

        // Then
        browser.await(
                "that all is well again", "return document.querySelector('#trouble').hidden", Boolean.TRUE::equals);
        assertThat(browser.text("#announce")).isEqualTo("All figures are up to date again");
    }

    @Test
    void anAnswerThatHasToWaitIsSaidWhileTasksAreMoved() {
        // When
        browser.run("window.fetch = async () => new Response(JSON.stringify({detail: 'partition 3 is being restored'}),"
                + " {status: 503})");

        // Then
        browser.await(
                "the reason to be said",
                "return document.querySelector('#trouble').textContent",
                said -> said.toString().contains("tasks are being moved")
                        && said.toString().contains("partition 3 is being restored"));
        assertThat(browser.all("#feature tbody tr")).isNotEmpty();
    }

    @Test
    void aServerThatWantsAKeyGetsIt() {
        // Given
        browser.run("const real = window.fetch; window.fetch = async (url, options) =>"
                + " options.headers.Authorization === 'Bearer sk_test' ? real(url, options)"
                + " : new Response(JSON.stringify({detail: 'no key'}), {status: 401})");
        browser.await("the question for a key", "return document.activeElement.id", focused -> focused.equals("key"));

        // When
        browser.run("document.querySelector('#key').value = 'sk_test'");
        browser.click("#key-form button");

        // Then
        browser.await("figures", "return document.querySelector('#trouble').hidden", Boolean.TRUE::equals);
        assertThat(browser.run("return document.querySelector('#key-form').hidden"))
                .isEqualTo(true);

        // When
        browser.click("#feature a.api");

        // Then
        browser.await(
                "the call's answer",
                "return document.querySelector('#answer pre').textContent",
                text -> text.toString().contains("\"row_count\": 3"));
        browser.run("sessionStorage.clear()");
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void nothingIsInTheWayOfPeopleWhoSeeOrPointDifferently(String theme) {
        // When
        browser.theme(theme);
        browser.run("document.querySelector('#series details').open = true");

        // Then
        assertThat(browser.run("const c = getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number);"
                        + " return c[0] + c[1] + c[2] > 384 ? 'light' : 'dark'"))
                .isEqualTo(theme);
        assertThat(browser.accessibilityFaults()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {320, 375, 768})
    void aNarrowScreenNeedsNoScrollingToTheSide(int width) {
        // When
        browser.screen(width, 800);
        browser.open(app.url().resolve("/?tenant=default"));

        // Then
        assertThat(browser.run("return document.documentElement.scrollWidth"))
                .asInstanceOf(InstanceOfAssertFactories.LONG)
                .isLessThanOrEqualTo(width);
        assertThat(browser.run("return [...document.querySelectorAll('main *:not(.hidden)')].filter(e =>"
                        + " e.getClientRects().length && !e.closest('.scroll, .plot, .hidden, thead') && e.getBoundingClientRect().right > innerWidth + 1)"
                        + ".map(e => e.outerHTML.slice(0, 80)).join()"))
                .isEqualTo("");
    }

    private static String event(String id, Instant time, String feature, String model, int inputTokens) {
        return """
                {"id": "%s", "time": "%s", "feature": %s, "model": "%s", "team": "team-a", "user": "ann",
                 "input_tokens": %d, "output_tokens": 11, "work_units": 1}""".formatted(id, time, JSON.getNodeFactory().textNode(feature), model, inputTokens);
    }

    /** So many days from today, in UTC. */
    private static String day(int days) {
        return Instant.now().plus(Duration.ofDays(days)).toString().substring(0, 10);
    }

    private String exact(String selector) {
        return (String) browser.run("return document.querySelector(arguments[0]).dataset.exact", selector);
    }

    private BigDecimal cost(String path) {
        return totals(path).path("cost_usd").decimalValue();
    }

    private JsonNode totals(String path) {
        return get(path).path("totals");
    }

    private JsonNode get(String path) {
        try {
            return JSON.readTree(answer(path).body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int status(String path) {
        return answer(path).statusCode();
    }

    private HttpResponse<String> answer(String path) {
        try {
            return http.send(
                    HttpRequest.newBuilder(URI.create(app.url() + path)).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void send(String method, String path, String body) throws Exception {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create(app.url() + path))
                        .header("Content-Type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 204);
    }
}
