package io.spendstream.sandbox;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sandbox}: everything on this machine, without traffic. */
@Command(
        name = "sandbox",
        mixinStandardHelpOptions = true,
        description = "Runs broker, registry and application on this machine until Ctrl-C. Prints one line that begins"
                + " with 'ready' and has the addresses.")
final class SandboxCommand implements Callable<Integer> {

    @Mixin
    private SandboxArguments arguments;

    @Option(names = "--no-app", description = "Only the broker, the registry, the topics and the shipped prices.")
    private boolean noApp;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        return new Foreground(spec.commandLine().getOut(), spec.commandLine().getErr())
                .run(arguments.options(!noApp), sandbox -> () -> {});
    }
}
