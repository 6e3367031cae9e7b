package io.spendstream.connect.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookSignatureTest {

    private static final byte[] BODY = "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8);
    private static final String ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    @Test
    void a_message_is_signed_as_in_the_vector_of_the_reference_implementation() {
        assertThat(WebhookSignature.of(List.of(SECRET)).sign(ID, 1614265330, BODY))
                .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @Test
    void while_a_secret_is_replaced_there_is_a_signature_by_each() {
        String other = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

        String both = WebhookSignature.of(List.of(other, SECRET)).sign(ID, 1614265330, BODY);

        assertThat(both)
                .isEqualTo(WebhookSignature.of(List.of(other)).sign(ID, 1614265330, BODY)
                        + " v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "whsec_",
                "whsec_too+short",
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa!!"
            })
    void a_secret_that_is_none_is_refused_without_being_repeated(String secret) {
        assertThatThrownBy(() -> WebhookSignature.of(List.of(secret)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("24 to 64 random bytes")
                .hasMessageNotContaining("MfKQ")
                .hasMessageNotContaining("too+short");
    }
}
