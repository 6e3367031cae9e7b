package io.spendstream.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.ingest.DecodeStage;
import io.spendstream.ingest.Rejection;
import io.spendstream.topic.Topic;
import io.spendstream.topic.Topics;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code docs/topics.md} and {@code docs/metrics.md} list what consumers depend on, all of it and as it is. */
class InterfaceDocTest {

    @Test
    void everyTopicIsListedWithItsPolicy() throws IOException {
        DocTable.assertListed(
                "topics.md",
                "topics",
                "| topic | partitions | settings |\n|---|---|---|\n"
                        + Topics.withPrefix("").all().stream()
                                .map(InterfaceDocTest::row)
                                .collect(Collectors.joining()));
    }

    private static String row(Topic topic) {
        return "| `%s` | %s | %s |\n"
                .formatted(
                        topic.name(),
                        topic.partitions() == 0 ? "`topic.partitions`" : topic.partitions(),
                        new TreeMap<>(topic.config())
                                .entrySet().stream()
                                        .map(entry -> "`" + entry.getKey() + "=" + entry.getValue() + "`")
                                        .collect(Collectors.joining(" ")));
    }

    @Test
    void everyTopicsContentIsListed() throws IOException {
        String document = DocTable.listed("topics.md", "topics");
        Topics.withPrefix("").all().forEach(topic -> assertThat(document).contains("`" + topic.name() + "`"));
    }

    @Test
    void everyHeaderAndReasonOfARejectedRecordIsListed() throws IOException {
        assertThat(names(DocTable.listed("topics.md", "headers")))
                .containsExactly(
                        DecodeStage.HEADER_REASON,
                        DecodeStage.HEADER_FIELD,
                        DecodeStage.HEADER_DETAIL,
                        DecodeStage.HEADER_TOPIC,
                        DecodeStage.HEADER_PARTITION,
                        DecodeStage.HEADER_OFFSET);
        assertThat(names(DocTable.listed("topics.md", "reasons")))
                .containsExactlyElementsOf(
                        Arrays.stream(Rejection.values()).map(Rejection::code).toList());
    }

    private static List<String> names(String table) {
        return Pattern.compile("(?m)^\\| `([^`]+)` \\|")
                .matcher(table)
                .results()
                .map(row -> row.group(1))
                .toList();
    }

    @Test
    void everyMetricIsListedWithItsMeaning() throws IOException {
        DocTable.assertListed(
                "metrics.md",
                "metrics",
                "| metric | kind | labels | meaning |\n|---|---|---|---|\n"
                        + AllMeters.scrape().table());
    }
}
