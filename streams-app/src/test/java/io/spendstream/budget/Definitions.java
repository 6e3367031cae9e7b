package io.spendstream.budget;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Budgets for tests, as their owners write them. */
public final class Definitions {

    private Definitions() {}

    /** @param json with single quotes in place of double ones */
    public static BudgetDefinition of(String json) {
        BudgetJson.Reading reading = BudgetJson.read(json.replace('\'', '"'), null);
        assertThat(reading.faults()).isEmpty();
        return BudgetDefinition.of(reading.budget());
    }

    /** @param fields name, value, name, value, … */
    public static Attributes call(String... fields) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < fields.length; i += 2) {
            values.put(fields[i], fields[i + 1]);
        }
        return values::get;
    }

    /** A budget of 1 USD a day with the given thresholds. */
    static BudgetDefinition daily(String thresholds) {
        return of("{'id': 'daily', 'limit': 1, 'period': 'day', 'thresholds': [" + thresholds + "]}");
    }

    static String texts(String[] values) {
        return Arrays.toString(values);
    }
}
