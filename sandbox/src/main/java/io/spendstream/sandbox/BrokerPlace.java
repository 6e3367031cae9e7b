package io.spendstream.sandbox;

/**
 * The place of a broker in a cluster. The first is the controller of all, so it starts first and must not be lost.
 *
 * @param id from 1 to the size
 * @param size brokers in all; as many replicas are made of everything, at most three
 * @param clusterId the same for all; null: a new one, for a cluster of one
 * @param controllerPort where the first is the controller; 0: any free port, for a cluster of one
 */
public record BrokerPlace(int id, int size, String clusterId, int controllerPort) {

    private static final int REPLICAS_MAX = 3;

    /** Alone. */
    public static final BrokerPlace ALONE = new BrokerPlace(1, 1, null, 0);

    public BrokerPlace {
        if (id < 1 || id > size) {
            throw new IllegalArgumentException("a broker of a cluster of " + size + " has a number from 1, not " + id);
        }
        if (size > 1 && (clusterId == null || controllerPort == 0)) {
            throw new IllegalArgumentException("brokers of one cluster must have its id and its controller's port");
        }
    }

    boolean isController() {
        return id == 1;
    }

    int replicas() {
        return Math.min(size, REPLICAS_MAX);
    }

    /** So many must have a record: one may be missing where there are three. */
    int replicasInSync() {
        return Math.max(1, replicas() - 1);
    }
}
