package io.spendstream.sandbox;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A broker alone in a process, for {@link BrokerProcess}: arguments are the data directory, the port,
 * and the place in a cluster: number, size, id and controller's port, where there is more than one. It says
 * {@code ready 127.0.0.1:port} on standard output, and ends cleanly on SIGTERM and when standard input ends, so that
 * it does not outlive the process that started it.
 */
final class BrokerMain {

    /** System properties that begin with it are settings of the broker. */
    static final String SETTING = "spendstream.broker.";

    private BrokerMain() {}

    private static Map<String, String> settings() {
        return System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith(SETTING))
                .collect(Collectors.toMap(name -> name.substring(SETTING.length()), System::getProperty));
    }

    private static BrokerPlace place(String... arguments) {
        return arguments.length == 2
                ? BrokerPlace.ALONE
                : new BrokerPlace(
                        Integer.parseInt(arguments[2]),
                        Integer.parseInt(arguments[3]),
                        arguments[4],
                        Integer.parseInt(arguments[5]));
    }

    public static void main(String[] arguments) throws IOException {
        EmbeddedBroker broker =
                new EmbeddedBroker(Path.of(arguments[0]), Integer.parseInt(arguments[1]), place(arguments), settings());
        Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "stop-broker"));
        try {
            broker.start();
            System.out.println(BrokerProcess.READY + broker.bootstrapServers());
            while (System.in.read() >= 0) {
                // What is said here does not matter, only that the parent is there.
                continue;
            }
            System.exit(0);
        } catch (IOException | RuntimeException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }
}
