package io.spendstream.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.streams.errors.LockException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FailuresTest {

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(new TimeoutException("no broker"), true),
                Arguments.of(new StreamsException(new TimeoutException("no broker")), true),
                Arguments.of(new LockException("taken"), true),
                Arguments.of(new StreamsException(new InvalidTxnStateException("lost in the middle")), true),
                Arguments.of(new StreamsException(new RecordTooLargeException("too large")), false),
                Arguments.of(new ArithmeticException("long overflow"), false));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void the_work_is_done_again_where_that_may_help(Throwable failure, boolean mayPass) {
        assertThat(Failures.mayPass(failure)).isEqualTo(mayPass);
    }

    @Test
    void anyone_may_know_that_there_is_a_failure_and_no_more() {
        assertThat(Failures.inShort(new StreamsException("value: {tenant: globex}", new TimeoutException("10.0.0.7"))))
                .isEqualTo("StreamsException; the log has the cause");
    }

    @Test
    void too_many_within_a_while_are_too_many() {
        // Given
        Failures failures = new Failures(2, Duration.ofNanos(10));

        // When, Then
        assertThat(failures.another(0)).isTrue();
        assertThat(failures.another(5)).isTrue();
        assertThat(failures.another(10)).isFalse();
        assertThat(failures.another(21)).isTrue();
    }
}
