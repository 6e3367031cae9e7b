package io.spendstream.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Other programs, run to their end. */
final class Commands {

    /** What a program answered: its output and errors together, and its exit code. */
    record Result(int exit, String output) {}

    private Commands() {}

    static Result run(Path directory, Map<String, String> environment, List<String> command)
            throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), output);
    }

    /**
     * The output of a program that must succeed.
     *
     * @throws IOException where it does not, with what it said
     */
    static String output(Path directory, Map<String, String> environment, List<String> command)
            throws IOException, InterruptedException {
        Result result = run(directory, environment, command);
        if (result.exit() != 0) {
            throw new IOException(String.join(" ", command) + " ended with " + result.exit() + ": " + result.output());
        }
        return result.output();
    }
}
