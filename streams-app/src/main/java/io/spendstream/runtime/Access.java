package io.spendstream.runtime;

import io.spendstream.access.ApiKeys;
import io.spendstream.access.Authenticator;
import io.spendstream.access.IssuerKeys;
import io.spendstream.access.JwtTokens;
import io.spendstream.access.OidcSettings;
import io.spendstream.access.PeerSecret;
import io.spendstream.access.Tls;
import io.spendstream.access.Tokens;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who may call, as the configuration and the files that it names say now. */
public final class Access implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Access.class);
    private static final int OWN_SECRET_BYTES = 32;

    private final ReloadedFiles<ApiKeys> keys;
    private final Authenticator authenticator;
    private final PeerSecret peers;
    private final ReloadedFiles<Tls> tls;
    private final boolean metricsOpen;
    private volatile Consumer<Tls> onTlsChange = changed -> {};

    /** @throws IllegalArgumentException where the configuration or a file cannot be used; says why */
    public Access(SecurityConfig config, InstantSource clock) {
        config.requireUsable();
        metricsOpen = config.isMetricsOpen();
        tls = tls(config.tlsFiles());
        if (!config.isOn()) {
            LOG.warn("security is off: anyone who reaches the HTTP interface may do anything");
            keys = null;
            authenticator = null;
            peers = null;
            return;
        }
        PeerSecret configured = config.peerSecret();
        // Without one nobody is taken for another instance; there may be none.
        peers = configured == null ? own() : configured;
        keys = config.keysFile() == null ? null : keys(config.keysFile(), config.requestsPerSecond());
        OidcSettings oidc = config.oidc();
        Tokens tokens = oidc == null ? null : new JwtTokens(oidc, new IssuerKeys(oidc.jwks()), clock);
        authenticator = new Authenticator(keys == null ? () -> ApiKeys.NONE : keys, tokens, clock);
    }

    private static ReloadedFiles<ApiKeys> keys(Path file, int requestsPerSecond) {
        return new ReloadedFiles<>(
                "API keys",
                List.of(file),
                contents -> ApiKeys.parse(new String(contents.get(0), StandardCharsets.UTF_8), requestsPerSecond),
                changed -> LOG.info("{} API keys are taken", changed.size()));
    }

    private ReloadedFiles<Tls> tls(List<Path> files) {
        if (files.isEmpty()) {
            return null;
        }
        List<Path> given = files.stream().filter(Objects::nonNull).toList();
        return new ReloadedFiles<>(
                "certificates",
                given,
                contents -> {
                    byte[][] all = new byte[files.size()][];
                    for (int i = 0, next = 0; i < all.length; i++) {
                        all[i] = files.get(i) == null ? null : contents.get(next++);
                    }
                    return new Tls(all[0], all[1], all[2], all[3]);
                },
                changed -> onTlsChange.accept(changed));
    }

    private static PeerSecret own() {
        byte[] random = new byte[OWN_SECRET_BYTES];
        new SecureRandom().nextBytes(random);
        return new PeerSecret(HexFormat.of().formatHex(random));
    }

    /** Finds out who calls; null where security is off. */
    public Authenticator authenticator() {
        return authenticator;
    }

    /** What instances show each other; null where security is off. */
    public PeerSecret peers() {
        return peers;
    }

    /** What to show and trust now; null: there is no TLS. */
    public Tls tls() {
        return tls == null ? null : tls.get();
    }

    /** Is given the certificates after each change. */
    public void onTlsChange(Consumer<Tls> change) {
        onTlsChange = change;
    }

    public boolean isMetricsOpen() {
        return metricsOpen;
    }

    @Override
    public void close() {
        if (keys != null) {
            keys.close();
        }
        if (tls != null) {
            tls.close();
        }
    }
}
