package io.spendstream.access;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * What is known of a key: not the key.
 *
 * <p>A key is {@code sk_}, its id of 12 characters, {@code _}, and 256 random bits in base64url. What is kept is its
 * SHA-256. A slow hash as for passwords would add nothing: it makes guessing dear where there are few things to guess,
 * and nobody goes through 2^256 of them at any price; but it would cost every request milliseconds.
 *
 * @param id names the key in the file; no secret
 * @param sha256 of the whole key's text
 * @param caller who shows it
 * @param expires from when on it is not taken any more; null: never
 */
record ApiKey(String id, byte[] sha256, Caller caller, Instant expires) {

    static final String PREFIX = "sk_";
    static final int ID_LENGTH = 12;
    static final Pattern ID = Pattern.compile("[a-z2-7]{" + ID_LENGTH + "}");

    private static final int SECRET_BYTES = 32;
    private static final String ID_LETTERS = "abcdefghijklmnopqrstuvwxyz234567";

    /** A new key's text. */
    static String random(SecureRandom random) {
        StringBuilder text = new StringBuilder(PREFIX);
        for (int i = 0; i < ID_LENGTH; i++) {
            text.append(ID_LETTERS.charAt(random.nextInt(ID_LETTERS.length())));
        }
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        return text.append('_')
                .append(Base64.getUrlEncoder().withoutPadding().encodeToString(secret))
                .toString();
    }

    /** The id in a key's text, or null where it is no such text. */
    static String idIn(String key) {
        int end = PREFIX.length() + ID_LENGTH;
        return key.startsWith(PREFIX) && key.length() > end && key.charAt(end) == '_'
                ? key.substring(PREFIX.length(), end)
                : null;
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
