package io.spendstream.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** {@code docs/api.md} says what {@code openapi.json} says. {@code -Dupdate} writes it anew. */
class ApiDocTest {

    private static final Path DOCUMENT = Path.of("..", "docs", "api.md");

    @Test
    void the_reference_is_made_of_the_description() throws IOException {
        String expected = ApiDoc.of(Description.WHOLE);
        if (System.getProperty("update") != null) {
            Files.writeString(DOCUMENT, expected);
        }
        assertThat(Files.readString(DOCUMENT))
                .as("docs/api.md is out of date; run 'mvn -pl streams-app -am test -Dtest=ApiDocTest"
                        + " -Dsurefire.failIfNoSpecifiedTests=false -Dupdate'")
                .isEqualTo(expected);
    }

    @Test
    void links_within_the_reference_lead_somewhere() throws IOException {
        String document = Files.readString(DOCUMENT);
        Pattern heading = Pattern.compile("(?m)^#+ (.+)$");
        assertThat(Pattern.compile("\\(#([^)]+)\\)")
                        .matcher(document)
                        .results()
                        .map((MatchResult link) -> link.group(1)))
                .isNotEmpty()
                .isSubsetOf(heading.matcher(document)
                        .results()
                        .map((MatchResult found) -> ApiDoc.anchor(found.group(1)))
                        .toList());
    }

    @Test
    void every_operation_says_what_it_does_and_every_field_of_a_request_what_it_means() {
        for (Description.Operation operation : Description.WHOLE.operations()) {
            assertThat(operation.node().path("summary").asText())
                    .as(operation.toString())
                    .isNotEmpty();
            assertThat(operation.parameters())
                    .as(operation.toString())
                    .allSatisfy(parameter ->
                            assertThat(parameter.path("description").asText()).isNotEmpty());
        }
    }

    @Test
    void every_example_of_a_body_is_one_that_the_description_takes() {
        int examples = 0;
        for (Description.Operation operation : Description.WHOLE.operations()) {
            for (var form : operation.node().at("/requestBody/content").properties()) {
                JsonNode example = form.getValue().path("example");
                if (!example.isMissingNode()) {
                    examples++;
                    String pointer = operation.pointer() + "/requestBody/content/"
                            + form.getKey().replace("/", "~1") + "/schema";
                    assertThat(Description.WHOLE.faults(pointer, example))
                            .as(operation.toString())
                            .isEmpty();
                }
            }
            boolean hasBody = operation.node().has("requestBody");
            assertThat(hasBody)
                    .as(operation + " has a body and shows none")
                    .isEqualTo(StreamSupport.stream(
                                    operation.node().at("/requestBody/content").spliterator(), false)
                            .anyMatch(form -> form.has("example")));
        }
        assertThat(examples).isGreaterThanOrEqualTo(8);
    }
}
