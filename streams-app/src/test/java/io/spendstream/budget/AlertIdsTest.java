package io.spendstream.budget;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class AlertIdsTest {

    private static final Instant START = Instant.parse("2026-11-21T00:00:00Z");

    @Test
    void different_causes_have_different_ids() {
        // Given
        List<String> ids = List.of(
                id("b", "s", "k", "1", "a", "b"),
                id("c", "s", "k", "1", "a", "b"),
                id("b", "t", "k", "1", "a", "b"),
                id("b", "s", "l", "1", "a", "b"),
                id("b", "s", "k", "2", "a", "b"),
                id("b", "s", "k", null, "a", "b"),
                id("b", "s", "k", "1", "ab", ""),
                id("b", "s", "k", "1", "a", null),
                id("b", "s", "k", "1", "a"),
                AlertIds.of("b", "s", new String[] {"a", "b"}, START.plusMillis(1), "k", "1"));

        // Then
        assertThat(new HashSet<>(ids)).hasSize(ids.size()).allMatch(id -> id.matches("[0-9a-f]{32}"));
    }

    @Test
    void the_same_cause_has_the_same_id_in_every_version() {
        assertThat(id("daily", "scope", "budget_threshold", "500000", "chat", null))
                .isEqualTo("02c17544a02542be98637d7fa9691a3b");
    }

    private static String id(String budget, String scope, String kind, String detail, String... group) {
        return AlertIds.of(budget, scope, group, START, kind, detail);
    }
}
