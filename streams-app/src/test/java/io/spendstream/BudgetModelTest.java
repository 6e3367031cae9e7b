package io.spendstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Seeds of {@link BudgetModel}. More of them, from another one on: {@code -Dbudgets.model.seeds=300 -Dbudgets.model.seed=1}. */
class BudgetModelTest {

    private static final int STEPS = 250;

    @TempDir
    Path state;

    @TempDir
    Path again;

    static LongStream seeds() {
        long first = Long.getLong("budgets.model.seed", 1);
        return LongStream.range(first, first + Long.getLong("budgets.model.seeds", 6));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void countersAndAlertsAreThoseOfTheOracle(long seed) {
        assertThat(new BudgetModel(seed, state).play(STEPS)).isNotEmpty();
    }

    @Test
    void theSameSeedIsTheSameRun() {
        // When
        List<String> once = new BudgetModel(7, state).play(STEPS / 2);
        List<String> twice = new BudgetModel(7, again).play(STEPS / 2);

        // Then
        for (int i = 0; i < Math.min(once.size(), twice.size()); i++) {
            assertThat(twice.get(i)).as("line %d", i).isEqualTo(once.get(i));
        }
        assertThat(twice).hasSameSizeAs(once);
        assertThat(once).anySatisfy(line -> assertThat(line).contains("RESOLVED"));
    }
}
