package io.spendstream.schema;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaFormatter;

/**
 * The schemas of every released version, each complete in one file: {@code released/<version>/<name>.avsc}, with their
 * hashes in {@code released/SHA256SUMS}. Run {@link #main} from this module's directory to write those of the version
 * that the pom names; files of other versions are never touched.
 */
final class ReleasedSchemas {

    static final Path DIRECTORY = Schemas.MODULE.resolve("src/test/resources/released");
    static final Path HASHES = DIRECTORY.resolve("SHA256SUMS");

    private ReleasedSchemas() {}

    public static void main(String[] args) throws IOException {
        Path version = DIRECTORY.resolve(projectVersion());
        Files.createDirectories(version);
        for (Schema schema : Schemas.current()) {
            Files.writeString(version.resolve(schema.getName() + ".avsc"), text(schema));
        }
        String hashes = hashes().entrySet().stream()
                .map(entry -> entry.getValue() + "  " + entry.getKey() + "\n")
                .collect(Collectors.joining());
        Files.writeString(HASHES, hashes);
    }

    /** A schema as it is released: without what only Java needs, on many lines. */
    static String text(Schema schema) {
        return SchemaFormatter.format("json/pretty", new Schema.Parser().parse(SchemaText.plain(schema))) + "\n";
    }

    /** The version in the parent pom: the one that is worked on, or being released. */
    static String projectVersion() {
        try {
            Matcher version = Pattern.compile("<artifactId>spendstream</artifactId>\\s*<version>([^<]+)</version>")
                    .matcher(Files.readString(Schemas.MODULE.resolve("pom.xml")));
            if (!version.find()) {
                throw new IllegalStateException("pom.xml names no parent version");
            }
            return version.group(1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every released file, such as {@code 0.1.0/UsageEvent.avsc}. */
    static List<Path> files() {
        try (Stream<Path> files = Files.walk(DIRECTORY)) {
            return files.filter(file -> file.toString().endsWith(".avsc"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SHA-256 of every released file, by its path below the directory. */
    static Map<String, String> hashes() {
        Map<String, String> hashes = new TreeMap<>();
        files().forEach(file -> hashes.put(name(file), sha256(file)));
        return hashes;
    }

    /** The hashes on record. */
    static Map<String, String> recordedHashes() {
        try (Stream<String> lines = Files.lines(HASHES)) {
            return lines.map(line -> line.split(" {2}", 2))
                    .collect(Collectors.toMap(parts -> parts[1], parts -> parts[0], (a, b) -> b, TreeMap::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String name(Path file) {
        return DIRECTORY.relativize(file).toString().replace('\\', '/');
    }

    private static String sha256(Path file) {
        try {
            // Line ends are made alike, as a checkout may change them.
            String text = Files.readString(file).replace("\r\n", "\n");
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
