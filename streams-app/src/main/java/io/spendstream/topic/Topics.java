package io.spendstream.topic;

import java.time.Duration;
import java.util.List;
import org.apache.kafka.common.config.TopicConfig;

/**
 * Every topic of Spendstream, once. Values are Avro in the Confluent wire format under the subject
 * {@code <topic>-value}; keys are UTF-8 text.
 *
 * @param usageEvents events as services publish them; key: event id
 * @param usageRejected records that cannot be counted, unchanged; headers say why
 * @param usageUnpriced counted events whose cost is not known yet; key: event id
 * @param usagePriced counted events with their cost; key: event id
 * @param spendRollups running totals of quarter-hours; key: dimensions and bucket
 * @param prices price lists; key: model
 * @param budgets budgets; key: id
 * @param budgetStatus where counters stand; key: budget, scope and group
 * @param budgetAlerts alerts of budgets as they open and are resolved; key: alert id
 * @param anomalyAlerts alerts of detectors likewise; key: alert id
 * @param alertNotes what people say about alerts: acknowledgements and silences; key: which of them, and id
 * @param reconciliations invoices held against what was metered; key: id
 * @param auditLog who changed what over REST; key: kind of thing and id
 */
public record Topics(
        Topic usageEvents,
        Topic usageRejected,
        Topic usageUnpriced,
        Topic usagePriced,
        Topic spendRollups,
        Topic prices,
        Topic budgets,
        Topic budgetStatus,
        Topic budgetAlerts,
        Topic anomalyAlerts,
        Topic alertNotes,
        Topic reconciliations,
        Topic auditLog) {

    /** Of a usage event, key and value together and uncompressed: more cannot be one, whatever its fields hold. */
    public static final int RECORD_BYTES_MAX = 8 << 20;
    /**
     * Of a batch that the application writes: any record that it passes on, with its headers. The broker checks batches
     * as they come, compressed; a producer checks records before that.
     */
    public static final int BATCH_BYTES_MAX = 16 << 20;

    /** As the broker has it where nobody says; said, so that a broker that takes more does not for this topic. */
    private static final int EVENT_BATCH_BYTES_MAX = (1 << 20) + 12;

    private static final Duration EVENTS_KEPT = Duration.ofDays(40);
    private static final Duration ALERTS_KEPT = Duration.ofDays(90);
    private static final Duration NOTES_KEPT = Duration.ofDays(400);
    /** More than a year, so that one year can be compared with the same time of the one before. */
    private static final Duration AUDIT_KEPT = Duration.ofDays(400);

    private static final Duration ROLLUPS_KEPT = Duration.ofDays(3 * 365 + 1);

    public static Topics withPrefix(String prefix) {
        return new Topics(
                // Received time is the broker's: a producer's clock must not decide what is too old.
                Topic.kept(prefix + "usage-events", EVENTS_KEPT)
                        .with(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime")
                        .with(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(EVENT_BATCH_BYTES_MAX)),
                // A rejected record is as large as it came, and has headers besides. It came compressed, perhaps
                // better.
                Topic.kept(prefix + "usage-rejected", EVENTS_KEPT)
                        .with(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(BATCH_BYTES_MAX)),
                Topic.kept(prefix + "usage-unpriced", EVENTS_KEPT)
                        .with(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(4 << 20)),
                Topic.kept(prefix + "usage-priced", EVENTS_KEPT)
                        .with(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(4 << 20)),
                Topic.kept(prefix + "spend-rollups", ROLLUPS_KEPT)
                        .with(TopicConfig.CLEANUP_POLICY_CONFIG, "compact,delete"),
                Topic.table(prefix + "prices"),
                Topic.table(prefix + "budgets"),
                Topic.table(prefix + "budget-status"),
                // One partition: every instance reads all of it, in one order.
                Topic.kept(prefix + "budget-alerts", ALERTS_KEPT).withPartitions(1),
                Topic.kept(prefix + "anomaly-alerts", ALERTS_KEPT).withPartitions(1),
                // A silence is over by then. Nobody takes back what was said of an alert that is long over.
                Topic.kept(prefix + "alert-notes", NOTES_KEPT)
                        .withPartitions(1)
                        .with(TopicConfig.CLEANUP_POLICY_CONFIG, "compact,delete"),
                // Thousands of rows in a record.
                Topic.table(prefix + "reconciliations")
                        .with(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(4 << 20)),
                // Never compacted: each change counts. An entry has a definition twice, before and after.
                Topic.kept(prefix + "audit-log", AUDIT_KEPT)
                        .withPartitions(1)
                        .with(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE)
                        .with(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(4 << 20)));
    }

    public List<Topic> all() {
        return List.of(
                usageEvents,
                usageRejected,
                usageUnpriced,
                usagePriced,
                spendRollups,
                prices,
                budgets,
                budgetStatus,
                budgetAlerts,
                anomalyAlerts,
                alertNotes,
                reconciliations,
                auditLog);
    }
}
