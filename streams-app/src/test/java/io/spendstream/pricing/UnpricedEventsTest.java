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
        assertThat(events.visit(models::contains, event -> ids.add(event.id))).isTrue();
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
    void aVisitorMayRemoveWhatItIsGivenAndStop() {
        // Given
        add("m", 1, "a");
        add("m", 2, "b");
        add("m", 3, "c");

        // When
        boolean all = events.visit(model -> true, event -> {
            events.remove(event);
            return !event.id.equals("b");
        });

        // Then
        assertThat(all).isFalse();
        assertThat(visited(Set.of("m"))).containsExactly("c");
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
        events.visit(model -> true, back::add);

        // Then
        assertThat(back).singleElement().usingRecursiveComparison().isEqualTo(event);
        assertThat(UsageRecords.toAvro(back.get(0))).isEqualTo(UsageRecords.toAvro(event));
    }
}
