package io.spendstream.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApiKeysTest {

    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final String LINE =
            "{'id':'abcdefghijkl','sha256':'%s','name':'n','scopes':['read'],'tenants':['acme']}"
                    .formatted("0".repeat(64));

    private static ApiKeys.Created create(String... tenants) {
        return ApiKeys.create(
                "gateway", List.of(Scope.ADMIT, Scope.PUBLISH), List.of(tenants), null, new SecureRandom());
    }

    @Test
    void a_key_is_found_by_its_line_which_does_not_hold_it() {
        // Given
        ApiKeys.Created created = create("acme", "globex");

        // When
        ApiKeys keys = ApiKeys.parse("# ours\n\n" + created.line() + "\n", 50);

        // Then
        assertThat(keys.find(created.key(), NOW)).hasValueSatisfying(caller -> {
            assertThat(caller.name()).isEqualTo("gateway");
            assertThat(caller.scopes()).containsExactlyInAnyOrder(Scope.PUBLISH, Scope.ADMIT);
            assertThat(caller.tenants()).containsExactlyInAnyOrder("acme", "globex");
            assertThat(caller.requestsPerSecond()).isEqualTo(50);
        });
        assertThat(created.key()).matches("sk_[a-z2-7]{12}_[A-Za-z0-9_-]{43}");
        assertThat(created.line()).doesNotContain(created.key().substring(16));
    }

    @Test
    void whatIsNotTheWholeKeyIsNone() {
        // Given
        ApiKeys.Created created = create("acme");
        ApiKeys keys = ApiKeys.parse(created.line() + "\n" + create("globex").line(), 1);
        String key = created.key();
        char last = key.charAt(key.length() - 1);

        // Then
        for (String wrong : List.of(
                "",
                "sk_",
                key.substring(0, 15),
                key.substring(0, 16),
                key.substring(0, key.length() - 1),
                key.substring(0, key.length() - 1) + (last == 'A' ? 'B' : 'A'),
                key + "A",
                key.toUpperCase(java.util.Locale.ROOT),
                create("acme").key())) {
            assertThat(keys.find(wrong, NOW)).as(wrong).isEmpty();
        }
    }

    @Test
    void noTwoKeysAreTheSame() {
        Set<String> keys = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            keys.add(create("acme").key());
        }
        assertThat(keys).hasSize(1_000);
    }

    @Test
    void aKeyEndsWhenItsLineSays() {
        // Given
        ApiKeys.Created created = ApiKeys.create("n", List.of(Scope.READ), List.of("*"), NOW, new SecureRandom());
        ApiKeys keys = ApiKeys.parse(created.line(), 1);

        // Then
        assertThat(keys.find(created.key(), NOW.minusMillis(1))).isPresent();
        assertThat(keys.find(created.key(), NOW)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "read                       | no JSON object",
                "['read']                   | is no JSON object",
                "{'id':'short'}             | has an id that does not match",
                "LINE 'name':'n'>'name':''  | takes a name of 1 to 100",
                "LINE 'name':'n'>'nome':'n' | has a field 'nome'",
                "LINE 'read'>'write'        | has the scope 'write'; scopes are publish, read, admit, administer",
                "LINE ['read']>[]           | needs scopes, an array of at least one",
                "LINE ['acme']>'acme'       | needs tenants, an array",
                "LINE ['acme']>['acme','*'] | names tenants beside *",
                "LINE ['acme']>['']         | in tenants that is no text",
                "LINE 0000>000              | has a sha256 that is not 64",
                "LINE 'name'>'expires':'soon','name' | takes expires as a time",
                "LINE 'name'>'requests_per_second':0,'name' | takes requests_per_second",
                "LINE 'name'>'id':'abcdefghijkl','name' | no JSON object",
                "sk_abcdefghijkl_0000000000 | is no JSON object",
            })
    void aWrongLineIsNamed(String line, String says) {
        String[] change = line.startsWith("LINE ") ? line.substring(5).split(">") : null;
        String text = change == null
                ? line
                : LINE.replaceFirst(
                        java.util.regex.Pattern.quote(change[0]), java.util.regex.Matcher.quoteReplacement(change[1]));
        assertThatThrownBy(() -> ApiKeys.parse("\n" + text.replace('\'', '"'), 1))
                .hasMessageContaining("line 2 of the keys")
                .hasMessageContaining(says)
                .message()
                .doesNotContain("0000000000");
    }

    @Test
    void anIdTwiceIsRefused() {
        String line = LINE.replace('\'', '"');
        assertThatThrownBy(() -> ApiKeys.parse(line + "\n" + line, 1)).hasMessageContaining("of a line before it");
    }
}
