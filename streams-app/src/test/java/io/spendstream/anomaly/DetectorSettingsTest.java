package io.spendstream.anomaly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DetectorSettingsTest {

    private static final Scope CHAT = new Scope("acme", Scope.Kind.FEATURE, "chat-a");
    private static final Scope CHATS_TEAM = new Scope("acme", Scope.Kind.TEAM, "chat-a");

    @Test
    void everythingIsOnWithoutConfiguration() {
        DetectorSettings.Values values = DetectorSettings.defaults().of(CHAT);

        for (Detector detector : Detector.values()) {
            assertThat(values.isEnabled(detector)).as(detector.label()).isTrue();
        }
        assertThat(values.get(Parameter.ZSCORE_SIGMA)).isEqualTo(2);
    }

    @Test
    void whatIsForAllIsOverriddenForTenantsAndFeatures() {
        // Given
        DetectorSettings settings = DetectorSettings.of(Map.of(
                "detector.daily_zscore.sigma", "3",
                "detector.daily_zscore[acme/chat*].sigma", "4",
                "detector.daily_ratio[acme/*].enabled", "false",
                "http.port", "80"));

        // Then
        assertThat(settings.of(CHAT).get(Parameter.ZSCORE_SIGMA)).isEqualTo(4);
        assertThat(settings.of(CHATS_TEAM).get(Parameter.ZSCORE_SIGMA)).isEqualTo(3);
        assertThat(settings.of(CHATS_TEAM).isEnabled(Detector.DAILY_RATIO)).isFalse();
        assertThat(settings.of(Scope.tenant("other")).isEnabled(Detector.DAILY_RATIO))
                .isTrue();
    }

    @Test
    void whatIsSetToItsDefaultIsSet() {
        DetectorSettings settings = DetectorSettings.of(Map.of(
                "detector.request_outlier.ceiling_tokens", "2000000",
                "detector.request_outlier[acme/chat*].ceiling_cost_usd", "5"));

        assertThat(settings.of(CHAT).isSet(Parameter.OUTLIER_TOKENS)).isTrue();
        assertThat(settings.of(CHAT).isSet(Parameter.OUTLIER_COST)).isTrue();
        assertThat(settings.of(CHATS_TEAM).isSet(Parameter.OUTLIER_TOKENS)).isTrue();
        assertThat(settings.of(CHATS_TEAM).isSet(Parameter.OUTLIER_COST)).isFalse();
        assertThat(DetectorSettings.defaults().of(CHAT).isSet(Parameter.OUTLIER_COST))
                .isFalse();
    }

    @Test
    void isOffWhereNoDetectorIsOnForAnybody() {
        // Given
        Map<String, String> off = new HashMap<>();
        for (Detector detector : Detector.values()) {
            off.put("detector." + detector.label() + ".enabled", "false");
        }
        Map<String, String> butOne = new HashMap<>(off);
        butOne.put("detector.silence[acme/chat].enabled", "true");
        Map<String, String> tuned = new HashMap<>(off);
        tuned.put("detector.silence[acme/chat].min_requests", "5");

        // Then
        assertThat(DetectorSettings.defaults().isOff()).isFalse();
        assertThat(DetectorSettings.of(off).isOff()).isTrue();
        assertThat(DetectorSettings.of(butOne).isOff()).isFalse();
        assertThat(DetectorSettings.of(tuned).isOff()).isTrue();
    }

    @Test
    void namesAllFaultsAtOnce() {
        assertThatThrownBy(() -> DetectorSettings.of(Map.of(
                        "detector.daily_zscore.sigma", "nine",
                        "detector.daily_zscore.sgima", "2",
                        "detector.weekly.sigma", "2",
                        "detector.daily_ratio.enabled", "maybe",
                        "detector.daily_ratio[acme].enabled", "true")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("detector.daily_zscore.sigma is nine, it takes a number from 0.5 to 20")
                .hasMessageContaining("daily_zscore has no parameter sgima, it has [enabled, ")
                .hasMessageContaining("there is no detector weekly")
                .hasMessageContaining("detector.daily_ratio.enabled is maybe, it takes true or false")
                .hasMessageContaining("detector.daily_ratio[acme].enabled is not understood");
    }
}
