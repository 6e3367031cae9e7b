package io.spendstream.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A part of a document, between two marks, that is held to what the code says. */
final class DocTable {

    private DocTable() {}

    /** The text between {@code <!-- name: begin -->} and {@code <!-- name: end -->}, without their lines. */
    static String listed(String document, String name) throws IOException {
        String text = Files.readString(Path.of("..", "docs", document));
        String begin = "<!-- " + name + ": begin -->\n";
        int from = text.indexOf(begin) + begin.length();
        return text.substring(from, text.indexOf("<!-- " + name + ": end -->", from));
    }

    static void assertListed(String document, String name, String expected) throws IOException {
        assertThat(listed(document, name))
                .as("docs/" + document + " is out of date; between its marks of " + name + " it should read:\n"
                        + expected)
                .isEqualTo(expected);
    }
}
