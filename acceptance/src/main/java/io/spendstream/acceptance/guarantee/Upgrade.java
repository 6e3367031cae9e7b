package io.spendstream.acceptance.guarantee;

import io.spendstream.acceptance.AppProcess;
import io.spendstream.runtime.AppConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Instances of another build, with their state and topics, are replaced by this one while events come in. */
final class Upgrade implements Fault {

    /** Null where none is given. */
    private final Path oldBuild;

    Upgrade(Path oldBuild) {
        this.oldBuild = oldBuild;
    }

    @Override
    public String name() {
        return "upgrade";
    }

    @Override
    public String description() {
        return "two instances of another build, one after the other, are stopped in good order and go on as this one";
    }

    @Override
    public int instances() {
        return 2;
    }

    @Override
    public Map<String, String> configuration() {
        return Map.of(AppConfig.STANDBYS, "1");
    }

    @Override
    public Fault from(Path build) {
        return new Upgrade(build);
    }

    @Override
    public Optional<Path> build() {
        return Optional.ofNullable(oldBuild);
    }

    @Override
    public Optional<String> missing() throws IOException {
        return oldBuild != null && Files.isDirectory(oldBuild)
                ? Optional.empty()
                : Optional.of("a directory with the jars of another build: --old-lib DIR");
    }

    @Override
    public void strike(Trial trial) throws IOException, InterruptedException {
        for (AppProcess instance : trial.instances()) {
            instance.stop();
            trial.struck();
            instance.ofThisBuild();
            trial.startAgain(instance);
            instance.client().awaitReady();
            trial.progress();
        }
    }
}
