package io.spendstream.pricing;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.TestStores;
import io.spendstream.Usages;
import io.spendstream.usage.Dimension;
import io.spendstream.usage.Meter;
import io.spendstream.usage.UsageRecord;
import io.spendstream.usage.UsageRecords;
import io.spendstream.v1.ServiceTier;
import io.spendstream.v1.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.common.utils.Bytes;
import org.junit.jupiter.api.Test;

class UnpricedEventsTest {

    private final UnpricedEvents events = new UnpricedEvents(TestStores.inMemory("unpriced"));

    private void add(String model, long timeMs, String id) {
        UsageRecord event = Usages.event("chat", model, null, timeMs);
        event.id = id;
        events.add(event);
    }

    private List<String> visited(Set<String> models) {
        List<String> ids = new ArrayList<>();
        assertThat(events.visit(null, 100, models::contains, event -> ids.add(event.id)))
                .isNull();
        return ids;
    }

    @Test
    void theyAreVisitedByModelAndTime() {
        // Given
        add("gpt-4", 5, "c");
        add("gpt-4", -5, "a");
        add("gpt-4", 0, "b");
        add("gpt", 9, "z");
        add("gpt-4o", 1, "d");

        // Then
        assertThat(visited(Set.of("gpt", "gpt-4", "gpt-4o"))).containsExactly("z", "a", "b", "c", "d");
        assertThat(visited(Set.of("gpt-4"))).containsExactly("a", "b", "c");
        assertThat(visited(Set.of("gpt-4o", "unknown"))).containsExactly("d");
        assertThat(visited(Set.of())).isEmpty();
    }

    @Test
    void aVisitGoesOnWhereTheOneBeforeEndedAlsoWhenItsEventsAreRemoved() {
        // Given
        add("m", 1, "a");
        add("m", 2, "b");
        add("n", 3, "c");
        add("o", 1, "d");
        List<String> ids = new ArrayList<>();
        Consumer<UsageRecord> remove = event -> {
            ids.add(event.id);
            events.remove(event);
        };

        // When
        Bytes rest = events.visit(null, 1, model -> true, remove);
        assertThat(ids).containsExactly("a");
        rest = events.visit(rest, 2, model -> true, remove);
        assertThat(ids).containsExactly("a", "b", "c");

        // Then
        assertThat(events.visit(rest, 2, model -> true, remove)).isNull();
        assertThat(ids).containsExactly("a", "b", "c", "d");
        assertThat(visited(Set.of("m", "n", "o"))).isEmpty();
    }

    @Test
    void eventsThatStayAreNotVisitedTwiceInOneRound() {
        // Given
        for (int i = 0; i < 7; i++) {
            add(i < 3 ? "m" : "n", i, "e" + i);
        }

        // When
        List<String> ids = new ArrayList<>();
        Bytes rest = events.visit(null, 2, model -> true, event -> ids.add(event.id));
        while (rest != null) {
            rest = events.visit(rest, 2, model -> true, event -> ids.add(event.id));
        }

        // Then
        assertThat(ids).containsExactly("e0", "e1", "e2", "e3", "e4", "e5", "e6");
    }

    @Test
    void anEventComesBackWithAllItsFields() {
        // Given
        UsageRecord event = Usages.event("chat", "m", "ann", 1_234);
        for (int i = 0; i < Dimension.COUNT; i++) {
            if (i != Dimension.SERVICE_TIER.ordinal()) {
                event.dimensions[i] = "d" + i;
            }
        }
        event.dimension(Dimension.SERVICE_TIER, "FLEX");
        for (int i = 0; i < Meter.COUNT; i++) {
            event.meters[i] = 10 + i;
        }
        event.serviceTier = ServiceTier.FLEX;
        event.status = Status.ABORTED;
        event.session = "s";
        event.endpoint = "/v1";
        event.requestId = "r";
        event.escalatedFrom = "small";
        event.attempt = 3;
        event.responseCached = true;
        event.latencyMs = 0;
        event.qualityScore = 0.25;
        event.workUnits = 4;
        event.otherUnits = Map.of("images", 2L);
        event.promptTokens = Map.of("system", 9L);
        event.tags = Map.of("region", "eu");

        // When
        events.add(event);
        List<UsageRecord> back = new ArrayList<>();
        events.visit(null, 100, model -> true, back::add);

        // Then
        assertThat(back).singleElement().usingRecursiveComparison().isEqualTo(event);
        assertThat(UsageRecords.toAvro(back.get(0))).isEqualTo(UsageRecords.toAvro(event));
    }
}
