package io.spendstream.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spendstream.budget.AdmissionPolicy;
import io.spendstream.budget.Decision;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What admission answers where it does not know is configured. */
class AdmissionConfigTest {

    @Test
    void the_default_goes_by_what_is_known_and_takes_no_unpriced_call_for_free() {
        assertThat(AppConfig.of(Map.of()).admission()).isEqualTo(AdmissionPolicy.DEFAULT);
    }

    @Test
    void each_key_has_its_say() {
        // When
        AppConfig config = AppConfig.of(Map.of(
                AppConfig.ADMISSION_UNAVAILABLE, "deny",
                AppConfig.ADMISSION_UNPRICED, "warn",
                AppConfig.ADMISSION_STALE_MS, "5000"));

        // Then
        assertThat(config.admission())
                .isEqualTo(new AdmissionPolicy(Decision.DENY, Decision.WARN, Duration.ofSeconds(5)));
    }

    @ParameterizedTest
    @CsvSource({
        "admission.when.unavailable, warn",
        "admission.when.unpriced, allow",
        "admission.stale.after.ms, 99",
    })
    void what_makes_no_sense_is_refused_with_its_key(String key, String value) {
        assertThatThrownBy(() -> AppConfig.of(Map.of(key, value)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(key)
                .hasMessageContaining(value);
    }
}
