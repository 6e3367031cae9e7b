package io.spendstream.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.Spendstream;
import io.spendstream.runtime.AppConfig;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Every way to ask for spend gives what a slow and simple computation over all events gives, to the nano-dollar. */
@ExtendWith(OneCluster.class)
class SpendMatchesOracleTest {

    private static final int RECORDS = 6_000;
    /** Whatever the date, each zone has changed its clocks twice in so many days. */
    private static final int DAYS = 400;

    private static final List<String> ZONES =
            List.of("UTC", "Asia/Kolkata", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu");
    private static final List<String> GRANULARITIES = List.of("total", "15m", "hour", "day", "week", "month");
    private static final List<String> DIMENSIONS = List.of(
            "tenant",
            "feature",
            "model",
            "provider",
            "team",
            "project",
            "environment",
            "user_tier",
            "service_tier",
            "operation",
            "tags.region");

    @Test
    void everyAnswerIsExact(Cluster cluster) throws Exception {
        // Given
        try (Scene scene = new Scene(cluster, "spend", Duration.ofDays(DAYS));
                Spendstream app = scene.startHere(Map.of(
                        AppConfig.EVENT_AGE_DAYS,
                        "" + DAYS,
                        AppConfig.QUARTER_HOURS_KEPT_DAYS,
                        "" + (DAYS + 2),
                        AppConfig.TAG_DIMENSIONS,
                        "region"))) {
            SpendClient client = new SpendClient(app.url());
            scene.price(client);
            EventStream.Mix mix = new EventStream.Mix(20, 50, 50, DAYS - 1, DAYS, true);
            List<Instant> changes = clockChanges(scene.now);
            scene.load.send(
                    scene.stream(2, mix, changes.toArray(Instant[]::new)).take(RECORDS));
            scene.awaitCounted(client);

            // When
            List<SpendQuestion> questions = questions(scene.now, changes);

            // Then
            assertThat(questions).hasSizeGreaterThan(100);
            questions.forEach(question -> scene.assertExact(client, question));
        }
    }

    private static List<Instant> clockChanges(Instant now) {
        List<Instant> changes = new ArrayList<>();
        for (String zone : ZONES) {
            Instant at = now.minus(Duration.ofDays(2));
            Instant first = now.minus(Duration.ofDays(DAYS - 2L));
            ZoneOffsetTransition change = ZoneId.of(zone).getRules().previousTransition(at);
            while (change != null && change.getInstant().isAfter(first)) {
                changes.add(change.getInstant());
                change = ZoneId.of(zone).getRules().previousTransition(change.getInstant());
            }
        }
        return changes;
    }

    private static List<SpendQuestion> questions(Instant now, List<Instant> changes) {
        Instant day = now.truncatedTo(ChronoUnit.DAYS);
        SpendQuestion year = SpendQuestion.between(day.minus(Duration.ofDays(DAYS)), day.plus(Duration.ofDays(1)));
        SpendQuestion month = SpendQuestion.between(
                day.minus(Duration.ofDays(30)).plus(Duration.ofMinutes(15)), day.minus(Duration.ofMinutes(45)));
        List<SpendQuestion> questions = new ArrayList<>();
        for (String dimension : DIMENSIONS) {
            questions.add(year.by(dimension));
            questions.add(month.by(dimension, "model".equals(dimension) ? "tenant" : "model"));
        }
        for (String zone : ZONES) {
            for (String granularity : GRANULARITIES) {
                questions.add(year.every(granularity, zone));
                questions.add(month.every(granularity, zone).by("feature"));
            }
            for (Instant change : changes) {
                questions.add(SpendQuestion.between(
                                change.minus(Duration.ofMinutes(75)), change.plus(Duration.ofMinutes(105)))
                        .every("hour", zone));
                questions.add(SpendQuestion.between(change.minus(Duration.ofDays(3)), change.plus(Duration.ofDays(3)))
                        .every("day", zone)
                        .by("tenant"));
            }
        }
        questions.addAll(filtered(year));
        questions.addAll(ofUsers(year));
        return questions;
    }

    private static List<SpendQuestion> filtered(SpendQuestion year) {
        return List.of(
                year.where("tenant", "acme").by("feature"),
                year.where("tenant", "a, \"quoted\" \\ one", "globex").by("tenant", "team"),
                year.where("team", "").by("team"),
                year.where("team", "a,b", "red").by("team", "user_tier"),
                year.where("feature", "größe", "日本").by("feature", "operation"),
                year.where("model", "tiered-alias")
                        .where("service_tier", "BATCH", "FLEX")
                        .by("service_tier"),
                year.where("provider", "azure").every("month", "Asia/Kolkata"),
                year.where("tags.region", "eu").by("tags.region", "environment"),
                year.where("tags.region", "").every("week", "America/New_York"),
                year.where("tenant", "nobody"),
                year.by("tenant", "feature", "model", "provider", "service_tier"));
    }

    private static List<SpendQuestion> ofUsers(SpendQuestion year) {
        return List.of(
                year.by("user"),
                year.by("tenant", "user"),
                year.where("user", "user-1", "user-2").by("user").every("day", "UTC"),
                year.where("tenant", "acme").by("user").every("month", "UTC"),
                year.where("user", "user-3").every("week", "UTC"));
    }
}
