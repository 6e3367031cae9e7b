package io.spendstream.budget;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.definition.Faults;
import io.spendstream.definition.FieldFault;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BudgetRulesTest {

    private static final String WHOLE = """
            {"id": "daily", "description": "Chat by team", "owner": "ann@example.com", "tenant": "acme",
             "match": {"feature": ["chat*", "mail"], "tags.region": ["eu"]}, "exclude": {"model": ["m-free"]},
             "group_by": ["team", "model"], "measure": "cost", "limit": 12.000000001, "period": "month",
             "zone": "Europe/Berlin", "week_start": "sunday", "anchor_day": 15,
             "thresholds": [{"at": 0.5, "action": "notify"}, {"at": 0.7, "action": "compress_context"},
               {"at": 0.9, "action": "use_model", "model": "m-small"}, {"at": 0.95, "action": "queue_batch"},
               {"at": 0.98, "action": "throttle"}, {"at": 1, "action": "deny"}, {"at": 1.2, "action": "notify"}],
             "rollover": {"max": 3}, "temporary_increase": {"amount": 5, "until": "2026-12-01T00:00:00Z"},
             "per_request": {"max_tokens": 100000, "max_cost_usd": 0.5}, "burn_rate_min": 0.1, "enabled": true}""";

    @Test
    void what_is_written_is_what_was_read() {
        // When
        BudgetJson.Reading reading = BudgetJson.read(WHOLE, "daily");

        // Then
        assertThat(reading.faults()).isEmpty();
        String written = BudgetJson.write(reading.budget());
        assertThat(written)
                .contains("\"limit\":12.000000001,", "\"at\":0.98,", "\"at\":1,", "\"max_cost_usd\":0.5")
                .contains("\"match\":{\"feature\":[\"chat*\",\"mail\"],\"tags.region\":[\"eu\"]}");
        assertThat(BudgetJson.read(written, null).budget()).isEqualTo(reading.budget());
    }

    @Test
    void little_is_needed_and_the_rest_has_defaults() {
        // When
        String written = BudgetJson.write(BudgetJson.read("{\"limit\": 100, \"measure\": \"requests\"}", "small")
                .budget());

        // Then
        assertThat(written)
                .isEqualTo("{\"id\":\"small\",\"description\":\"\",\"owner\":\"\",\"tenant\":null,\"match\":{},"
                        + "\"exclude\":{},\"group_by\":[],\"measure\":\"requests\",\"limit\":100,\"period\":\"month\","
                        + "\"zone\":\"UTC\",\"week_start\":\"monday\",\"anchor_day\":1,\"thresholds\":[],"
                        + "\"rollover\":null,\"temporary_increase\":null,\"per_request\":null,"
                        + "\"burn_rate_min\":null,\"enabled\":true}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // budget | fields at fault
                "{'limit': 1} | id",
                "{'id': '-x', 'limit': 1} | id",
                "{'id': 'a b', 'limit': 1} | id",
                "{'id': 'b'} | limit",
                "{'id': 'b', 'limit': 0} | limit",
                "{'id': 'b', 'limit': -1} | limit",
                "{'id': 'b', 'limit': '1'} | limit",
                "{'id': 'b', 'limit': 0.0000000001} | limit",
                "{'id': 'b', 'limit': 1000000001} | limit",
                "{'id': 'b', 'limit': 1e999999999} | limit",
                "{'id': 'b', 'limit': 1.5, 'measure': 'tokens'} | limit",
                "{'id': 'b', 'limit': 1, 'measure': 'euros'} | measure",
                "{'id': 'b', 'limit': 1, 'period': 'fortnight'} | period",
                "{'id': 'b', 'limit': 1, 'zone': 'Europe/Bonn'} | zone",
                "{'id': 'b', 'limit': 1, 'week_start': 'someday'} | week_start",
                "{'id': 'b', 'limit': 1, 'anchor_day': 0} | anchor_day",
                "{'id': 'b', 'limit': 1, 'anchor_day': 32} | anchor_day",
                "{'id': 'b', 'limit': 1, 'anchor_day': 1.5} | anchor_day",
                "{'id': 'b', 'limit': 1, 'enabled': 'yes'} | enabled",
                "{'id': 'b', 'limit': 1, 'colour': 'red'} | colour",
                "{'id': 'b', 'limit': 1, 'match': {'flavour': ['x']}} | match.flavour",
                "{'id': 'b', 'limit': 1, 'match': {'tags.': ['x']}} | match.tags.",
                "{'id': 'b', 'limit': 1, 'match': {'feature': []}} | match.feature",
                "{'id': 'b', 'limit': 1, 'match': {'feature': 'chat'}} | match.feature",
                "{'id': 'b', 'limit': 1, 'match': {'feature': ['chat', '']}} | match.feature[1]",
                "{'id': 'b', 'limit': 1, 'match': {'feature': ['a*b*c*d*e*f*g*h*i*']}} | match.feature[0]",
                "{'id': 'b', 'limit': 1, 'match': {'feature': ['a\\u0000']}} | match.feature[0]",
                "{'id': 'b', 'limit': 1, 'exclude': {'user': ['\\ud800x']}} | exclude.user[0]",
                "{'id': 'b', 'limit': 1, 'tenant': 'a\\u2028'} | tenant",
                "{'id': 'b', 'limit': 1, 'description': 'half a pair: \\ud800'} | description",
                "{'id': 'b', 'limit': 1, 'owner': '\\udc00\\ud800'} | owner",
                "{'id': 'b', 'limit': 1, 'group_by': ['feature', 'feature']} | group_by[1]",
                "{'id': 'b', 'limit': 1, 'group_by': ['colour']} | group_by[0]",
                "{'id': 'b', 'limit': 1, 'thresholds': [{'at': 0, 'action': 'notify'}]} | thresholds[0].at",
                "{'id': 'b', 'limit': 1, 'thresholds': [{'at': 10.1, 'action': 'notify'}]} | thresholds[0].at",
                "{'id': 'b', 'limit': 1, 'thresholds': [{'at': 0.1234567, 'action': 'notify'}]} | thresholds[0].at",
                "{'id': 'b', 'limit': 1, 'thresholds': [{'action': 'notify'}]} | thresholds[0].at",
                "{'id': 'b', 'limit': 1, 'thresholds': [{'at': 1}]} | thresholds[0].action",
                "{'id': 'b', 'limit': 1, 'thresholds': [{'at': 1, 'action': 'shout'}]} | thresholds[0].action",
                "{'id': 'b', 'limit': 1, 'thresholds': [{'at': 1, 'action': 'use_model'}]} | thresholds[0].model",
                "{'id': 'b', 'limit': 1, 'thresholds': [{'at': 1, 'action': 'deny', 'model': 'm'}]} | thresholds[0].model",
                "{'id': 'b', 'limit': 1, 'thresholds': [{'at': 1, 'action': 'deny', 'who': 'm'}]} | thresholds[0].who",
                "{'id': 'b', 'limit': 1, 'rollover': {'max': 0}} | rollover.max",
                "{'id': 'b', 'limit': 1, 'rollover': {}} | rollover.max",
                "{'id': 'b', 'limit': 1, 'rollover': {'max': 1}, 'period': 'lifetime'} | rollover",
                "{'id': 'b', 'limit': 1, 'temporary_increase': {'amount': 1}} | temporary_increase.until",
                "{'id': 'b', 'limit': 1, 'temporary_increase': {'until': '2026-12-01T00:00:00Z'}} | temporary_increase.amount",
                "{'id': 'b', 'limit': 1, 'temporary_increase': {'amount': 1, 'until': 'soon'}} | temporary_increase.until",
                "{'id': 'b', 'per_request': {}} | per_request",
                "{'id': 'b', 'per_request': {'max_tokens': 0}} | per_request.max_tokens",
                "{'id': 'b', 'per_request': {'max_tokens': 1.5}} | per_request.max_tokens",
                "{'id': 'b', 'per_request': {'max_cost_usd': 0}} | per_request.max_cost_usd",
                "{'id': 'b', 'per_request': {'max_tokens': 1}, 'thresholds': [{'at': 1, 'action': 'deny'}]} | thresholds",
                // Null where there is always one.
                "{'id': 'b', 'limit': 1, 'description': null} | description",
                "{'id': 'b', 'limit': 1, 'owner': null} | owner",
                "{'id': 'b', 'limit': 1, 'match': null} | match",
                "{'id': 'b', 'limit': 1, 'exclude': null} | exclude",
                "{'id': 'b', 'limit': 1, 'group_by': null} | group_by",
                "{'id': 'b', 'limit': 1, 'measure': null} | measure",
                "{'id': 'b', 'limit': 1, 'period': null} | period",
                "{'id': 'b', 'limit': 1, 'zone': null} | zone",
                "{'id': 'b', 'limit': 1, 'week_start': null} | week_start",
                "{'id': 'b', 'limit': 1, 'anchor_day': null} | anchor_day",
                "{'id': 'b', 'limit': 1, 'thresholds': null} | thresholds",
                "{'id': 'b', 'limit': 1, 'enabled': null} | enabled",
                // Contradictions.
                "{'id': 'b', 'limit': 1, 'thresholds': [{'at': 1, 'action': 'deny'}, {'at': 1.0, 'action': 'notify'}]} | thresholds[1].at",
                "{'id': 'b', 'limit': 1, 'thresholds': [{'at': 0.9, 'action': 'throttle'}, {'at': 0.8, 'action': 'deny'}]} | thresholds[0].action",
                // What matches nothing.
                "{'id': 'b', 'limit': 1, 'match': {'feature': ['chat']}, 'exclude': {'feature': ['ch*']}} | exclude.feature",
                "{'id': 'b', 'limit': 1, 'match': {'feature': ['chat*']}, 'exclude': {'feature': ['*']}} | exclude.feature",
                "{'id': 'b', 'limit': 1, 'match': {'feature': ['chat']}, 'exclude': {'model': ['*']}} | exclude.model",
                "{'id': 'b', 'limit': 1, 'exclude': {'tenant': ['*']}} | exclude.tenant",
                "{'id': 'b', 'limit': 1, 'exclude': {'service_tier': ['BATCH', 'FLEX', '*D', 'P*']}} | exclude.service_tier",
                "{'id': 'b', 'limit': 1, 'match': {'service_tier': ['batch']}} | match.service_tier",
                "{'id': 'b', 'limit': 1, 'tenant': 'acme', 'match': {'tenant': ['other*']}} | match.tenant",
                "{'id': 'b', 'limit': 1, 'tenant': 'acme', 'exclude': {'tenant': ['ac*']}} | exclude.tenant",
            })
    void a_fault_names_its_field(String json, String field) {
        assertThat(faults(json)).extracting(FieldFault::field).containsExactly(field);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'id': 'b', 'limit': 1, 'match': {'feature': ['chat*']}, 'exclude': {'feature': ['chat-x']}}",
                "{'id': 'b', 'limit': 1, 'match': {'feature': ['chat', 'mail']}, 'exclude': {'feature': ['chat']}}",
                "{'id': 'b', 'limit': 1, 'match': {'feature': ['chat']}, 'exclude': {'team': ['*']}}",
                "{'id': 'b', 'limit': 1, 'match': {'service_tier': ['BATCH', 'gold']}}",
                "{'id': 'b', 'limit': 1, 'exclude': {'service_tier': ['BATCH', 'FLEX', 'PRIORITY']}}",
                "{'id': 'b', 'limit': 1, 'tenant': 'acme', 'match': {'tenant': ['ac*']}}",
                "{'id': 'b', 'limit': 1, 'thresholds': [{'at': 0.9, 'action': 'deny'}, {'at': 1, 'action': 'notify'}]}",
                "{'id': 'b', 'per_request': {'max_tokens': 1000}}",
                "{'id': 'b', 'limit': 1000000000}",
                "{'id': 'B.1_x:y-z', 'limit': 1, 'zone': '+05:45'}",
                "{'id': 'b', 'limit': 1, 'tenant': null, 'rollover': null, 'temporary_increase': null, 'burn_rate_min': null}",
                "{'id': 'b', 'limit': null, 'per_request': {'max_tokens': 1, 'max_cost_usd': null}}",
                "{'id': 'b', 'limit': 1, 'description': 'two\\nlines \\ud83d\\ude00', 'match': {'user': ['\\ud83d\\ude00*']}}",
            })
    void what_is_right_has_no_faults(String json) {
        assertThat(faults(json)).isEmpty();
    }

    @Test
    void an_id_of_null_is_not_that_of_the_address() {
        assertThat(BudgetJson.read("{\"id\": null, \"limit\": 1}", "daily").faults())
                .containsExactly(new FieldFault("id", "is null; leave it out to have its default"));
    }

    @Test
    void all_faults_are_named_at_once() {
        // When
        List<FieldFault> faults = faults(
                "{'id': '', 'limit': 0, 'zone': 'Mars', 'group_by': ['x'], 'size': 1,"
                        + " 'thresholds': [{'at': 2, 'action': 'use_model'}, {'at': 'all', 'action': 'deny'}], 'anchor_day': 99}");

        // Then
        assertThat(faults)
                .extracting(FieldFault::field)
                .containsExactlyInAnyOrder(
                        "id",
                        "limit",
                        "zone",
                        "group_by[0]",
                        "size",
                        "thresholds[0].model",
                        "thresholds[1].at",
                        "anchor_day");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[] | is an array; it takes an object",
                "{'id': | is not JSON",
                "{'id': 'b', 'id': 'c'} | is not JSON",
                "{} {} | is not JSON",
                "`` | is empty; it takes a JSON object",
            })
    void what_is_no_object_is_a_fault_as_a_whole(String json, String reason) {
        // When
        List<FieldFault> faults = faults(json == null ? "" : json);

        // Then
        assertThat(faults).hasSize(1);
        assertThat(faults.get(0).field()).isEmpty();
        assertThat(faults.get(0).reason()).startsWith(reason);
    }

    @Test
    void the_id_must_be_that_of_the_address() {
        assertThat(BudgetJson.read("{\"id\": \"a\", \"limit\": 1}", "b").faults())
                .extracting(FieldFault::field)
                .containsExactly("id");
    }

    @Test
    void a_model_without_a_price_is_named() {
        // Given
        BudgetJson.Reading reading = BudgetJson.read(WHOLE, null);

        // Then
        assertThat(BudgetRules.checkModels(reading.budget(), Set.of("m-small")::contains))
                .isEmpty();
        assertThat(BudgetRules.checkModels(reading.budget(), model -> false))
                .extracting(FieldFault::field)
                .containsExactly("thresholds[2].model");
    }

    @Test
    void lists_are_limited_and_so_are_faults() {
        // Given
        String many = IntStream.range(0, 201).mapToObj(i -> "'p" + i + "'").collect(Collectors.joining(","));

        // Then
        assertThat(faults("{'id': 'b', 'limit': 1, 'match': {'feature': [" + many + "]}}"))
                .extracting(FieldFault::reason)
                .containsExactly("201 patterns are more than 200");
        assertThat(faults("{'id': 'b', 'limit': 1, " + many.replaceAll("'(p\\d+)'", "'$1': 1") + "}"))
                .hasSize(Faults.LISTED_MAX + 1);
    }

    private static List<FieldFault> faults(String json) {
        return BudgetJson.read(json.replace('\'', '"'), null).faults();
    }
}
