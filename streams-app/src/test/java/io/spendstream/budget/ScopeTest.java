package io.spendstream.budget;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.usage.Dimension;
import io.spendstream.usage.Measure;
import io.spendstream.usage.UsageRecord;
import io.spendstream.v1.BudgetMeasure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScopeTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // pattern | text | like
                "chat | chat | true",
                "chat | chats | false",
                "chat* | chat | true",
                "chat* | chat-a | true",
                "chat* | a-chat | false",
                "*chat | a-chat | true",
                "*a*b* | xxaxxbxx | true",
                "*a*b* | xxbxxaxx | false",
                "a*a | a | false",
                "a*a | aa | true",
                "* | anything | true",
                "** | x | true",
                "a.c | abc | false",
                "a?c | abc | false",
                "Chat | chat | false",
                "*aab | aaaab | true",
            })
    void a_star_stands_for_any_text(String pattern, String text, boolean like) {
        assertThat(Glob.matches(pattern, text)).isEqualTo(like);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // scope | call | counts
                "{} | feature=chat | true",
                "'match': {'feature': ['chat*', 'mail']} | feature=mail | true",
                "'match': {'feature': ['chat*', 'mail']} | feature=mailing | false",
                "'match': {'feature': ['chat*'], 'team': ['a']} | feature=chat,team=a | true",
                "'match': {'feature': ['chat*'], 'team': ['a']} | feature=chat,team=b | false",
                "'match': {'feature': ['chat*'], 'team': ['a']} | feature=chat | false",
                "'match': {'team': ['*']} | feature=chat | false",
                "'match': {'tags.region': ['eu-*']} | tags.region=eu-west | true",
                "'match': {'user': ['ann']} | user=ann | true",
                "'exclude': {'model': ['m*']} | model=m1 | false",
                "'exclude': {'model': ['m*']} | model=n1 | true",
                "'exclude': {'model': ['m*']} | feature=x | true",
                "'tenant': 'acme' | tenant=acme | true",
                "'tenant': 'acme' | tenant=default | false",
            })
    void all_matched_fields_must_be_like_a_pattern_and_no_excluded_one(String scope, String call, boolean counts) {
        // Given
        BudgetDefinition definition =
                Definitions.of("{'id': 'b', 'limit': 1" + (scope.equals("{}") ? "" : ", " + scope) + "}");

        // Then
        assertThat(ScopeMatcher.of(definition).matches(Definitions.call(call.split("[=,]"))))
                .isEqualTo(counts);
    }

    @Test
    void a_group_is_the_values_of_its_fields_also_where_there_is_none() {
        // Given
        ScopeMatcher matcher =
                ScopeMatcher.of(Definitions.of("{'id': 'b', 'limit': 1, 'group_by': ['team', 'user', 'tags.x']}"));

        // Then
        assertThat(matcher.groupOf(Definitions.call("tags.x", "1", "team", "a")))
                .containsExactly("a", null, "1");
        assertThat(matcher.needsUserOrSession()).isTrue();
        assertThat(matcher.isAnsweredBy(List.of("team", "user")::contains)).isFalse();
        assertThat(matcher.isAnsweredBy(List.of("team", "user", "tags.x")::contains))
                .isTrue();
    }

    @Test
    void a_usage_event_says_what_a_budget_asks() {
        // Given
        UsageRecord event = new UsageRecord();
        event.dimension(Dimension.TENANT, "acme");
        event.dimension(Dimension.USER_TIER, "gold");
        event.user = "ann";
        event.session = "s1";
        event.endpoint = "/chat";
        event.tags = Map.of("region", "eu");

        // When
        Attributes call = Attributes.of(event);

        // Then
        assertThat(List.of("tenant", "user_tier", "user", "session", "endpoint", "tags.region"))
                .extracting(call::value)
                .containsExactly("acme", "gold", "ann", "s1", "/chat", "eu");
        assertThat(List.of("team", "tags.other")).extracting(call::value).containsOnlyNulls();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // change | same counters
                "'limit': 2 | true",
                "'thresholds': [{'at': 1, 'action': 'deny'}] | true",
                "'description': 'x', 'owner': 'y', 'enabled': false | true",
                "'rollover': {'max': 1} | true",
                "'match': {'feature': ['b', 'a', 'a']} | true",
                "'match': {'feature': ['a']} | false",
                "'exclude': {'feature': ['c']} | false",
                "'tenant': 'acme' | false",
                "'group_by': ['team'] | false",
                "'measure': 'tokens' | false",
                "'period': 'day' | false",
                "'zone': 'Europe/Berlin' | false",
                "'anchor_day': 2 | false",
                "'week_start': 'sunday' | false",
            })
    void counters_are_kept_where_the_same_is_counted(String change, boolean same) {
        // Given
        BudgetDefinition before = Definitions.of("{'id': 'x', 'limit': 1, 'match': {'feature': ['a', 'b']}}");
        String limit = change.contains("'limit'") ? "" : "'limit': 1, ";
        String match = change.contains("'match'") ? "" : "'match': {'feature': ['a', 'b']}, ";

        // When
        BudgetDefinition after = Definitions.of("{'id': 'y', " + limit + match + change + "}");

        // Then
        assertThat(after.scopeId().equals(before.scopeId())).isEqualTo(same);
    }

    @Test
    void a_scope_has_the_same_id_in_every_version() {
        assertThat(Definitions.of("{'id': 'x', 'limit': 1, 'match': {'feature': ['a']}}")
                        .scopeId())
                .isEqualTo("27ba8e6ec203eeee08e145c864569679");
    }

    @Test
    void the_index_finds_what_trying_each_finds() {
        // Given
        Random random = new Random(7);
        List<BudgetDefinition> definitions = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            definitions.add(Definitions.of("{'id': 'b" + i + "', 'limit': 1" + randomScope(random) + "}"));
        }
        BudgetIndex index = BudgetIndex.of(definitions);
        int found = 0;
        for (int i = 0; i < 500; i++) {
            Attributes call = Definitions.call(
                    "tenant",
                    "t" + random.nextInt(3),
                    "feature",
                    "f" + random.nextInt(5),
                    "team",
                    random.nextBoolean() ? null : "a" + random.nextInt(3));

            // When
            List<String> ids = index.matching(call).stream()
                    .map(entry -> entry.definition().id())
                    .sorted()
                    .toList();

            // Then
            assertThat(ids)
                    .isEqualTo(definitions.stream()
                            .filter(d -> ScopeMatcher.of(d).matches(call))
                            .map(BudgetDefinition::id)
                            .sorted()
                            .toList());
            found += ids.size();
        }
        assertThat(found).isGreaterThan(1_000);
        assertThat(index.get("b7").definition()).isEqualTo(definitions.get(7));
        assertThat(index.get("none")).isNull();
    }

    private static String randomScope(Random random) {
        String scope = random.nextBoolean() ? "" : ", 'tenant': 't" + random.nextInt(3) + "'";
        return switch (random.nextInt(5)) {
            case 0 -> scope;
            case 1 -> scope + ", 'match': {'feature': ['f" + random.nextInt(5) + "', 'f" + random.nextInt(5) + "x']}";
            case 2 -> scope + ", 'match': {'feature': ['f*'], 'team': ['a" + random.nextInt(3) + "']}";
            case 3 -> scope + ", 'match': {'feature': ['*" + random.nextInt(5) + "']}";
            default -> scope + ", 'match': {'team': ['a*']}, 'exclude': {'feature': ['f1']}";
        };
    }

    @ParameterizedTest
    @CsvSource({"COST, 500", "TOKENS, 127", "INPUT_TOKENS, 1", "OUTPUT_TOKENS, 2", "REQUESTS, 9"})
    void a_measure_is_summed_from_meters_that_do_not_overlap(BudgetMeasure measure, long amount) {
        // Given
        long[] sums = new long[Measure.COUNT];
        Measure[] meters = {
            Measure.INPUT_TOKENS,
            Measure.OUTPUT_TOKENS,
            Measure.CACHE_READ_TOKENS,
            Measure.CACHE_WRITE_5M_TOKENS,
            Measure.CACHE_WRITE_1H_TOKENS,
            Measure.AUDIO_INPUT_TOKENS,
            Measure.AUDIO_OUTPUT_TOKENS,
            Measure.REASONING_TOKENS
        };
        for (int i = 0; i < meters.length; i++) {
            sums[meters[i].ordinal()] = 1L << i;
        }
        sums[Measure.REQUESTS.ordinal()] = 9;
        sums[Measure.COST.ordinal()] = 500;

        // Then
        assertThat(Amounts.of(measure, sums)).isEqualTo(amount);
    }
}
