package io.spendstream.usage;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextsTest {

    private static final String FOX = "\ud83e\udd8a";

    @ParameterizedTest
    @CsvSource({"abcdefgh, 8, abcdefgh", "abcdefghi, 8, abcde...", "'', 8, ''"})
    void a_text_that_is_too_long_is_cut(String text, int lengthMax, String shown) {
        assertThat(Texts.shortened(text, lengthMax)).isEqualTo(shown);
    }

    @Test
    void a_pair_of_surrogates_is_not_cut_in_two() {
        assertThat(Texts.shortened("abcd" + FOX + "fgh", 8)).isEqualTo("abcd...");
        assertThat(Texts.shortened("abc" + FOX + "fghi", 8)).isEqualTo("abc" + FOX + "...");
    }

    @ParameterizedTest
    @ValueSource(strings = {"=1", "+1", "-1", "@a", "\t=1", "\r=1"})
    void what_a_spreadsheet_takes_for_a_formula_gets_an_apostrophe(String cell) {
        assertThat(Texts.harmless(cell)).isEqualTo("'" + cell);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a=1", "1-1"})
    void other_cells_stay_as_they_are(String cell) {
        assertThat(Texts.harmless(cell)).isEqualTo(cell);
    }

    @Test
    void half_a_pair_is_shown_as_the_sign_for_what_is_no_character() {
        assertThat(Texts.wellFormed("a\ud83e")).isEqualTo("a\ufffd");
        assertThat(Texts.wellFormed("\udd8ab")).isEqualTo("\ufffdb");
        assertThat(Texts.wellFormed("\ud83e\ud83e\udd8a")).isEqualTo("\ufffd" + FOX);
        assertThat(Texts.wellFormed("a" + FOX + "b")).isEqualTo("a" + FOX + "b");
    }
}
