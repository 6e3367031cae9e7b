package io.spendstream.cli;

import io.spendstream.access.ApiKeys;
import io.spendstream.access.Scope;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code keys}: API keys of callers. */
@Command(
        name = "keys",
        description = "Makes API keys.",
        mixinStandardHelpOptions = true,
        subcommands = KeysCommand.Create.class)
public final class KeysCommand {

    /** {@code keys create}: the key on the first line, which is nowhere else, and its line for the file on the second. */
    @Command(
            name = "create",
            description = "Makes a key and prints it, once, and under it the line for the file that security.keys.file"
                    + " names. The file holds no key, only what one is recognised by.",
            mixinStandardHelpOptions = true,
            sortOptions = false)
    static final class Create implements Callable<Integer> {

        @Option(names = "--name", required = true, description = "Whose it is, for people and the audit log.")
        private String name;

        @Option(
                names = "--scopes",
                required = true,
                split = ",",
                description = "What it may do: publish, read, admit, administer.")
        private List<String> scopes;

        @Option(
                names = "--tenants",
                required = true,
                split = ",",
                description = "Whose data it sees and changes; '*' for everybody's.")
        private List<String> tenants;

        @Option(names = "--expires", paramLabel = "TIME", description = "When it ends, as 2027-01-01T00:00:00Z.")
        private String expires;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            try {
                ApiKeys.Created created = ApiKeys.create(name, scopes(), tenants, expires(), new SecureRandom());
                spec.commandLine().getOut().println(created.key());
                spec.commandLine().getOut().println(created.line());
                return 0;
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), "The key " + e.getMessage());
            }
        }

        private List<Scope> scopes() {
            List<Scope> known = new ArrayList<>();
            for (String id : scopes) {
                known.add(Scope.ofId(id.strip())
                        .orElseThrow(() -> new IllegalArgumentException(
                                "has no scope '" + id + "'; scopes are " + String.join(", ", Scope.ids()))));
            }
            return known;
        }

        private Instant expires() {
            try {
                Instant end = expires == null ? null : Instant.parse(expires);
                if (end != null && !end.isAfter(Clock.systemUTC().instant())) {
                    throw new IllegalArgumentException("would have expired already, at " + end);
                }
                return end;
            } catch (DateTimeException e) {
                throw new IllegalArgumentException("takes --expires as a time such as 2027-01-01T00:00:00Z");
            }
        }
    }
}
