package io.spendstream.runtime;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends what instances left open that are gone. A transaction that was under way when its instance was killed holds up
 * whoever takes its partitions over, until the brokers give it up: after its time-out, which they look for every ten
 * seconds by default. A producer that is fenced has its transaction aborted at once. One that is not gone, and only was
 * out of the group for too long, could not have committed either: its work is another's by then.
 */
final class LostProducers {

    private static final Logger LOG = LoggerFactory.getLogger(LostProducers.class);

    /** Kafka Streams names clients and transactions after the application and the process. */
    private static final Pattern PROCESS =
            Pattern.compile("-([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})-(.*)");

    /** What is asked of the brokers; blocks, and throws where it cannot be had. */
    interface Brokers {

        /** Transactional ids of the application whose transactions are open. */
        Collection<String> openTransactions();

        /** Client ids of the members of the group. */
        Collection<String> members();

        /** Aborts what such producers have open; they cannot go on. */
        void fence(Collection<String> transactionalIds);
    }

    private final String applicationId;
    private final Brokers brokers;

    LostProducers(String applicationId, Brokers brokers) {
        this.applicationId = applicationId;
        this.brokers = brokers;
    }

    /** Looks once. */
    void end() {
        // First the transactions: who has one and is not in the group after that has left it.
        Collection<String> open = brokers.openTransactions();
        if (open.isEmpty()) {
            return;
        }
        List<String> lost = lost(applicationId, open, brokers.members());
        if (!lost.isEmpty()) {
            LOG.info("aborting what instances that are gone left open: {}", lost);
            brokers.fence(lost);
        }
    }

    /**
     * Those of some transactions whose process has no member in the group; none where that cannot be told, as when
     * clients are named by configuration.
     */
    static List<String> lost(String applicationId, Collection<String> transactionalIds, Collection<String> members) {
        List<Optional<String>> there = members.stream()
                .map(member -> process(applicationId, member, "StreamThread-.*"))
                .toList();
        if (there.isEmpty() || there.stream().anyMatch(Optional::isEmpty)) {
            return List.of();
        }
        Set<String> alive = there.stream().flatMap(Optional::stream).collect(Collectors.toSet());
        return transactionalIds.stream()
                .filter(id -> process(applicationId, id, "[0-9]+")
                        .filter(process -> !alive.contains(process))
                        .isPresent())
                .sorted()
                .toList();
    }

    private static Optional<String> process(String applicationId, String name, String rest) {
        if (!name.startsWith(applicationId)) {
            return Optional.empty();
        }
        Matcher matcher = PROCESS.matcher(name.substring(applicationId.length()));
        return matcher.matches() && matcher.group(2).matches(rest) ? Optional.of(matcher.group(1)) : Optional.empty();
    }
}
