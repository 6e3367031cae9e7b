package io.spendstream.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NameCacheTest {

    private static final int SLOTS = 1 << 14;

    private final NameCache names = new NameCache();

    private String text(String text) {
        byte[] utf8 = ("<" + text + ">").getBytes(StandardCharsets.UTF_8);
        return names.text(utf8, 1, utf8.length - 2);
    }

    @Test
    void aTextThatComesAgainIsTheSameString() {
        String first = text("gpt-4o");
        assertThat(first).isEqualTo("gpt-4o");
        assertThat(text("gpt-4o")).isSameAs(first);
        assertThat(text("")).isEmpty();
    }

    /** Many more texts than slots: each collides, none is taken for another. */
    @Test
    void textsThatShareASlotAreNotTakenForEachOther() {
        Random random = new Random(1);
        for (int i = 0; i < 20 * SLOTS; i++) {
            String text = Integer.toString(random.nextInt(6 * SLOTS), 36);
            assertThat(text(text)).isEqualTo(text);
        }
    }

    /** Aa and BB have the same hash, and so has every mixture of them. */
    @Test
    void textsOfTheSameHashAreNotTakenForEachOther() {
        List<String> texts = new ArrayList<>(List.of(""));
        for (int length = 0; length < 6; length++) {
            List<String> longer = new ArrayList<>();
            texts.forEach(text -> {
                longer.add(text + "Aa");
                longer.add(text + "BB");
            });
            texts = longer;
        }
        for (String text : texts) {
            assertThat(text(text)).isEqualTo(text);
        }
    }

    @Test
    void bytesThatAreNotUtf8AreReplacedAsEverywhereElse() {
        byte[] broken = {'a', (byte) 0xff, 'b'};
        assertThat(names.text(broken, 0, 3)).isEqualTo("a\ufffdb");
        assertThat(names.text(broken, 0, 3)).isEqualTo("a\ufffdb");
    }

    /** Slots are bounded in number: with texts of a megabyte in them they would still take gigabytes. */
    @Test
    void longTextsAreNotKept() {
        String text = "x".repeat(100_000);
        String first = text(text);
        assertThat(first.equals(text)).isTrue();
        assertThat(text(text) != first).isTrue();
    }

    @Test
    void valuesOfTheGreatestLengthAreKept() {
        String text = "x".repeat(EventRules.TEXT_LENGTH_MAX);
        assertThat(text(text)).isSameAs(text(text));
    }
}
