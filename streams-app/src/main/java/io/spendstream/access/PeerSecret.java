package io.spendstream.access;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What instances know each other by: a secret that all of them have and none sends. A request carries
 * {@code <epoch seconds>:<HMAC-SHA256 of method, path and these seconds>} and is taken for two minutes, so that whoever
 * sees one learns neither the secret nor anything that opens another address or holds for long.
 */
public final class PeerSecret {

    /** Of the request that carries it. */
    public static final String HEADER = "Spendstream-Peer";

    public static final int LENGTH_MIN = 16;

    private static final Duration TAKEN_FOR = Duration.ofMinutes(2);
    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec key;

    /** @throws IllegalArgumentException where it is too short to be one */
    public PeerSecret(String secret) {
        if (secret.length() < LENGTH_MIN) {
            throw new IllegalArgumentException(
                    "a secret between instances takes at least " + LENGTH_MIN + " characters; random ones");
        }
        key = new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM);
    }

    /** What a request carries. */
    public String sign(String method, String path, Instant now) {
        return now.getEpochSecond() + ":" + HexFormat.of().formatHex(mac(method, path, now.getEpochSecond()));
    }

    /** Whether a request comes from one that has the secret; compares in constant time. */
    public boolean isSigned(String carried, String method, String path, Instant now) {
        int colon = carried == null ? -1 : carried.indexOf(':');
        if (colon < 1) {
            return false;
        }
        try {
            long second = Long.parseLong(carried.substring(0, colon));
            byte[] shown = HexFormat.of().parseHex(carried.substring(colon + 1));
            Duration age = Duration.between(Instant.ofEpochSecond(second), now).abs();
            return MessageDigest.isEqual(mac(method, path, second), shown) && age.compareTo(TAKEN_FOR) <= 0;
        } catch (IllegalArgumentException | DateTimeException | ArithmeticException e) {
            return false;
        }
    }

    private byte[] mac(String method, String path, long second) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac.doFinal((method + "\n" + path + "\n" + second).getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }
}
