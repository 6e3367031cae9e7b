package io.spendstream.alert;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.alert.LifeCycle.Finding;
import io.spendstream.alert.LifeCycle.Next;
import io.spendstream.alert.LifeCycle.State;
import io.spendstream.v1.AlertSeverity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of an alert, look by look. */
class LifeCycleTest {

    /** Open for an hour at least, clear for an hour, back within six, forgotten after three days. */
    private static final LifeCycle LIFE = LifeCycle.DEFAULT;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // looks: hour and finding (i, w, c: fires with that severity; h holds, - clear, ? silent); steps: +
                // tells
                "0i 1i | OPENED+ NONE",
                "0i 1w 2c 3c | OPENED+ ESCALATED+ ESCALATED+ NONE",
                "0w 1i 2w | OPENED+ NONE NONE",
                "0i 1- 2- | OPENED+ NONE RESOLVED+",
                "0i 1- 2h 3- 4- | OPENED+ NONE NONE NONE RESOLVED+",
                "0i 1- 2i 3- 4- | OPENED+ NONE NONE NONE RESOLVED+",
                "0i 2- 3- 8i | OPENED+ NONE RESOLVED+ REOPENED",
                "0i 2- 3- 8w | OPENED+ NONE RESOLVED+ REOPENED+",
                "0i 2- 3- 9i | OPENED+ NONE RESOLVED+ OPENED+",
                "0i 1? 71? 72? | OPENED+ NONE NONE RESOLVED+",
                "0i 71h 142? 143? | OPENED+ NONE NONE RESOLVED+",
                "0- 1h 2? | NONE NONE NONE",
            })
    void an_alert_goes_on_by_what_is_found(String looks, String steps) {
        assertThat(String.join(" ", steps(LIFE, looks))).isEqualTo(steps);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0i 0- 0i | OPENED+ RESOLVED+ OPENED+",
                "0i 0h 0w 0- | OPENED+ NONE ESCALATED+ RESOLVED+",
            })
    void what_is_exact_opens_and_is_resolved_with_its_cause(String looks, String steps) {
        assertThat(String.join(" ", steps(LifeCycle.AT_ONCE, looks))).isEqualTo(steps);
    }

    @Test
    void one_that_comes_back_keeps_when_it_opened() {
        // Given
        State open = LIFE.next(null, Finding.FIRING, AlertSeverity.INFO, 0).state();
        State clear = LIFE.next(open, Finding.CLEAR, null, hours(1)).state();
        State over = LIFE.next(clear, Finding.CLEAR, null, hours(2)).state();

        // Then
        assertThat(over.resolvedAt()).isEqualTo(hours(2));
        assertThat(LIFE.next(over, Finding.FIRING, AlertSeverity.INFO, hours(3))
                        .state()
                        .openedAt())
                .isZero();
        assertThat(LIFE.next(over, Finding.CLEAR, null, hours(8)).state()).isNull();
    }

    private static List<String> steps(LifeCycle life, String looks) {
        List<String> steps = new ArrayList<>();
        State state = null;
        for (String look : looks.split(" ")) {
            char found = look.charAt(look.length() - 1);
            Finding finding = switch (found) {
                case 'h' -> Finding.HOLDING;
                case '-' -> Finding.CLEAR;
                case '?' -> Finding.SILENT;
                default -> Finding.FIRING;
            };
            AlertSeverity severity = switch (found) {
                case 'w' -> AlertSeverity.WARNING;
                case 'c' -> AlertSeverity.CRITICAL;
                default -> AlertSeverity.INFO;
            };
            long at = hours(Integer.parseInt(look.substring(0, look.length() - 1)));
            Next next = life.next(state, finding, severity, at);
            state = next.state();
            if (life == LifeCycle.AT_ONCE && next.step() == LifeCycle.Step.RESOLVED) {
                state = null; // is not kept
            }
            steps.add(next.step() + (next.tells() ? "+" : ""));
        }
        return steps;
    }

    private static long hours(int hours) {
        return Duration.ofHours(hours).toMillis();
    }
}
