package io.spendstream.cli;

import java.util.OptionalLong;

/** What a replay asks of Kafka besides taking events. */
interface ReplayCluster extends AutoCloseable {

    /**
     * Makes sure that a topic exists; publishing would otherwise make one with settings that are wrong.
     *
     * @throws ReplayException where it does not, or Kafka does not answer
     */
    void requireTopic(String topic);

    /**
     * By how many days a file of this name was moved when it was last replayed to the topic, where that is on record.
     *
     * @throws ReplayException where Kafka does not say
     */
    OptionalLong shiftOf(String topic, String fileName);

    /**
     * Puts on record by how many days a file is moved.
     *
     * @throws ReplayException where Kafka does not take it
     */
    void remember(String topic, String fileName, long days);

    @Override
    void close();
}
