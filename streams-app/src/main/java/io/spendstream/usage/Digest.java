package io.spendstream.usage;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A hash of values that is the same on every machine and in every version. Each value is written with its length, so
 * that no two lists of values are the same bytes.
 */
public final class Digest {

    private static final int BYTES = 16;

    private final MessageDigest sha;

    public Digest() {
        try {
            sha = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** @param text null is a value of its own */
    public Digest add(String text) {
        if (text == null) {
            return add(-1);
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        add(bytes.length);
        sha.update(bytes);
        return this;
    }

    public Digest add(long number) {
        for (int shift = 56; shift >= 0; shift -= 8) {
            sha.update((byte) (number >>> shift));
        }
        return this;
    }

    /** 32 hexadecimal digits. */
    public String hex() {
        return HexFormat.of().formatHex(sha.digest(), 0, BYTES);
    }
}
