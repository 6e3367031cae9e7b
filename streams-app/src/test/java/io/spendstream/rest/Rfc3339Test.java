package io.spendstream.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Rfc3339Test {

    private static final long YEAR_0_SECONDS =
            Instant.parse("0000-01-02T00:00:00Z").getEpochSecond();
    private static final long YEAR_9999_SECONDS =
            Instant.parse("9999-12-30T00:00:00Z").getEpochSecond();

    @Test
    void reads_what_the_library_writes_in_any_offset() {
        // Given
        Random random = new Random(3339);
        for (int i = 0; i < 100_000; i++) {
            long seconds = random.nextLong(YEAR_0_SECONDS, YEAR_9999_SECONDS);
            int nanos = i % 3 == 0 ? 0 : random.nextInt(1_000_000_000);
            ZoneOffset offset = ZoneOffset.ofTotalSeconds(60 * (random.nextInt(2 * 18 * 60) - 18 * 60));
            OffsetDateTime time = Instant.ofEpochSecond(seconds, nanos).atOffset(offset);
            String text = DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(time);

            // When
            long ms = Rfc3339.epochMs(text);

            // Then
            assertThat(ms)
                    .as(text)
                    .isEqualTo(time.toInstant().truncatedTo(ChronoUnit.MILLIS).toEpochMilli());
        }
    }

    @Test
    void letters_may_be_small() {
        assertThat(Rfc3339.epochMs("1970-01-01t00:00:01z")).isEqualTo(1_000);
    }

    @Test
    void texts_that_are_cut_or_changed_are_refused_and_never_an_exception() {
        // Given
        String good = "2026-02-28T10:15:30.123+01:00";
        String characters = "0129-+:.TZz x\u0660";
        for (int i = 0; i < good.length(); i++) {
            for (char c : characters.toCharArray()) {
                String changed = good.substring(0, i) + c + good.substring(i + 1);

                // When
                long ms = Rfc3339.epochMs(changed);

                // Then
                if (ms != Rfc3339.INVALID) {
                    assertThat(OffsetDateTime.parse(changed).toInstant().toEpochMilli())
                            .as(changed)
                            .isEqualTo(ms);
                }
                assertThat(Rfc3339.epochMs(good.substring(0, i))).isEqualTo(Rfc3339.INVALID);
                assertThat(Rfc3339.epochMs(good + c)).isEqualTo(Rfc3339.INVALID);
            }
        }
    }
}
