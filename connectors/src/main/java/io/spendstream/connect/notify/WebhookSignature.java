package io.spendstream.connect.notify;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signatures as the Standard Webhooks specification 1.0 has them: HMAC-SHA256 over the id of the message, the time in
 * seconds since 1970 and the body, with a point in between, in Base64. While a secret is replaced, a message has a
 * signature by each.
 */
final class WebhookSignature {

    static final String ID = "webhook-id";
    static final String TIMESTAMP = "webhook-timestamp";
    static final String SIGNATURE = "webhook-signature";

    /** Of a secret's text. */
    static final String PREFIX = "whsec_";

    static final int KEY_BYTES_MIN = 24;
    static final int KEY_BYTES_MAX = 64;

    private static final String ALGORITHM = "HmacSHA256";

    private final List<SecretKeySpec> keys;

    private WebhookSignature(List<SecretKeySpec> keys) {
        this.keys = keys;
    }

    /**
     * @param secrets each {@value #PREFIX} and 24 to 64 bytes in Base64
     * @throws IllegalArgumentException where one is not; the message does not have it
     */
    static WebhookSignature of(List<String> secrets) {
        List<SecretKeySpec> keys = new ArrayList<>();
        for (String secret : secrets) {
            keys.add(new SecretKeySpec(key(secret), ALGORITHM));
        }
        return new WebhookSignature(keys);
    }

    private static byte[] key(String secret) {
        byte[] key;
        try {
            key = secret.startsWith(PREFIX)
                    ? Base64.getDecoder().decode(secret.substring(PREFIX.length()))
                    : new byte[0];
        } catch (IllegalArgumentException e) {
            key = new byte[0];
        }
        if (key.length < KEY_BYTES_MIN || key.length > KEY_BYTES_MAX) {
            throw new IllegalArgumentException("it must be " + PREFIX + " and " + KEY_BYTES_MIN + " to " + KEY_BYTES_MAX
                    + " random bytes in Base64, as of: echo \"" + PREFIX + "$(openssl rand -base64 32)\"");
        }
        return key;
    }

    /** The header's value: {@code v1,<Base64>} for each key, separated by spaces. */
    String sign(String id, long epochSecond, byte[] body) {
        List<String> signatures = new ArrayList<>();
        for (SecretKeySpec key : keys) {
            try {
                Mac mac = Mac.getInstance(ALGORITHM);
                mac.init(key);
                mac.update((id + "." + epochSecond + ".").getBytes(StandardCharsets.UTF_8));
                signatures.add("v1," + Base64.getEncoder().encodeToString(mac.doFinal(body)));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("every JVM has " + ALGORITHM, e);
            }
        }
        return String.join(" ", signatures);
    }
}
