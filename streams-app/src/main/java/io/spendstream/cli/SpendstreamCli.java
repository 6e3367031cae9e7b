package io.spendstream.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The commands that need no broker of their own. */
@Command(
        name = "spendstream",
        description = "Real-time metering, budgets and alerts for LLM spend.",
        mixinStandardHelpOptions = true,
        subcommands = {
            RunCommand.class,
            ReplayCommand.class,
            PricesCommand.class,
            KeysCommand.class,
            ExportCommand.class,
            ReconcileCommand.class,
            DetectCommand.class,
            SizeCommand.class
        })
public final class SpendstreamCli {

    private SpendstreamCli() {}

    static CommandLine commandLine() {
        return new CommandLine(new SpendstreamCli());
    }

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }
}
