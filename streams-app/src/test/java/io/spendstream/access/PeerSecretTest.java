package io.spendstream.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class PeerSecretTest {

    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final String PATH = "/internal/v1/spend";

    private static final byte[] BODY = {1, 2};

    private final PeerSecret secret = new PeerSecret("0123456789abcdef");

    private boolean taken(String carried, String method, String path, Instant at) {
        return secret.isSigned(carried, method, path, at);
    }

    @Test
    void whatIsSignedHoldsForItsAddressAndTwoMinutes() {
        String signed = secret.sign("POST", PATH, BODY, NOW);

        assertThat(taken(signed, "POST", PATH, NOW)).isTrue();
        assertThat(taken(signed, "POST", PATH, NOW.plusSeconds(120))).isTrue();
        assertThat(taken(signed, "POST", PATH, NOW.minusSeconds(120))).isTrue();
        assertThat(taken(signed, "POST", PATH, NOW.plusSeconds(121))).isFalse();
        assertThat(taken(signed, "GET", PATH, NOW)).isFalse();
        assertThat(taken(signed, "POST", PATH + "/x", NOW)).isFalse();
        assertThat(new PeerSecret("0123456789abcdeF").isSigned(signed, "POST", PATH, NOW))
                .isFalse();
        assertThat(signed).doesNotContain("0123456789abcdef");
        assertThat(PeerSecret.isOf(signed, BODY)).isTrue();
        assertThat(PeerSecret.isOf(signed, new byte[] {1, 3})).isFalse();
    }

    @Test
    void whatIsNotSignedIsNotTaken() {
        String signed = secret.sign("POST", PATH, BODY, NOW);
        String later = (NOW.getEpochSecond() + 1) + signed.substring(signed.indexOf(':'));
        String[] parts = signed.split(":");
        String ofAnotherBody = parts[0] + ":" + "0".repeat(64) + ":" + parts[2];
        String[] carried = {
            ofAnotherBody,
            parts[0] + ":" + parts[2],
            null,
            "",
            ":",
            "1:",
            "x:00",
            later,
            signed + "0",
            signed.substring(0, signed.length() - 2),
            "9223372036854775807:00",
            "-9223372036854775808:zz"
        };
        for (String wrong : carried) {
            assertThat(taken(wrong, "POST", PATH, NOW)).as(wrong).isFalse();
        }
    }

    @Test
    void aShortSecretIsNone() {
        assertThatThrownBy(() -> new PeerSecret("0123456789abcde")).hasMessageContaining("16");
    }
}
