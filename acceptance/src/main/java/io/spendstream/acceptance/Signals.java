package io.spendstream.acceptance;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Signals of POSIX that Java has no call for. */
final class Signals {

    private static final int LIMIT_S = 10;

    private Signals() {}

    /** Stops a process where it is. */
    static void stop(long pid) throws IOException, InterruptedException {
        send("STOP", pid);
    }

    /** Lets a stopped process go on. */
    static void resume(long pid) throws IOException, InterruptedException {
        send("CONT", pid);
    }

    private static void send(String signal, long pid) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).start();
        if (!kill.waitFor(LIMIT_S, TimeUnit.SECONDS) || kill.exitValue() != 0) {
            throw new IOException("the signal " + signal + " could not be sent to process " + pid);
        }
    }
}
