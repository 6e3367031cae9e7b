package io.spendstream.acceptance.guarantee;

import java.util.List;

/** All faults, in the order in which they strike. */
final class Faults {

    static final List<Fault> ALL = List.of(
            new NoFault(),
            new Kills(),
            new Zombie(),
            new RollingRestart(),
            new Upgrade(null),
            new Scaling(),
            new BrokerKill(),
            new BrokerRestart(),
            new AllKilled(),
            new RegistryDown(),
            new Definitions(),
            new Poison(),
            new DuplicateStorm(),
            new LateWeek(),
            new ClockAhead(),
            new StateDeleted(),
            new KillBeforeCommit(),
            new SlowBroker(),
            new FullDisk(),
            new BrokerLost());

    private Faults() {}

    /** @throws IllegalArgumentException where there is none of this name; says which there are */
    static Fault named(String name) {
        return ALL.stream()
                .filter(fault -> fault.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no fault '" + name + "'; there are "
                        + String.join(", ", ALL.stream().map(Fault::name).toList())));
    }
}
