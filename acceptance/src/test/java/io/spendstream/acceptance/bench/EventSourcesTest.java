package io.spendstream.acceptance.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spendstream.pricing.PriceBook;
import io.spendstream.pricing.Rating;
import io.spendstream.usage.UsageRecords;
import io.spendstream.v1.UsageEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EventSourcesTest {

    private static final Instant NOW = Instant.parse("2026-11-22T10:07:00Z");

    @Test
    void aBacklogHasAsManyIdsAsRecordsThatRepeatNone() {
        // Given
        Backlog backlog = new Backlog(1, 20_000, 500, NOW);
        Map<String, UsageEvent> firsts = new HashMap<>();
        int repeats = 0;

        // When
        for (int i = 0; i < backlog.records(); i++) {
            UsageEvent event = drawn(backlog, i);
            UsageEvent first = firsts.putIfAbsent(event.getId(), event);
            if (backlog.isRepeat(i)) {
                repeats++;
                assertThat(event)
                        .as("record %d repeats an earlier one in all fields", i)
                        .isEqualTo(first);
            } else {
                assertThat(first)
                        .as("an earlier record of the id of record %d", i)
                        .isNull();
            }
        }

        // Then
        assertThat(repeats).isBetween(30, 90);
        assertThat(firsts).hasSize(20_000 - repeats);
    }

    @Test
    void aBacklogLiesInTheHourBeforeItsEnd() {
        Backlog backlog = new Backlog(1, 5_000, 500, NOW);
        for (int i = 0; i < backlog.records(); i++) {
            assertThat(drawn(backlog, i).getTime())
                    .isBetween(NOW.minus(Duration.ofMinutes(60)).minusSeconds(5), NOW);
        }
    }

    @Test
    void everyEventOfManyCellsIsACellOfItsOwn() {
        // Given
        ManyCells source = new ManyCells(1, 50_000, 500, NOW);
        Set<String> quarterHours = new HashSet<>();
        Set<String> days = new HashSet<>();

        // When
        for (int i = 0; i < source.records(); i++) {
            UsageEvent event = drawn(source, i);
            String combination = event.getFeature() + event.getModel() + event.getTeam();
            quarterHours.add(combination + event.getTime().toEpochMilli() / 900_000);
            days.add(combination + event.getTime().toEpochMilli() / 86_400_000);
            assertThat(event.getTime()).isBetween(source.start(), source.end());
        }

        // Then
        assertThat(quarterHours).hasSize(50_000);
        assertThat(days).hasSize(30_000);
        assertThat(source.cells()).isEqualTo(80_000);
    }

    @Test
    void moreCellsThanThereAreIsRefused() {
        assertThatThrownBy(() -> new ManyCells(1, 2_880_001, 500, NOW))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2880000 cells at the most");
    }

    @Test
    void theLedgerReckonsWhatThePipelineDoes() {
        // Given
        Backlog backlog = new Backlog(1, 5_000, 500, NOW);
        PriceBook book = new PriceBook();
        RateList.records().forEach(prices -> assertThat(book.put(prices)).isEmpty());
        Ledger ledger = new Ledger();
        long cost = 0;
        long requests = 0;

        // When
        for (int i = 0; i < backlog.records(); i++) {
            UsageEvent event = drawn(backlog, i);
            ledger.add(event, backlog.isRepeat(i));
            if (!backlog.isRepeat(i)) {
                cost += Rating.of(UsageRecords.of(event), book).charge().costNanoUsd();
                requests++;
            }
        }

        // Then
        assertThat(ledger.total()).isEqualTo(new Ledger.Sum(requests, cost));
        assertThat(ledger.byFeature()).hasSize(Backlog.FEATURES);
        assertThat(ledger.records()).isEqualTo(requests + ledger.repeats());
    }

    private static UsageEvent drawn(EventSource source, long index) {
        UsageEvent event = Blank.event();
        source.draw(index, event);
        return event;
    }
}
