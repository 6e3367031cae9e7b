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
 * {@code <epoch seconds>:<SHA-256 of the body>:<HMAC-SHA256 of method, path and the two before>} and is taken for two
 * minutes, so that whoever sees one learns neither the secret nor anything that opens another address, asks another
 * question or holds for long. Who asks is known before the body is read.
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

    /**
     * What a request carries.
     *
     * @param body empty where there is none
     */
    public String sign(String method, String path, byte[] body, Instant now) {
        String hash = hash(body);
        return now.getEpochSecond() + ":" + hash + ":"
                + HexFormat.of().formatHex(mac(method, path, now.getEpochSecond(), hash));
    }

    /**
     * Whether a request comes from one that has the secret; compares in constant time. Its body is only the one that was
     * signed where {@link #isOf} says so too.
     */
    public boolean isSigned(String carried, String method, String path, Instant now) {
        String[] parts = carried == null ? new String[0] : carried.split(":", -1);
        if (parts.length != 3) {
            return false;
        }
        try {
            long second = Long.parseLong(parts[0]);
            byte[] shown = HexFormat.of().parseHex(parts[2]);
            Duration age = Duration.between(Instant.ofEpochSecond(second), now).abs();
            return MessageDigest.isEqual(mac(method, path, second, parts[1]), shown) && age.compareTo(TAKEN_FOR) <= 0;
        } catch (IllegalArgumentException | DateTimeException | ArithmeticException e) {
            return false;
        }
    }

    /** Whether what a request carries, which {@link #isSigned}, was signed for this body. */
    public static boolean isOf(String carried, byte[] body) {
        return carried.split(":", -1)[1].equals(hash(body));
    }

    private static String hash(byte[] body) {
        return HexFormat.of().formatHex(ApiKey.sha256(body));
    }

    private byte[] mac(String method, String path, long second, String bodyHash) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac.doFinal(
                    (method + "\n" + path + "\n" + second + "\n" + bodyHash).getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }
}
