package io.spendstream.schema;

import static java.util.Comparator.comparing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;

/** The schemas of this version: the records that have a file of their own, as their generated classes hold them. */
final class Schemas {

    /** This module's directory; Surefire and IDEs start tests there. */
    static final Path MODULE = Path.of("").toAbsolutePath();

    private static final Path SOURCES = MODULE.resolve("src/main/avro");
    private static final String PACKAGE = "io.spendstream.v1.";

    private Schemas() {}

    /** Every record schema in a file of its own, by name. */
    static List<Schema> current() {
        try (Stream<Path> files = Files.list(SOURCES)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(".avsc"))
                    .map(file -> ofClass(PACKAGE + file.substring(0, file.length() - ".avsc".length())))
                    .filter(schema -> schema.getType() == Schema.Type.RECORD)
                    .sorted(comparing(Schema::getName))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Schema ofClass(String name) {
        try {
            return SpecificData.get().getSchema(Class.forName(name));
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("no class was generated for " + name, e);
        }
    }
}
