package io.spendstream.sandbox;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The commands that bring a broker of their own. */
@Command(
        name = "spendstream",
        mixinStandardHelpOptions = true,
        subcommands = {DemoCommand.class, SandboxCommand.class})
public final class SandboxCli {

    private SandboxCli() {}

    static CommandLine commandLine() {
        return new CommandLine(new SandboxCli());
    }

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }
}
