package io.spendstream.query;

import java.util.List;

/** Knows who is there. */
@FunctionalInterface
public interface Peers {

    /** The instances as they are known now. Called anew for every try; does not block. */
    Membership current();

    /**
     * @param peers all instances, this one too
     * @param partitions how many partitions the cube has; 0 where that is not known yet
     */
    record Membership(List<Peer> peers, int partitions) {}

    /**
     * An instance.
     *
     * @param url where it answers, such as {@code http://10.0.0.7:8080}, without a slash at the end
     * @param self whether it is this one
     */
    record Peer(String url, boolean self) {}
}
