package io.spendstream.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SecurityConfigTest {

    private static final String OIDC =
            "security.oidc.issuer=https://i security.oidc.audience=a" + " security.oidc.jwks.url=https://i/keys";

    private static AppConfig config(String keys) {
        Map<String, String> config = new HashMap<>();
        for (String key : keys.split(" ")) {
            if (!key.isEmpty()) {
                config.put(key.substring(0, key.indexOf('=')), key.substring(key.indexOf('=') + 1));
            }
        }
        return AppConfig.of(config);
    }

    @Test
    void nobodyIsLetInByLeavingSomethingOut() {
        assertThatThrownBy(() -> config("").security().requireUsable())
                .hasMessageContaining("security.keys.file")
                .hasMessageContaining("security.mode=off");
        assertThatCode(() -> config("security.keys.file=k").security().requireUsable())
                .doesNotThrowAnyException();
        assertThatCode(() -> config(OIDC).security().requireUsable()).doesNotThrowAnyException();
        assertThatCode(() -> config("security.mode=off").security().requireUsable())
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "security.oidc.issuer=https://i | issuer and an audience",
                "security.oidc.issuer=https://i security.oidc.audience=a | https URL",
                "OIDC security.oidc.algorithms=RS256,none | 'none' is no algorithm",
                "OIDC security.oidc.algorithms=HS256 | 'HS256' is no algorithm",
            })
    void tokensWithoutAllThatMakesThemSafeAreRefused(String keys, String says) {
        assertThatThrownBy(() -> config(keys.replace("OIDC", OIDC)).security().requireUsable())
                .hasMessageContaining(says);
    }

    @Test
    void aCertificateNeedsItsKeyAndAShortSecretIsNone() {
        assertThatThrownBy(() -> config("http.tls.certificate=c").security().tlsFiles())
                .hasMessageContaining("http.tls.key");
        assertThatThrownBy(() ->
                        config("security.peer.secret=short-marker").security().peerSecret())
                .hasMessageContaining("security.peer.secret")
                .message()
                .doesNotContain("short-marker");
        assertThat(config("http.tls.certificate=c").security().scheme()).isEqualTo("https");
    }
}
