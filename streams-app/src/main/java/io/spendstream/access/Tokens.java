package io.spendstream.access;

import java.util.concurrent.CompletionStage;

/** Takes tokens that somebody else issued. */
@FunctionalInterface
public interface Tokens {

    /**
     * Who shows a token. Does not block; done at once where all that is needed is known.
     *
     * @return fails with {@link Unauthenticated} where it is not taken
     */
    CompletionStage<Caller> caller(String token);
}
