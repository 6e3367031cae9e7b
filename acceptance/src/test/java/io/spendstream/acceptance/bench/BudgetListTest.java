package io.spendstream.acceptance.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.budget.Attributes;
import io.spendstream.budget.BudgetDefinition;
import io.spendstream.budget.BudgetIndex;
import io.spendstream.budget.BudgetRules;
import io.spendstream.v1.Budget;
import io.spendstream.v1.UsageEvent;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class BudgetListTest {

    @Test
    void thereAreAThousandAndAllCouldBeInForce() {
        // When
        List<Budget> budgets = BudgetList.records();

        // Then
        assertThat(budgets).hasSize(BudgetList.SIZE);
        assertThat(budgets).extracting(Budget::getId).doesNotHaveDuplicates();
        assertThat(budgets)
                .allSatisfy(budget -> assertThat(BudgetRules.check(budget)).isEmpty());
    }

    @Test
    void eachEventCountsInSeven() {
        // Given
        BudgetIndex index = BudgetIndex.of(
                BudgetList.records().stream().map(BudgetDefinition::of).toList());
        Backlog backlog = new Backlog(1, 1_000, 50, Instant.parse("2026-11-21T12:00:00Z"));
        UsageEvent event = Blank.event();
        for (int i = 0; i < 1_000; i++) {
            backlog.draw(i, event);
            Attributes call = field -> switch (field) {
                case "tenant" -> event.getTenant();
                case "feature" -> event.getFeature();
                case "team" -> event.getTeam();
                case "model" -> event.getModel();
                default -> throw new IllegalArgumentException(field);
            };

            // Then
            assertThat(index.matching(call)).hasSize(7);
        }
    }
}
