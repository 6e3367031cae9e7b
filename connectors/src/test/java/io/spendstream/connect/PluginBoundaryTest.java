package io.spendstream.connect;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** What a worker loads is not accompanied there by what runs a worker on this machine. */
@AnalyzeClasses(packages = "io.spendstream.connect", importOptions = ImportOption.DoNotIncludeTests.class)
class PluginBoundaryTest {

    @ArchTest
    static final ArchRule plugins_know_nothing_of_the_sandbox = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.spendstream.connect", "io.spendstream.connect.table", "io.spendstream.connect.notify")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.spendstream.connect.run..",
                    "io.spendstream.sandbox..",
                    "io.zonky..",
                    "picocli..",
                    "org.apache.kafka.connect.runtime..");
}
