package io.spendstream.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.SchemaCompatibility.SchemaPairCompatibility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Records written under any released schema can be read under the current one: BACKWARD_TRANSITIVE. */
class ReleasedSchemasTest {

    static Stream<Path> released() {
        return ReleasedSchemas.files().stream();
    }

    @ParameterizedTest
    @MethodSource("released")
    void theCurrentSchemaReadsWhatTheReleasedOneWrote(Path file) throws IOException {
        // Given
        Schema writer = new Schema.Parser().parse(Files.readString(file));
        Schema reader = Schemas.current().stream()
                .filter(schema -> schema.getFullName().equals(writer.getFullName()))
                .findFirst()
                .orElseThrow(() -> new AssertionError(ReleasedSchemas.name(file) + " was released, and "
                        + writer.getFullName() + " is gone: records of it are still in topics"));

        // When
        SchemaPairCompatibility compatibility = SchemaCompatibility.checkReaderWriterCompatibility(reader, writer);

        // Then
        assertThat(compatibility.getResult().getIncompatibilities())
                .as("the current %s cannot read %s", reader.getName(), ReleasedSchemas.name(file))
                .isEmpty();
        assertThat(compatibility.getType()).isEqualTo(SchemaCompatibilityType.COMPATIBLE);
    }

    @Test
    void releasedFilesNeverChange() {
        assertThat(ReleasedSchemas.hashes())
                .as("a released schema is what others have built on: put the change in src/main/avro, for the next"
                        + " version")
                .isEqualTo(ReleasedSchemas.recordedHashes());
    }

    @Test
    void theVersionInThePomReleasesWhatIsInTheSources() throws IOException {
        // Given a version whose files are there already, as they are from its release on
        Path version = ReleasedSchemas.DIRECTORY.resolve(ReleasedSchemas.projectVersion());
        if (!Files.exists(version)) {
            return;
        }

        // Then
        List<Schema> current = Schemas.current();
        for (Schema schema : current) {
            Path file = version.resolve(schema.getName() + ".avsc");
            assertThat(file)
                    .as("before the release of this version: run ReleasedSchemas.main; after it: raise the version")
                    .exists()
                    .hasContent(ReleasedSchemas.text(schema));
        }
        try (Stream<Path> files = Files.list(version)) {
            Set<String> names =
                    current.stream().map(schema -> schema.getName() + ".avsc").collect(Collectors.toSet());
            assertThat(files.map(file -> file.getFileName().toString())).containsExactlyInAnyOrderElementsOf(names);
        }
    }

    @Test
    void theFirstVersionIsThere() {
        assertThat(ReleasedSchemas.files().stream().map(ReleasedSchemas::name)).contains("0.1.0/UsageEvent.avsc");
    }

    @Test
    void aNewFieldWithoutADefaultWouldBeNoticed() {
        // Given
        Schema writer = SchemaBuilder.record("R").fields().requiredString("a").endRecord();
        Schema reader = SchemaBuilder.record("R")
                .fields()
                .requiredString("a")
                .requiredString("b")
                .endRecord();

        // When / Then
        assertThat(SchemaCompatibility.checkReaderWriterCompatibility(reader, writer)
                        .getResult()
                        .getIncompatibilities())
                .isNotEmpty();
    }
}
