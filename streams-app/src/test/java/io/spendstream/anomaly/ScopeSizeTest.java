package io.spendstream.anomaly;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.usage.Measure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** How large a scope is, with the figures that docs/anomalies.md states. */
class ScopeSizeTest {

    private static final int LONG = 8;
    private static final int HEADER = 16;

    @Test
    void aBusyScopeTakesWhatTheDocumentSays() throws IOException {
        // Given 36 days of a feature with 5,000 requests in each hour, in which all is used but parts of prompts
        Random random = new Random(7);
        long stored = 0;
        long heap = 0;
        for (int day = 0; day < ScopeView.DAYS_KEPT; day++) {
            DayFigures figures = new DayFigures();
            for (int hour = 0; hour < DayFigures.HOURS; hour++) {
                figures.add(hour, hour(random));
            }
            stored += figures.encode().length;
            heap += heap(figures);
        }
        RecentQuarters recent = new RecentQuarters();
        for (int quarter = 0; quarter < RecentQuarters.KEPT; quarter++) {
            recent.add(quarter, hour(random));
        }
        stored += recent.encode().length;

        // Then
        System.out.printf("A busy scope: %,d bytes stored, %,d bytes of its days in memory%n", stored, heap);
        String document = Files.readString(Path.of("../docs/anomalies.md"));
        assertThat(document).contains("about " + Math.round(stored / 1000.0) + " KB stored");
        assertThat(document).contains(Math.round(heap / 1000.0) + " KB in memory");
    }

    private static long heap(DayFigures figures) {
        long present = 0;
        for (Figure figure : Figure.values()) {
            present += figures.total(figure) == 0 ? 0 : 1;
        }
        long object = HEADER + LONG;
        long arrays = HEADER + 4L * Figure.COUNT + present * (HEADER + (long) LONG * DayFigures.HOURS);
        return object + arrays;
    }

    private static long[] hour(Random random) {
        long[] sums = new long[Measure.COUNT];
        for (Measure measure : Measure.values()) {
            if (!measure.name().startsWith("PROMPT_")) {
                double size = measure.isMoney() ? 5e9 : measure.name().endsWith("TOKENS") ? 5e6 : 5000;
                boolean rare = measure == Measure.RETRIES
                        || measure == Measure.ERRORS
                        || measure == Measure.ABORTED
                        || measure == Measure.ESCALATED
                        || measure == Measure.UNPRICED_REQUESTS
                        || measure == Measure.RETRY_COST
                        || measure == Measure.FAILED_COST;
                sums[measure.ordinal()] = Math.round(size * (rare ? 0.02 : 1) * (0.5 + random.nextDouble()));
            }
        }
        return Figure.of(sums);
    }
}
