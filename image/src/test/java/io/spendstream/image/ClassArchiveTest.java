package io.spendstream.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The list of classes that are archived. */
class ClassArchiveTest {

    @Test
    void theListHasAnOrderOfItsOwnAndNothingThatRunsDiffer() {
        List<String> loaded = List.of(
                "# NOTE: Do not modify this file.",
                "java/lang/Object id: 0",
                "java/lang/Comparable id: 7",
                "other/Loaded id: 12 super: 0 source: /opt/x.jar",
                "@lambda-proxy b/B run ()Ljava/lang/Runnable; 1 2 3",
                "@lambda-form-invoker [LF_RESOLVE] a",
                "java/lang/Comparable id: 9");

        assertThat(ClassArchive.ordered(loaded))
                .containsExactly(
                        "java/lang/Comparable",
                        "java/lang/Object",
                        "@lambda-form-invoker [LF_RESOLVE] a",
                        "@lambda-proxy b/B run ()Ljava/lang/Runnable; 1 2 3");
    }
}
