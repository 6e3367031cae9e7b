package io.spendstream.budget;

import java.time.Duration;

/**
 * What admission answers where it does not know.
 *
 * @param unavailable where the counters are not known, or only as they were longer ago than {@code staleAfter}:
 *     ALLOW goes by what is known, DENY denies calls that a budget counts, and all until the instance was ready once or when it has stopped
 * @param unpriced for a call whose cost is not known while a budget limits cost: WARN or stricter, never as if it were
 *     free
 * @param staleAfter how old the counters may be
 */
public record AdmissionPolicy(Decision unavailable, Decision unpriced, Duration staleAfter) {

    public static final AdmissionPolicy DEFAULT =
            new AdmissionPolicy(Decision.ALLOW, Decision.DENY, Duration.ofSeconds(30));

    public AdmissionPolicy {
        if (unavailable != Decision.ALLOW && unavailable != Decision.DENY) {
            throw new IllegalArgumentException("unavailable must be allow or deny, not " + unavailable);
        }
        if (unpriced == Decision.ALLOW) {
            throw new IllegalArgumentException(
                    "unpriced must be warn, degrade, throttle or deny: no price is not free");
        }
        if (staleAfter.isNegative() || staleAfter.isZero()) {
            throw new IllegalArgumentException("staleAfter must be positive, not " + staleAfter);
        }
    }
}
