package io.spendstream.access;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * What an instance shows and trusts under TLS, all of it PEM. Certificate and key are known to belong together.
 *
 * @param certificate its own, with those between it and the authority
 * @param key of the certificate, PKCS#8, not encrypted
 * @param clientCa authorities of the certificates that every caller must have; null: callers need none
 * @param peerCa authorities of the other instances' certificates; null: those that Java knows
 */
public record Tls(byte[] certificate, byte[] key, byte[] clientCa, byte[] peerCa) {

    private static final Pattern KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final char[] NO_PASSWORD = {};

    /** @throws IllegalArgumentException where it cannot be used; says why, and nothing of the key */
    public Tls {
        try {
            requirePair(certificates(certificate).iterator().next().getPublicKey(), privateKey(key));
            if (clientCa != null) {
                certificates(clientCa);
            }
            if (peerCa != null) {
                certificates(peerCa);
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(e.getMessage());
        }
    }

    /** For asking other instances: shows the certificate where they want one. */
    public SSLContext context() {
        try {
            KeyStore own = empty();
            own.setKeyEntry(
                    "own",
                    privateKey(key),
                    NO_PASSWORD,
                    certificates(certificate).toArray(Certificate[]::new));
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(own, NO_PASSWORD);
            SSLContext context = SSLContext.getInstance("TLS");
            KeyManager[] managers = keys.getKeyManagers();
            context.init(managers, peerCa == null ? null : trust(certificates(peerCa)), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException("TLS cannot be had of these files: " + e.getMessage(), e);
        }
    }

    private static TrustManager[] trust(Collection<? extends Certificate> authorities)
            throws GeneralSecurityException, IOException {
        KeyStore trusted = empty();
        int number = 0;
        for (Certificate authority : authorities) {
            trusted.setCertificateEntry("ca" + number++, authority);
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        return trust.getTrustManagers();
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static Collection<? extends Certificate> certificates(byte[] pem) throws GeneralSecurityException {
        Collection<? extends Certificate> certificates =
                CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem));
        if (certificates.isEmpty()) {
            throw new GeneralSecurityException("a file that should hold certificates has none; they are PEM");
        }
        return certificates;
    }

    private static PrivateKey privateKey(byte[] pem) throws GeneralSecurityException {
        Matcher matcher = KEY.matcher(new String(pem, StandardCharsets.US_ASCII));
        if (!matcher.find()) {
            throw new GeneralSecurityException(
                    "the key is none; it takes PEM that begins with -----BEGIN PRIVATE KEY----- (PKCS#8, not encrypted)");
        }
        PKCS8EncodedKeySpec encoded =
                new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(matcher.group(1)));
        for (String algorithm : List.of("RSA", "EC")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
            } catch (InvalidKeySpecException e) {
                // perhaps the other one
            }
        }
        throw new GeneralSecurityException("the key is neither RSA nor EC");
    }

    /** While both files are being replaced they may be of two certificates. */
    private static void requirePair(PublicKey open, PrivateKey secret) throws GeneralSecurityException {
        String algorithm = "SHA256with" + (secret.getAlgorithm().equals("EC") ? "ECDSA" : "RSA");
        byte[] text = "pair".getBytes(StandardCharsets.US_ASCII);
        Signature signing = Signature.getInstance(algorithm);
        signing.initSign(secret);
        signing.update(text);
        boolean pair = open.getAlgorithm().equals(secret.getAlgorithm());
        if (pair) {
            Signature checking = Signature.getInstance(algorithm);
            checking.initVerify(open);
            checking.update(text);
            pair = checking.verify(signing.sign());
        }
        if (!pair) {
            throw new GeneralSecurityException("certificate and key do not belong together");
        }
    }
}
