package io.spendstream.connect.run;

import java.io.IOException;
import org.apache.kafka.connect.cli.ConnectDistributed;

/**
 * The stock worker, {@link ConnectDistributed}, in a process that ends when its standard input does, so that it does not
 * outlive the process that started it. The argument is the worker's properties file.
 */
final class WorkerMain {

    private WorkerMain() {}

    public static void main(String[] arguments) {
        Thread watch = new Thread(WorkerMain::endWithTheParent, "watch-parent");
        watch.setDaemon(true);
        watch.start();
        ConnectDistributed.main(arguments);
    }

    private static void endWithTheParent() {
        try {
            while (System.in.read() >= 0) {
                // What is said here does not matter, only that the parent is there.
                continue;
            }
        } catch (IOException e) {
            // As if it had ended.
        }
        System.exit(0);
    }
}
