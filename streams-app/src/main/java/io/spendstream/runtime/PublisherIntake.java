package io.spendstream.runtime;

import io.spendstream.client.PublishException;
import io.spendstream.client.UsagePublisher;
import io.spendstream.query.EventIntake;
import io.spendstream.query.IntakeFailure;
import io.spendstream.query.Trace;
import io.spendstream.v1.UsageEvent;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** Takes events in by publishing them to {@code usage-events}, as any service would. */
final class PublisherIntake implements EventIntake {

    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Duration LATER = Duration.ofSeconds(5);

    private final UsagePublisher publisher;

    PublisherIntake(UsagePublisher publisher) {
        this.publisher = publisher;
    }

    @Override
    public CompletionStage<Void> publish(List<UsageEvent> events, Trace trace) {
        return publisher.publishAll(events, trace.headers()).exceptionally(failure -> {
            throw new CompletionException(translated(failure));
        });
    }

    private static Throwable translated(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (!(cause instanceof PublishException refused)) {
            return cause;
        }
        return switch (refused.reason()) {
            case BUFFER_FULL -> new IntakeFailure(IntakeFailure.Reason.OVERLOADED, refused.getMessage(), SOON);
            default -> new IntakeFailure(IntakeFailure.Reason.UNAVAILABLE, refused.getMessage(), LATER);
        };
    }
}
