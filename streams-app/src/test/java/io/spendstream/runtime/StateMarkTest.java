package io.spendstream.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stores that nobody said were closed in good order are those of a crash. */
class StateMarkTest {

    @TempDir
    Path directory;

    @Test
    void noStoresAreOfNoCrash() {
        assertThat(mark().isOfCrash()).isFalse();
    }

    @Test
    void storesAreOfACrashUnlessTheyWereLeftInGoodOrder() throws Exception {
        // Given a run that begins
        assertThat(mark().isOfCrash()).isFalse();
        Files.createDirectories(directory.resolve("meter").resolve("0_0"));

        // Then
        assertThat(mark().isOfCrash()).as("after a kill").isTrue();
        mark().leaveInGoodOrder();
        assertThat(mark().isOfCrash()).as("after a stop in good order").isFalse();
        assertThat(mark().isOfCrash())
                .as("after a kill of what was started then")
                .isTrue();
    }

    @Test
    void anotherApplicationsMarkIsNotOurs() throws Exception {
        Files.createDirectories(directory.resolve("meter").resolve("0_0"));
        new StateMark(directory, "rater").leaveInGoodOrder();
        assertThat(mark().isOfCrash()).isTrue();
    }

    private StateMark mark() {
        return new StateMark(directory, "meter");
    }
}
