package io.spendstream.acceptance.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Load comes from a process of its own: what it needs of the processor is not the application's. */
final class JavaProcess {

    private JavaProcess() {}

    /**
     * Runs a class of this class path until it ends.
     *
     * @return what it said: words, each name followed by its value
     * @throws IllegalStateException where it failed
     */
    static Map<String, String> run(Class<?> main, Object... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms192m",
                "-Xmx192m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            String[] words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .strip()
                    .split(" ");
            if (process.waitFor() != 0) {
                throw new IllegalStateException(main.getSimpleName() + " failed");
            }
            Map<String, String> said = new HashMap<>();
            for (int i = 0; i + 1 < words.length; i += 2) {
                said.put(words[i], words[i + 1]);
            }
            return said;
        } finally {
            process.destroyForcibly();
        }
    }
}
