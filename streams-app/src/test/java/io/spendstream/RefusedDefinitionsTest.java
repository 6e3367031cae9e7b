package io.spendstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.topic.Topic;
import io.spendstream.topic.Topics;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Records of the topics of definitions that are none: each is reported, and nothing stops. */
class RefusedDefinitionsTest {

    private static final byte[] NO_DEFINITION = "none".getBytes(StandardCharsets.UTF_8);

    private Pipeline pipeline;

    @BeforeEach
    void start() {
        pipeline = new Pipeline();
    }

    @AfterEach
    void stop() {
        pipeline.close();
    }

    static List<Topic> definitions() {
        Topics topics = Topics.withPrefix("");
        return List.of(topics.prices(), topics.budgets(), topics.alertNotes(), topics.reconciliations());
    }

    @ParameterizedTest
    @MethodSource("definitions")
    void a_record_without_a_key_is_refused(Topic topic) {
        // When
        pipeline.put(topic, new TestRecord<>(null, NO_DEFINITION));

        // Then
        assertThat(pipeline.refused).singleElement().asString().startsWith(topic.name() + " : has no key");
    }

    @ParameterizedTest
    @MethodSource("definitions")
    void a_record_that_cannot_be_read_is_refused(Topic topic) {
        // When
        pipeline.put(topic, new TestRecord<>("key".getBytes(StandardCharsets.UTF_8), NO_DEFINITION));

        // Then
        assertThat(pipeline.refused).singleElement().asString().startsWith(topic.name() + " key: cannot be ");
    }
}
